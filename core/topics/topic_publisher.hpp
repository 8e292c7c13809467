// Makes frames of an update: stores the instrument's last value, gives each topic of it the next sequence number, and
// encodes each topic once for all sessions that want the same bytes. Makes snapshots and last published frames from
// last values. [routing]
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>

#include "core/bus/update_queue.hpp"
#include "core/topics/frame_cache.hpp"
#include "core/topics/ports.hpp"
#include "core/topics/replay_log.hpp"
#include "core/topics/topic_table.hpp"
#include "core/upstream/broker.hpp"
#include "core/upstream/interest_table.hpp"

namespace gw::topics {

struct PublishCounts {
  std::uint64_t published = 0;                       // topic updates
  std::uint64_t delivered = 0;                       // topic updates times sessions
  std::array<std::uint64_t, 3> delivered_by_mode{};  // the same of modes 1, 2 and 4
  std::uint64_t older = 0;            // topic updates refused: older than what another login or broker had sent
  std::uint64_t withheld = 0;         // topic updates that sessions without extras did not get: no last price was known
  std::uint64_t hidden_trades = 0;    // updates whose volume grew by more than their last quantity
  std::uint64_t hidden_quantity = 0;  // by how much
};

class TopicPublisher {
 public:
  struct Parts {
    upstream::Brokers& brokers;
    const upstream::InterestTable& interests;
    TopicTable& topics;
    const Encoder& encoder;
    ReplayLog& log;
  };
  // All outlive this. `wall`: the clock; `takes_extras`: whether a session gets frames with extras.
  TopicPublisher(const Parts& parts, std::function<std::int64_t()> wall, std::function<bool(SessionId)> takes_extras)
      : parts_(parts), wall_(std::move(wall)), takes_extras_(std::move(takes_extras)) {}

  // Each update of the default group's topics goes to the publisher as well.
  void publish_to(Publisher& publisher) { publisher_ = &publisher; }

  // The updates that are taken from now on are published at `wall_ns`.
  void begin_turn(std::int64_t wall_ns) { turn_wall_ns_ = wall_ns; }
  // An update of a route that somebody holds.
  void on_update(upstream::Broker& broker, upstream::Route& route, const bus::UpdateView& update);
  // Publishes the last value of the interest's source, as an update like any other.
  void publish_known(const upstream::Interest& interest);

  // The last value as a snapshot frame. Empty: there is none, or it is suspect or has no last price, and a frame of
  // this variant cannot say so. Valid until the next call.
  std::string_view snapshot(TopicId id, Variant variant);
  // Gives the publisher the last value once more, if there is one that plain clients would get.
  void publish_last_value(TopicId id);
  // What was published last; empty: it is known no more. Valid until the next call.
  std::string_view last_published(TopicId id, Variant variant);
  // The id stands for another topic from now on.
  void forget(TopicId id) { cache_.forget(id); }

  const PublishCounts& counts() const { return counts_; }

 private:
  void publish_interest(const upstream::Interest& interest, const upstream::LastValue& last,
                        const bus::UpdateView& update, const TopicUpdate& whole, bool has_book);
  void publish_known(TopicId id);
  bool is_older(Topic& topic, std::uint32_t login, const TopicUpdate& update);
  void publish(TopicId id, TopicUpdate& update);
  void publish_without_price(TopicId id, const TopicUpdate& update);
  void publish_variant(TopicId id, Variant variant, const TopicUpdate& update);
  void deliver(TopicId id, Lane lane, std::string_view frame);
  bool fill(const Topic& topic, TopicUpdate& update, std::uint32_t& login) const;
  std::string_view encode(const Topic& topic, Variant variant, TopicUpdate& update, bool as_snapshot);

  Parts parts_;
  std::function<std::int64_t()> wall_;
  std::function<bool(SessionId)> takes_extras_;
  Publisher* publisher_ = nullptr;
  std::int64_t turn_wall_ns_ = 0;
  FrameBuffer frames_[kVariants];
  FrameBuffer deflated_;
  FrameCache cache_;
  PublishCounts counts_;
};

}  // namespace gw::topics
