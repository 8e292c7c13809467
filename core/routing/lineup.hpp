// What is wanted, seen from the clients: a lineup is the ordered list of brokers that serves some users; an interest is
// one instrument that its clients hold; a topic is one stream of it, with its sequence and audience. A switch of broker
// points interests anew: clients keep their topics. [routing]
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/prefetch.hpp"
#include "core/routing/broker_table.hpp"
#include "core/routing/encoder.hpp"
#include "core/routing/frame_log.hpp"
#include "core/routing/stream.hpp"

namespace gw::routing {

inline constexpr LineupId kDefaultLineup = 0;
inline constexpr TopicId kNoTopic = ~TopicId{0};
inline constexpr InterestId kNoInterest = ~InterestId{0};

enum class SubscriptionState : std::uint8_t { pending, active, failed };

// A topic's sessions on one shard.
struct Audience {
  std::array<std::vector<SessionId>, kLanes> lanes;
};

struct Topic {
  // What every update looks at, in two lines of the cache.
  std::vector<Audience> audience;  // by shard
  std::uint64_t seq = 0;
  // Of what was published last: an older time is refused from any login but the one that said it.
  std::uint64_t session = 0;
  std::int64_t time_ns = 0;
  std::int64_t resolution_ns = 1;
  // Sessions that hold it, also those that resume and get no live updates yet; and those of them with extras.
  std::size_t holders = 0;
  std::size_t extras_holders = 0;
  // Clients that lost their connection may come back for what they miss: until then it stays wanted and logged.
  std::int64_t kept_until_ns = 0;
  FrameLog::Chain logged;
  InterestId interest = kNoInterest;
  BrokerId broker = 0;  // which serves it, or would
  SubscriptionState state = SubscriptionState::pending;
  bool pinned = false;
  bool published = false;      // to the publisher too
  bool lacks = false;          // it has less than its broker could give, or nothing
  bool placed = false;         // the broker that serves now can give it
  bool quiet = false;          // pending, and nothing has come since it was asked for
  bool priceless = false;      // what was published last has no last price
  std::uint64_t withheld = 0;  // updates without a last price, which sessions without extras did not get

  TopicInfo info;      // and this for every frame
  std::string reason;  // of failed; said once
  std::string name;    // SYMBOL.EXCHANGE.MODE, for the publisher
};

static_assert(offsetof(Topic, info) <= 2 * kCacheLine);

// An interest at one broker.
struct Leg {
  BrokerId broker = 0;
  std::uint32_t handle = kNoHandle;  // none: the broker lacks the instrument
  std::uint32_t mode = 0;            // granted
  std::uint32_t depth = 0;
  std::uint32_t refused_mode = 0;  // what it wants, when the broker has refused all of that; `mode` is then 0
  std::uint32_t refused_depth = 0;
};

struct Interest {
  std::array<TopicId, kStreams> topics{kNoTopic, kNoTopic, kNoTopic, kNoTopic, kNoTopic, kNoTopic};
  std::vector<TopicId> other_levels;  // depth streams of levels that have no place there
  LineupId lineup = 0;
  std::string symbol;
  std::string exchange;
  std::uint32_t topic_count = 0;
  std::uint64_t waiting_since = 0;  // when it began to wait for room, by Router::order_; 0: it does not
  bool ends = false;                // its topics are being taken from their holders
  std::string expiry;               // its last day; empty: it has none
  std::string unlisted_on;          // the day on which a list lacked it; empty: it is listed
  BrokerId unlisted_at = 0;         // whose list
  Leg served;
  Leg standby;
  std::optional<BrokerId> awaited;  // nobody serves it, and this one lists it

  template <class F>
  void for_each_topic(F&& each) const {
    for (const TopicId id : topics)
      if (id != kNoTopic) each(id);
    for (const TopicId id : other_levels) each(id);
  }
};

struct Lineup {
  std::string key;         // of the user's own list; empty: the default
  bool is_canary = false;  // it serves no user: it holds the canaries of one broker
  std::vector<BrokerId> order;
  std::size_t active = 0;           // place in `order`
  std::optional<BrokerId> standby;  // subscribed too
  // Stands by until it has shown that it ticks: a preferred one before the return, another one where the active one is
  // silent.
  std::optional<BrokerId> proving;
  std::int64_t proving_since_ns = 0;
  std::int64_t active_since_ns = 0;
  std::string epoch;
  std::unordered_map<std::string, InterestId> interests;  // by symbol and exchange
  std::map<std::string, std::size_t> exchanges;           // and how many of its interests are there
  std::uint64_t seq_floor = 0;  // a topic that is made anew goes on from here, so that seq never runs backwards
  // Coming back: when, and how long the preferred broker must have been quiet before the next time.
  std::int64_t returned_ns = 0;
  std::int64_t quiet_ns = 0;
  BrokerId broker() const { return order[active]; }
};

struct Client {
  bool open = false;
  LineupId lineup = 0;
  Variant variant = Variant::plain;
  bool deflated = false;
  std::size_t limit = 0;
  struct Held {
    bool live;            // in the topic's audience; else it resumes: see Router::replay
    Lane lane;            // of the audience
    std::uint32_t place;  // there
    std::uint64_t seq;    // of the topic when it was joined
    std::uint64_t withheld;
    std::uint64_t since;  // Router::order_ when it was joined
  };
  std::unordered_map<TopicId, Held> held;
  std::uint64_t owed = 0;  // updates of topics that it held and holds no more
};

}  // namespace gw::routing
