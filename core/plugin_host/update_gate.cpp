#include "core/plugin_host/update_gate.hpp"

#include <algorithm>
#include <atomic>

#include "core/plugin_host/tick_times.hpp"

namespace gw::plugin_host {
namespace {

// For counts that only the feed thread changes and others read: no locked instruction per update.
void add_one(std::atomic<std::uint64_t>& count) {
  count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace

void UpdateGate::publish(const bgw_update* update) noexcept {
  if (update == nullptr || !is_valid(*update)) {
    link_.counts.updates_invalid.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const bgw_update& u = *update;
  const std::uint32_t instrument = u.tick->instrument;
  add_one(link_.counts.updates);
  ++count_;
  subscriptions_.on_data(instrument, u.tick->modes);
  const AdapterObject::Time time = object_.time();
  const UpdateCheck::Result checked = check_.check(subscriptions_.in_units(u), subscriptions_.rules_of(instrument));
  count_left_out(checked);
  const UpdateTimes times(checked.update);
  if (times.corrected()) link_.counts.times_invalid.fetch_add(1, std::memory_order_relaxed);
  link_.counts.last_tick_ns.store(time.wall_ns, std::memory_order_relaxed);
  // A book that says its level is no deeper than that, whatever is wanted by now.
  std::uint32_t depth = subscriptions_.depth_of(instrument);
  if (u.book != nullptr && u.book->depth_level != 0) depth = std::min(depth, u.book->depth_level);
  liveness::FeedJudge& judge = judges_.at(class_of(*u.tick));
  const bool live = judge.on_update(times.update(), time.monotonic_ns, times.exchange_time_ns(), time.wall_ns);
  if (live) {
    link_.counts.last_live_ns.store(time.wall_ns, std::memory_order_relaxed);
    if (const std::int64_t at = times.exchange_time_ns(); at != 0) link_.lag.note(time.wall_ns - at);
  }
  if (checked.update.tick->modes != 0)
    link_.writer().put(times.update(), {time.wall_ns, depth, login_, live, subscriptions_.exponents_of(instrument)});
  if (!object_.is_in_call()) link_.writer().ring();  // else at the call's end
  if (judge.take_news()) link_.on_feed_news();
}

// The class of the socket that brought the packet, or else the one that carries such packets.
std::size_t UpdateGate::class_of(const bgw_tick& tick) const noexcept {
  if (link_.limits().classes.empty()) return 0;
  const auto from = object_.frame_class();
  if (from && subscriptions_.is_in_class(tick.instrument, *from)) return *from;
  const Wanted* wanted = link_.find_wanted(tick.instrument);
  if (wanted == nullptr) return 0;
  return link_.limits().class_of(wanted->exchange, tick.modes, subscriptions_.depth_of(tick.instrument));
}

bool UpdateGate::is_valid(const bgw_update& u) const noexcept {
  constexpr std::uint32_t kModes = BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH;
  const bgw_tick* tick = u.tick;
  const bool wants_book = tick != nullptr && (tick->modes & BGW_MODE_DEPTH) != 0;
  const auto side_fits = [](std::uint32_t count, const bgw_level* levels) {
    return count <= kMaxBookLevels && (count == 0 || levels != nullptr);
  };
  constexpr std::uint32_t kBothOnly = BGW_BOOK_BIDS_ONLY | BGW_BOOK_ASKS_ONLY;
  const bool book_fits = u.book == nullptr || (side_fits(u.book->bid_count, u.book->bids) &&
                                               side_fits(u.book->ask_count, u.book->asks) && u.book->flags < kBothOnly);
  const bool values_fit = u.value_count <= kMaxValues && (u.value_count == 0 || u.values != nullptr) &&
                          std::all_of(u.values, u.values + u.value_count, [](const bgw_value& value) {
                            return value.exponent >= BGW_MIN_EXPONENT && value.exponent <= 0;
                          });
  const bool has_ltp = tick != nullptr && (tick->present & BGW_HAS_LTP) != 0;
  return is_open_ && tick != nullptr && subscriptions_.is_live(tick->instrument) && (tick->modes & kModes) != 0 &&
         (!wants_book || u.book != nullptr) && book_fits && values_fit &&
         (has_ltp || (tick->modes & BGW_MODE_LTP) == 0);
}

void UpdateGate::count_left_out(const UpdateCheck::Result& checked) noexcept {
  LinkCounts& counts = link_.counts;
  if (checked.lost_price) add_one(counts.updates_without_price);
  if (checked.lost_book) add_one(counts.dropped[BGW_DROP_ORDER]);
  if (checked.prices != 0) counts.prices_impossible.fetch_add(checked.prices, std::memory_order_relaxed);
  if (checked.quantities != 0) counts.quantities_invalid.fetch_add(checked.quantities, std::memory_order_relaxed);
  if (checked.levels != 0) counts.dropped[BGW_DROP_LEVEL].fetch_add(checked.levels, std::memory_order_relaxed);
}

}  // namespace gw::plugin_host
