#include <algorithm>
#include <array>
#include <string_view>

#include "bybit_adapter.hpp"
#include "bybit_instruments.hpp"

namespace {

constexpr std::uint32_t kAll = BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH;

// "Ticker": each field of the last 24 hours; every frame of all three topics has a time.
constexpr std::uint32_t kTimes = BGW_WINDOW_24_HOURS | BGW_LTP_HAS_TIME | BGW_QUOTE_HAS_TIME | BGW_DEPTH_HAS_TIME;
// "Ticker" of linear and "Orderbook": a snapshot comes first. Of spot's ticker no document says when its first one
// comes.
constexpr std::uint32_t kLinear = kTimes | BGW_SNAPSHOT_ON_SUBSCRIBE;

// "Orderbook": the changes of 10 ms and more in one frame, so that it is a state now and then.
constexpr bgw_capability capability_of(bybit::Category category, std::uint32_t flags) {
  bgw_capability made{};
  std::string_view(bybit::facts_of(category).exchange).copy(made.exchange, sizeof made.exchange - 1);
  made.modes = kAll;
  made.feed = BGW_FEED_SNAPSHOT;
  made.depth_count = bybit::kDepthLevels.size();
  std::copy(bybit::kDepthLevels.begin(), bybit::kDepthLevels.end(), made.depths);
  made.flags = flags;
  return made;
}
constexpr std::array<bgw_capability, bybit::kCategories> kCapabilities = {
    capability_of(bybit::Category::kLinear, kLinear), capability_of(bybit::Category::kSpot, kTimes)};

constexpr std::array<bgw_setting, 2> kSettings = {{
    {"url", BGW_SETTING_WEBSOCKET_URL, 0, bybit::kDefaultUrl,
     "where the feed is, without the category; some countries have a host of their own"},
    {"api_url", BGW_SETTING_WEB_URL, 0, "https://api.bybit.com", "where the instrument list is, likewise"},
}};

// One socket a category.
constexpr std::array<bgw_connection_class, bybit::kCategories> kClasses = {{
    {"linear", 0, bybit::kInstrumentsPerConnection, kAll, 0, {}, "BYBIT_LINEAR"},
    {"spot", 0, bybit::kInstrumentsPerConnection, kAll, 0, {}, "BYBIT_SPOT"},
}};

const void* extension(const char* id) {
  return std::string_view(id) == BGW_EXTENSION_INSTRUMENTS ? bybit::instruments_extension() : nullptr;
}

const bgw::PluginInfo kInfo = {
    .broker = "bybit",
    .version = "0.9.0",
    .vendor = "Broker Gateway",
    .capabilities = kCapabilities,
    .settings = kSettings,
    .limits = {.size = 0,
               .instruments_per_connection = 0,
               .connections_per_account = 0,
               .batch_size = 0,
               .batch_interval_ns = 0,
               .heartbeat_period_ns = bybit::kPingPeriodNs,  // the answers to the pings
               .time_resolution_ns = 1'000'000,
               .depth_limit_count = 0,
               .class_count = kClasses.size(),
               .depth_limits = nullptr,
               .classes = kClasses.data()},
    .get_extension = extension,
    .min_host_minor = 9,
};

}  // namespace

BGW_BROKER_PLUGIN(bybit::BybitAdapter, kInfo);
