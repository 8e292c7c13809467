#include "core/plugin_host/feed_clock.hpp"

#include <algorithm>
#include <utility>

namespace gw::plugin_host {
namespace {

constexpr int kPeriodsOfLimit = 16;
constexpr int kSlotsOfLimit = 64;
constexpr std::uint32_t kBusySlotsToLearn = 8;
constexpr std::uint8_t kSnapshots = 2;
constexpr int kLatePeriods = 4;
constexpr std::int64_t kLeastPeriod = 2'000'000;
constexpr std::int64_t kMostPeriod = 1'000'000'000;
constexpr std::int64_t kMostGap = 3'600'000'000'000;

}  // namespace

FeedClock::FeedClock(std::int64_t stall_limit_ns, std::int64_t lag_limit_ns)
    : stall_limit_ns_(stall_limit_ns),
      lag_limit_ns_(lag_limit_ns),
      period_ns_(std::clamp(stall_limit_ns / kPeriodsOfLimit, kLeastPeriod, kMostPeriod)),
      slot_ns_(stall_limit_ns / kSlotsOfLimit) {}

void FeedClock::on_ready(std::int64_t now_ns) {
  ready_ns_ = now_ns;
  last_tick_ns_ = 0;
  slot_end_ns_ = 0;
  slots_since_ready_ = 0;
  std::fill(snapshots_.begin(), snapshots_.end(), kSnapshots);
  slot_lag_ns_ = kNoLag;
  late_slots_ = 0;
}

void FeedClock::on_wanted(std::uint32_t instrument) {
  if (instrument >= ticks_.size()) {
    ticks_.resize(instrument + 1);
    snapshots_.resize(instrument + 1);
  }
  snapshots_[instrument] = kSnapshots;
}

// What is left ticks as much less often as the instrument's share was large.
void FeedClock::on_unwanted(std::uint32_t instrument) {
  if (instrument >= ticks_.size()) return;
  const std::uint64_t before = total_;
  total_ -= std::exchange(ticks_[instrument], 0U);
  if (total_ < kBusySlotsToLearn)
    unlearn();
  else
    gap_ns_ = std::min(kMostGap, static_cast<std::int64_t>(static_cast<double>(gap_ns_) * static_cast<double>(before) /
                                                           static_cast<double>(total_)));
}

void FeedClock::unlearn() {
  std::fill(ticks_.begin(), ticks_.end(), 0U);
  total_ = 0;
  busy_slots_ = 0;
  gap_ns_ = 0;
  was_recycled_ = false;
}

bool FeedClock::on_frame() {
  if (state_ != State::no_frame) return false;
  state_ = State::live;
  return true;
}

bool FeedClock::on_tick(std::uint32_t instrument, std::int64_t now_ns, std::int64_t exchange_time_ns,
                        std::int64_t wall_ns) {
  const bool teaches = snapshots_[instrument] == 0;
  if (teaches) {
    ++total_;
    ++ticks_[instrument];
  } else {
    --snapshots_[instrument];
  }
  if (teaches && now_ns >= slot_end_ns_) {
    if (last_tick_ns_ != 0) gap_ns_ = std::max(now_ns - last_tick_ns_, gap_ns_ - gap_ns_ / 64);
    slot_end_ns_ = now_ns + slot_ns_;
    ++busy_slots_;
    if (++slots_since_ready_ >= kBusySlotsToLearn) was_recycled_ = false;
  }
  last_tick_ns_ = now_ns;
  const bool timed = exchange_time_ns != 0;
  const std::int64_t lag = wall_ns - exchange_time_ns;
  // A snapshot is as old as the last trade of its instrument.
  if (timed && teaches) slot_lag_ns_ = std::min(slot_lag_ns_, lag);
  if (state_ == State::live || (state_ == State::late && (!timed || lag > lag_limit_ns_))) return false;
  state_ = State::live;
  return true;
}

void FeedClock::forget_lag() {
  once_within_ = false;
  late_slots_ = 0;
  slot_lag_ns_ = kNoLag;
}

FeedClock::Verdict FeedClock::check(std::int64_t now_ns, std::uint64_t open) {
  // Other markets, another rate.
  if (open != open_) unlearn();
  open_ = open;
  if (open == 0) return {};
  const Verdict lag = judge_lag();
  return lag.fault == Fault::none ? judge_silence(now_ns) : lag;
}

FeedClock::Verdict FeedClock::judge_lag() {
  if (slot_lag_ns_ == kNoLag) return {};
  lag_ns_ = std::exchange(slot_lag_ns_, kNoLag);
  if (lag_limit_ns_ == 0) return {};
  if (lag_ns_ <= lag_limit_ns_) {
    once_within_ = true;
    late_slots_ = 0;
    return {};
  }
  if (!once_within_ || ++late_slots_ < kLatePeriods) return {};
  late_slots_ = 0;
  state_ = State::late;
  return {Fault::late, lag_ns_};
}

FeedClock::Verdict FeedClock::judge_silence(std::int64_t now_ns) {
  const std::int64_t limit = std::max(stall_limit_ns_, 3 * gap_ns_);
  const std::int64_t silent = now_ns - std::max(last_tick_ns_, ready_ns_);
  if (busy_slots_ < kBusySlotsToLearn || silent <= limit) return {};
  if (was_recycled_ && last_tick_ns_ != 0) {
    // A new login showed what there is, and then nothing again: its instruments are quiet, the feed is not dead.
    gap_ns_ = std::min(kMostGap, limit);
    return {};
  }
  was_recycled_ = true;
  state_ = State::no_tick;
  return {Fault::no_tick, silent};
}

}  // namespace gw::plugin_host
