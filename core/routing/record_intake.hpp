// Takes records from the brokers' channels, in runs, and gives each to the part that acts on it. [routing]
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/duration_histogram.hpp"
#include "core/routing/ports.hpp"
#include "core/topics/topic_publisher.hpp"
#include "core/upstream/failover.hpp"

namespace gw::routing {

class RecordIntake {
 public:
  struct Parts {
    upstream::Brokers& brokers;
    const upstream::InterestTable& interests;
    upstream::InstrumentDemand& demand;
    upstream::Reassigner& reassigner;
    upstream::Failover& failover;
    upstream::StandbyWitness& witness;
    topics::TopicTable& topics;
    topics::TopicPublisher& publisher;
    SessionPort& port;
  };
  // All outlive this.
  explicit RecordIntake(const Parts& parts) : parts_(parts) {}

  // Up to `budget` records of every adapter; true when there may be more.
  bool drain(std::size_t budget, std::int64_t wall_ns, std::int64_t monotonic_ns);

  // All that the broker's link has brought by now.
  void drain_all_of(BrokerId id, std::int64_t wall_ns, std::int64_t monotonic_ns);

  std::uint64_t updates() const { return updates_; }
  // From the reading of an update's frame to routing's taking of it.
  const DurationHistogram& until_routed() const { return until_routed_; }
  std::uint64_t unwanted() const { return unwanted_; }  // updates that no topic took

 private:
  bool drain_one(BrokerId id, bus::Channel& channel, std::size_t budget);
  void take(BrokerId id, std::span<const std::byte> record);
  void on_update(BrokerId id, const bus::UpdateView& update);
  void on_link(BrokerId id, const bus::LinkRecord& record);
  void on_feed(BrokerId id, const bus::FeedRecord& record);
  void on_answer(BrokerId id, const bus::HandleRecord& record);
  void on_quiet(BrokerId id, std::uint32_t handle);
  void on_suspect(BrokerId id, const bus::HandleRecord& record);

  Parts parts_;
  std::int64_t wall_ns_ = 0;  // when the drain began
  DurationHistogram until_routed_;
  std::int64_t now_ns_ = 0;  // monotonic, when the drain began
  std::uint64_t updates_ = 0;
  std::uint64_t unwanted_ = 0;
};

}  // namespace gw::routing
