#include "mock_adapter.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>

namespace mock {
namespace {

constexpr std::uint32_t kReadyTimer = 1;
constexpr std::uint32_t kTurnTimer = 2;
constexpr double kMinPerSecond = 1.0 / 60;
constexpr std::size_t kAhead = 4;                     // turns: how early a market is fetched into the cache
constexpr std::int64_t kShortestSleepNs = 1'000'000;  // at high rates updates come in bursts
constexpr std::array kDepths = {5, 20, 30, 50};
constexpr std::array kExchanges = {"NSE", "BSE", "NFO", "MCX"};
constexpr std::array kIndexExchanges = {"NSE_INDEX", "BSE_INDEX"};

[[noreturn]] void complain(const std::string& key, const std::string& found, const char* expected) {
  throw bgw::Error(BGW_E_INVALID, key + ": found " + found + ", expected " + expected);
}

template <class Number>
bool parse(std::string_view text, Number& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end;
}

std::uint64_t to_seed(const std::string& text) {
  std::int64_t seed = 0;
  if (!parse(text, seed)) complain("seed", text, "a whole number");
  return static_cast<std::uint64_t>(seed);
}

double to_rate(const std::string& text) {
  double rate = 0;
  // One a minute is 0.0166..., which people round either way; the negation also refuses "nan".
  constexpr double kSlack = 1e-4;
  if (!parse(text, rate) || !(rate >= kMinPerSecond - kSlack && rate <= MockPacer::kMaxPerSecond))
    complain("updates_per_second", text, "a number from 1/60 (0.0167, one a minute) to 1000000");
  return std::max(rate, kMinPerSecond);
}

bgw_capability capability(const char* exchange) {
  bgw_capability c{};
  std::snprintf(c.exchange, sizeof c.exchange, "%s", exchange);
  c.modes = BGW_MODE_LTP | BGW_MODE_QUOTE;
  c.feed = BGW_FEED_TICK_BY_TICK;
  return c;
}

std::vector<bgw_capability> narrowed_to(const std::vector<std::int64_t>& levels) {
  for (const std::int64_t level : levels)
    if (std::find(kDepths.begin(), kDepths.end(), level) == kDepths.end())
      complain("depth_levels", std::to_string(level), "some of 5, 20, 30, 50");
  std::vector<bgw_capability> all;
  for (const char* exchange : kExchanges) {
    bgw_capability c = capability(exchange);
    for (const int depth : kDepths)
      if (std::find(levels.begin(), levels.end(), depth) != levels.end())
        c.depths[c.depth_count++] = static_cast<std::uint16_t>(depth);
    if (c.depth_count != 0) c.modes |= BGW_MODE_DEPTH;
    all.push_back(c);
  }
  for (const char* exchange : kIndexExchanges) all.push_back(capability(exchange));
  return all;
}

// Spreads any set of tokens evenly over the round: multiples of the golden ratio, less their whole part.
double phase_of(std::uint64_t token) { return static_cast<double>((token * 0x9e3779b97f4a7c15U) >> 11) * 0x1p-53; }

}  // namespace

void MockAdapter::initialize() {
  seed_ = to_seed(setting("seed").value_or("1"));
  pacer_.set_rate(to_rate(setting("updates_per_second").value_or("5")));
  set_capabilities(narrowed_to(setting_integers("depth_levels")));
}

// Calls ready() from a timer and not at once: a login at a real broker takes its time, and so the order of calls is the
// same here.
void MockAdapter::connect() {
  pacer_.clear();  // the host subscribes anew after ready
  set_timer(kReadyTimer, 0);
}

void MockAdapter::disconnect() {
  pacer_.clear();
  cancel_timer(kReadyTimer);
  cancel_timer(kTurnTimer);
}

void MockAdapter::subscribe(std::span<const bgw_subscription> wanted) {
  const std::int64_t now = monotonic_ns();
  const std::int64_t time = now_ns();
  for (const bgw_subscription& s : wanted) {
    std::uint64_t token = 0;
    MockMarket* const found = parse(s.token, token) ? market(token) : nullptr;
    if (found == nullptr) {
      refuse(stream_of(s), BGW_E_INVALID, std::string("no instrument has the token ") + s.token);
      continue;
    }
    const Feed feed{s.instrument, s.mode, s.depth_level, phase_of(token), found};
    if (Feed* known = pacer_.find(s.instrument)) {
      *known = feed;
    } else {
      pacer_.add(feed, now);
    }
    emit(feed, time);  // the present state at once, as real brokers send it
  }
  schedule(now);
}

void MockAdapter::unsubscribe(std::span<const std::uint32_t> handles) {
  const std::int64_t now = monotonic_ns();
  for (const std::uint32_t handle : handles) pacer_.remove(handle, now);
  schedule(now);
}

bgw_status MockAdapter::on_frame(std::uint32_t, std::uint32_t, std::span<const std::byte>) {
  return BGW_E_INVALID;  // there is no connection that a frame could come from
}

void MockAdapter::on_timer(std::uint32_t id) {
  if (id == kReadyTimer) {
    ready();
    return;
  }
  const std::int64_t now = monotonic_ns();
  const std::int64_t wall = now_ns() - now;
  pacer_.forgive(now);
  // The ticks of a burst carry the time for which it was planned, however late the host calls: what clients get can be
  // timed.
  while (!pacer_.empty() && planned_ns_ <= now) {
    while (Feed* feed = pacer_.take_next(planned_ns_)) {
      if (const Feed* later = pacer_.coming(kAhead)) later->market->expect();
      feed->market->advance();
      emit(*feed, wall + planned_ns_);
    }
    planned_ns_ = std::max(pacer_.next_ns(), planned_ns_ + kShortestSleepNs);
  }
  if (!pacer_.empty()) set_timer(kTurnTimer, planned_ns_ - now);
}

// Null: no instrument has the token.
MockMarket* MockAdapter::market(std::uint64_t token) {
  const auto known = markets_.find(token);
  if (known != markets_.end()) return known->second.get();
  const auto instrument = find_instrument(token);
  if (!instrument) return nullptr;
  return markets_.emplace(token, std::make_unique<MockMarket>(*instrument, seed_, token)).first->second.get();
}

void MockAdapter::emit(const Feed& feed, std::int64_t time_ns) const {
  bgw_tick tick{};
  bgw_tick_rare rare{};
  tick.instrument = feed.instrument;
  const bool with_rare = feed.market->describe(feed.mode, time_ns, tick, rare);
  if ((tick.modes & BGW_MODE_DEPTH) == 0) return publish(tick, with_rare ? &rare : nullptr, nullptr);
  const bgw_book book = feed.market->book(feed.levels, time_ns);
  publish(tick, with_rare ? &rare : nullptr, &book);
}

void MockAdapter::schedule(std::int64_t now) {
  if (pacer_.empty()) {
    cancel_timer(kTurnTimer);
    return;
  }
  planned_ns_ = std::max(pacer_.next_ns(), now + kShortestSleepNs);
  set_timer(kTurnTimer, planned_ns_ - now);
}

}  // namespace mock
