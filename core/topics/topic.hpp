// One stream of an instrument for one broker group, with its sequence number and audience. [routing]
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/prefetch.hpp"
#include "core/topics/encoder.hpp"
#include "core/topics/lane.hpp"
#include "core/topics/replay_log.hpp"
#include "core/upstream/ids.hpp"

namespace gw::topics {

using upstream::BrokerId;
using upstream::InterestId;
using upstream::kNoInterest;
using upstream::kNoTopic;
using upstream::TopicId;

enum class SubscriptionState : std::uint8_t { pending, active, failed };

// A topic's sessions on one shard.
struct Audience {
  // One bit for each lane that has sessions. An update looks at no other lane.
  std::uint8_t used = 0;
  std::array<std::vector<SessionId>, kLanes> lanes;

  static std::uint8_t bit(Lane lane) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(lane)); }
  const std::vector<SessionId>& of(Lane lane) const { return lanes[static_cast<std::size_t>(lane)]; }
  // Returns the session's position in the lane.
  std::uint32_t add(Lane lane, SessionId session) {
    std::vector<SessionId>& sessions = lanes[static_cast<std::size_t>(lane)];
    sessions.push_back(session);
    used |= bit(lane);
    return static_cast<std::uint32_t>(sessions.size() - 1);
  }
  // The last session of the lane takes the position of the one that goes. True: there is such a session, `moved`.
  bool remove(Lane lane, std::uint32_t position, SessionId& moved) {
    std::vector<SessionId>& sessions = lanes[static_cast<std::size_t>(lane)];
    sessions[position] = sessions.back();
    sessions.pop_back();
    if (sessions.empty()) used &= static_cast<std::uint8_t>(~bit(lane));
    if (position >= sessions.size()) return false;
    moved = sessions[position];
    return true;
  }
};

struct Topic {
  // What every update looks at, in two lines of the cache.
  std::vector<Audience> audience;  // by shard
  std::uint64_t seq = 0;
  // The last published update's broker and login, its time, and that time's resolution. An update with an older time is
  // refused from any other login.
  std::uint64_t login = 0;
  std::int64_t time_ns = 0;
  std::int64_t resolution_ns = 1;
  // How many sessions hold it, including those that resume and get no live updates yet; and how many of these have
  // extras.
  std::size_t holders = 0;
  std::size_t extras_holders = 0;
  // Until then it stays wanted and logged, because clients that lost their connection may come back; 0: it is not kept.
  std::int64_t kept_until_ns = 0;
  ReplayLog::Chain logged;
  InterestId interest = kNoInterest;
  BrokerId broker = 0;  // that serves it, or would
  SubscriptionState state = SubscriptionState::pending;
  bool pinned = false;
  bool subscribed = false;     // by subscribers of the publisher
  bool published = false;      // to the publisher too
  bool has_less = false;       // it gives less than its broker could, or nothing
  bool granted = false;        // the broker that serves now can give it
  bool quiet = false;          // pending, and nothing has come since it was asked for
  bool priceless = false;      // what was published last has no last price
  std::uint64_t withheld = 0;  // updates without a last price, which sessions without extras did not get

  TopicInfo info;      // what every frame looks at too
  std::string reason;  // why it failed, or is pending again; each reason is said once
  std::string name;    // SYMBOL.EXCHANGE.MODE, for the publisher

  bool is_used() const { return pinned || subscribed || holders != 0 || kept_until_ns != 0; }
  // Lanes that have sessions on any shard.
  std::uint8_t used_lanes() const {
    std::uint8_t used = 0;
    for (const Audience& shard : audience) used |= shard.used;
    return used;
  }
};

static_assert(offsetof(Topic, info) <= 2 * kCacheLine);

}  // namespace gw::topics
