#include "core/plugin_host/update_gate.hpp"

#include <atomic>

#include "core/plugin_host/tick_times.hpp"

namespace gw::plugin_host {
namespace {

// For counts that only the feed thread changes and others read: no locked instruction per update.
void add_one(std::atomic<std::uint64_t>& count) {
  count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace

void UpdateGate::publish(const bgw_update& u) noexcept {
  if (!is_valid(u)) {
    link_.counts.updates_invalid.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const std::uint32_t instrument = u.tick->instrument;
  add_one(link_.counts.updates);
  subscriptions_.on_data(instrument, u.tick->modes);
  const AdapterObject::Time time = object_.time();
  const UpdateCheck::Result checked =
      check_.check(subscriptions_.in_units(u), subscriptions_.has_prices_below_zero(instrument));
  count_left_out(checked);
  const UpdateTimes times(checked.update);
  if (times.corrected()) link_.counts.times_invalid.fetch_add(1, std::memory_order_relaxed);
  link_.counts.last_tick_ns.store(time.wall_ns, std::memory_order_relaxed);
  const bool live = judge_.on_update(times.update(), time.monotonic_ns, times.exchange_time_ns(), time.wall_ns);
  if (checked.update.tick->modes != 0)
    link_.writer().put(times.update(), time.wall_ns, subscriptions_.depth_of(instrument), login_, live);
  if (judge_.take_news()) link_.on_feed_news();
}

bool UpdateGate::is_valid(const bgw_update& u) const noexcept {
  constexpr std::uint32_t kModes = BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH;
  const bgw_tick* tick = u.tick;
  const bool wants_book = tick != nullptr && (tick->modes & BGW_MODE_DEPTH) != 0;
  const auto side_fits = [](std::uint32_t count, const bgw_level* levels) {
    return count <= BGW_MAX_LEVELS && (count == 0 || levels != nullptr);
  };
  const bool book_fits =
      u.book == nullptr || (side_fits(u.book->bid_count, u.book->bids) && side_fits(u.book->ask_count, u.book->asks));
  const bool has_ltp = tick != nullptr && (tick->present & BGW_HAS_LTP) != 0;
  return tick != nullptr && subscriptions_.is_live(tick->instrument) && (tick->modes & kModes) != 0 &&
         (!wants_book || u.book != nullptr) && book_fits && (has_ltp || (tick->modes & BGW_MODE_LTP) == 0);
}

void UpdateGate::count_left_out(const UpdateCheck::Result& checked) noexcept {
  LinkCounts& counts = link_.counts;
  if (checked.lost_price) add_one(counts.updates_without_price);
  if (checked.lost_book) add_one(counts.dropped[BGW_DROP_ORDER]);
  if (checked.levels != 0) counts.dropped[BGW_DROP_LEVEL].fetch_add(checked.levels, std::memory_order_relaxed);
}

}  // namespace gw::plugin_host
