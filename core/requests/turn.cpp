#include "core/requests/turn.hpp"

#include "core/base/clock.hpp"

namespace gw::requests {
namespace {

// Records taken from each adapter before the bounds below are looked at again.
constexpr std::size_t kSlice = 32;
// The bounds of one turn. They are counts, because a time would run on while another thread has the core. Only a
// gateway at its limit comes near them, and then writes that carry more messages save time.
constexpr std::size_t kMaxRecords = 24'576;
constexpr std::uint64_t kMaxDeliveries = 400'000;
// The bounds of one step of a turn, after which clients that connect or ask are served.
constexpr std::size_t kStepRecords = 512;
constexpr std::uint64_t kStepDeliveries = 20'000;

}  // namespace

Turn::Turn(event_loop::EventLoop& loop, bus::Doorbell& bell, routing::Router& router, const Clients::Inboxes& inboxes)
    : router_(router), inboxes_(inboxes) {
  loop.listen(bell, [this] { rung_ = true; });
  loop.add_work([this] { return step(); });
}

// True: there is more to be done.
bool Turn::step() {
  if (!begun_) {
    if (flush_some()) return true;
    if (!rung_) return false;
    begun_ = true;
    records_ = 0;
    delivered_ = 0;
  } else {
    flush_answers();
  }
  begun_ = take_records();
  if (begun_) {
    flush_answers();  // shards of other threads need not wait for the turn's end
    return true;
  }
  router_.flush_demand();
  flush_some();
  return true;
}

// Takes the records of one step. True: there are more, and the turn may take them.
bool Turn::take_records() {
  const std::uint64_t before = router_.counts().delivered;
  const auto delivered = [&] { return router_.counts().delivered - before; };
  std::size_t taken = 0;
  const std::int64_t now = monotonic_ns();
  for (const auto& inbox : inboxes_) inbox->begin_step(now);
  do {
    rung_ = router_.drain(kSlice);
    taken += kSlice;
    records_ += kSlice;
  } while (rung_ && !is_full(delivered_ + delivered()) && taken < kStepRecords && delivered() < kStepDeliveries);
  delivered_ += delivered();
  return rung_ && !is_full(delivered_);
}

bool Turn::is_full(std::uint64_t delivered) const {
  if (records_ >= kMaxRecords || delivered > kMaxDeliveries) return true;
  for (const auto& inbox : inboxes_)
    if (inbox->is_full()) return true;
  return false;
}

void Turn::flush_answers() {
  for (const auto& inbox : inboxes_) inbox->flush_answers();
}

bool Turn::flush_some() {
  bool more = false;
  for (const auto& inbox : inboxes_) more = inbox->flush_some() || more;
  return more;
}

}  // namespace gw::requests
