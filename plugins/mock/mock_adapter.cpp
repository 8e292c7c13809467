#include "mock_adapter.hpp"

#include <algorithm>
#include <charconv>

namespace mock {
namespace {

constexpr std::uint32_t kReadyTimer = 1;
constexpr std::uint32_t kTickTimer = 2;
constexpr double kMostPerSecond = 1'000'000;  // of all symbols together
constexpr double kLongestDebt = 0.5;          // seconds: a host that was held up is not flooded afterwards
constexpr std::int64_t kShortestSleep = 1'000'000;

std::uint64_t to_token(const char* text) {
  std::uint64_t token = 0;
  const char* end = text + std::char_traits<char>::length(text);
  const auto [stop, ec] = std::from_chars(text, end, token);
  if (ec != std::errc{} || stop != end || token == 0 || token > instruments().size())
    throw bgw::Error(BGW_E_INVALID, std::string("unknown token ") + text);
  return token;
}

}  // namespace

void MockAdapter::initialize() {
  if (const auto seed = setting("seed")) seed_ = static_cast<std::uint64_t>(std::stoll(*seed));
  if (const auto rate = setting("updates_per_second")) per_second_ = std::stod(*rate);
  if (per_second_ < 1.0 / 60 - 1e-9 || per_second_ > kMostPerSecond)
    throw bgw::Error(BGW_E_INVALID, "updates_per_second: found " + std::to_string(per_second_) +
                                        ", expected 0.0167 (one a minute) to 1000000");
  const std::vector<std::int64_t> levels = setting_integers("depth_levels");
  std::vector<bgw_capability> capabilities;
  for (const char* exchange : {"NSE", "BSE", "NFO", "MCX", "NSE_INDEX", "BSE_INDEX"}) {
    bgw_capability c{};
    std::snprintf(c.exchange, sizeof c.exchange, "%s", exchange);
    c.modes = BGW_MODE_LTP | BGW_MODE_QUOTE;
    c.feed = BGW_FEED_TICK_BY_TICK;
    const bool index = std::string_view(exchange).ends_with("_INDEX");
    for (const std::int64_t level : {5, 20, 30, 50})
      if (!index && std::find(levels.begin(), levels.end(), level) != levels.end())
        c.depths[c.depth_count++] = static_cast<std::uint16_t>(level);
    if (c.depth_count != 0) c.modes |= BGW_MODE_DEPTH;
    capabilities.push_back(c);
  }
  for (const std::int64_t level : levels)
    if (level != 5 && level != 20 && level != 30 && level != 50)
      throw bgw::Error(BGW_E_INVALID, "depth_levels: found " + std::to_string(level) + ", expected some of 5, 20, 30, 50");
  set_capabilities(capabilities);
}

void MockAdapter::connect() { set_timer(kReadyTimer, 0); }

void MockAdapter::disconnect() {
  cancel_timer(kReadyTimer);
  cancel_timer(kTickTimer);
}

void MockAdapter::subscribe(std::span<const bgw_subscription> wanted) {
  for (const bgw_subscription& s : wanted) {
    const std::uint64_t token = to_token(s.token);
    const auto [place, fresh] = place_.try_emplace(s.instrument, feeds_.size());
    if (fresh) {
      std::unique_ptr<MockMarket>& resting = resting_[token];
      if (!resting) resting = std::make_unique<MockMarket>(instruments()[token - 1], seed_, token);
      feeds_.push_back({s.instrument, s.mode, s.depth_level, std::move(resting)});
      token_of_[s.instrument] = token;
    } else {
      feeds_[place->second].mode = s.mode;
      feeds_[place->second].levels = s.depth_level;
    }
    emit(feeds_[place->second]);  // the present state, as real brokers send it
  }
  if (last_ns_ == 0) last_ns_ = monotonic_ns();
  schedule();
}

void MockAdapter::unsubscribe(std::span<const std::uint32_t> handles) {
  for (const std::uint32_t handle : handles) {
    const auto found = place_.find(handle);
    if (found == place_.end()) continue;
    const std::size_t place = found->second;
    resting_[token_of_[handle]] = std::move(feeds_[place].market);
    token_of_.erase(handle);
    place_.erase(found);
    if (place + 1 != feeds_.size()) {
      feeds_[place] = std::move(feeds_.back());
      place_[feeds_[place].instrument] = place;
    }
    feeds_.pop_back();
  }
  if (feeds_.empty()) {
    cancel_timer(kTickTimer);
    last_ns_ = 0;
    owed_ = 0;
  }
}

void MockAdapter::on_timer(std::uint32_t id) {
  if (id == kReadyTimer) {
    ready();
    return;
  }
  const std::int64_t now = monotonic_ns();
  const double rate = std::min(per_second_ * static_cast<double>(feeds_.size()), kMostPerSecond);
  owed_ += static_cast<double>(now - last_ns_) * 1e-9 * rate;
  owed_ = std::min(owed_, std::max(rate * kLongestDebt, 1.0));
  last_ns_ = now;
  for (; owed_ >= 1 && !feeds_.empty(); owed_ -= 1) {
    next_ = next_ + 1 < feeds_.size() ? next_ + 1 : 0;
    feeds_[next_].market->advance();
    emit(feeds_[next_]);
  }
  schedule();
}

// Symbols take turns, so that each ticks at its rate and they do not all tick at once.
void MockAdapter::schedule() {
  if (feeds_.empty()) return;
  const double rate = std::min(per_second_ * static_cast<double>(feeds_.size()), kMostPerSecond);
  const auto until_next = static_cast<std::int64_t>((1 - owed_) / rate * 1e9);
  set_timer(kTickTimer, std::max(until_next, kShortestSleep));
}

void MockAdapter::emit(const Feed& feed) const {
  bgw_tick tick{};
  bgw_tick_rare rare{};
  tick.instrument = feed.instrument;
  feed.market->describe(feed.mode, now_ns(), tick, rare);
  constexpr std::uint64_t kRare = BGW_HAS_UPPER_CIRCUIT | BGW_HAS_OI_DAY_HIGH;
  const bgw_tick_rare* with_rare = (tick.present & kRare) != 0 ? &rare : nullptr;
  if ((tick.modes & BGW_MODE_DEPTH) == 0) {
    publish(tick, with_rare);
    return;
  }
  const std::uint32_t levels = std::min<std::uint32_t>(feed.levels, MockMarket::kLevels);
  const bgw_book book{BGW_BOOK_SNAPSHOT,     levels, levels, BGW_HAS_EXCHANGE_TIME, tick.exchange_time_ns, 0,
                      feed.market->bids().data(), feed.market->asks().data()};
  publish(tick, with_rare, &book);
}

}  // namespace mock
