#include "core/upstream/witness.hpp"

#include <algorithm>
#include <map>

namespace gw::upstream {
namespace {

// Two instruments that are missed, or one that is missed three times, are no accident.
constexpr std::size_t kInstruments = 2;
constexpr std::size_t kTimes = 3;
// The least that a broker may lag behind: brokers bundle ticks, some into one a second.
constexpr std::int64_t kMinLag = 1'000'000'000;
constexpr std::int64_t kLags = 2;  // the largest that was seen is not the largest that there is
// A larger lag, beyond the usual lag limit, makes the feed stale for that reason.
constexpr std::int64_t kMaxLag = 10'000'000'000;
// Two instruments or three times are proof; what comes beyond that, while the link does not act on it yet, is not kept.
constexpr std::size_t kMaxSeen = 64;

bool changed(const bgw_tick& now, const bgw_tick& then, std::uint64_t bit, std::int64_t bgw_tick::*value) {
  return (now.present & then.present & bit) != 0 && now.*value != then.*value;
}

bool grew(const bgw_tick& now, const bgw_tick& then, std::uint64_t bit, std::int64_t bgw_tick::*value,
          std::int64_t unit = 1) {
  return (now.present & then.present & bit) != 0 && now.*value / unit > then.*value / unit;
}

bool is_newer(std::uint32_t mode, const bgw_tick& now, const bgw_tick& then, std::int64_t resolution_ns) {
  if (changed(now, then, BGW_HAS_LTP, &bgw_tick::ltp)) return true;
  if (mode == BGW_MODE_LTP) return false;
  return grew(now, then, BGW_HAS_VOLUME, &bgw_tick::volume) ||
         grew(now, then, BGW_HAS_LAST_TRADE_TIME, &bgw_tick::last_trade_time_ns, resolution_ns);
}

}  // namespace

bool Witness::would_show(std::uint32_t mode, const bgw_tick& now, const bgw_tick* before, const bgw_tick* shown,
                         bool has_new_book, std::int64_t resolution_ns) {
  if (mode == BGW_MODE_DEPTH && has_new_book) return true;
  return (before == nullptr || is_newer(mode, now, *before, 1)) &&
         (shown == nullptr || is_newer(mode, now, *shown, resolution_ns));
}

void Witness::note_lag(std::int64_t lag_ns) {
  if (lag_ns <= kMaxLag) lag_ns_ = std::max(lag_ns_, lag_ns);
}

void Witness::on_news(std::uint32_t instrument, std::int64_t now_ns) {
  if (seen_.size() < kMaxSeen) seen_.push_back({instrument, now_ns});
}

std::int64_t Witness::margin_ns() const { return std::max(kMinLag, kLags * lag_ns_); }

bool Witness::is_missing(std::int64_t now_ns) const {
  return !seen_.empty() && seen_.front().at_ns <= now_ns - margin_ns();
}

bool Witness::is_proof(std::int64_t now_ns) const {
  const std::int64_t until = now_ns - margin_ns();
  std::map<std::uint32_t, std::size_t> times;
  for (const Seen& seen : seen_)
    if (seen.at_ns <= until && ++times[seen.instrument] >= kTimes) return true;
  return times.size() >= kInstruments;
}

}  // namespace gw::upstream
