#include <array>
#include <string_view>

#include "mock_adapter.hpp"

namespace {

constexpr std::uint32_t kAll = BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH;
constexpr std::uint32_t kNoDepth = BGW_MODE_LTP | BGW_MODE_QUOTE;

constexpr std::uint32_t kFlags = BGW_SNAPSHOT_ON_SUBSCRIBE | BGW_LTP_HAS_TIME | BGW_QUOTE_HAS_TIME | BGW_DEPTH_HAS_TIME;

constexpr std::array<bgw_capability, 6> kCapabilities = {{
    {"NSE", kAll, BGW_FEED_TICK_BY_TICK, 4, {5, 20, 30, 50}, kFlags},
    {"BSE", kAll, BGW_FEED_TICK_BY_TICK, 4, {5, 20, 30, 50}, kFlags},
    {"NFO", kAll, BGW_FEED_TICK_BY_TICK, 4, {5, 20, 30, 50}, kFlags},
    {"MCX", kAll, BGW_FEED_TICK_BY_TICK, 4, {5, 20, 30, 50}, kFlags},
    {"NSE_INDEX", kNoDepth, BGW_FEED_TICK_BY_TICK, 0, {}, kFlags},
    {"BSE_INDEX", kNoDepth, BGW_FEED_TICK_BY_TICK, 0, {}, kFlags},
}};

constexpr std::array<bgw_setting, 3> kSettings = {{
    {"seed", BGW_SETTING_INTEGER, 0, "1", "equal seeds give equal values"},
    {"updates_per_second", BGW_SETTING_NUMBER, 0, "5", "per symbol; 0.0167 to 1000000, and at most a million in total"},
    {"depth_levels", BGW_SETTING_INTEGERS, 0, "[5, 20, 30, 50]", "what books this broker has; some of 5, 20, 30, 50"},
}};

const void* extension(const char* id) {
  return std::string_view(id) == BGW_EXTENSION_INSTRUMENTS ? mock::instruments_extension() : nullptr;
}

const bgw::PluginInfo kInfo = {
    .broker = "mock",
    .version = "0.9.0",
    .vendor = "Broker Gateway",
    .capabilities = kCapabilities,
    .settings = kSettings,
    .limits = {.size = 0,
               .instruments_per_connection = 0,
               .connections_per_account = 0,
               .batch_size = 1000,
               .batch_interval_ns = 0,
               .heartbeat_period_ns = 0,
               .time_resolution_ns = 1'000,
               .depth_limit_count = 0,
               .class_count = 0,
               .depth_limits = nullptr,
               .classes = nullptr},
    .flags = BGW_PLUGIN_SIMULATED,
    .get_extension = extension,
};

}  // namespace

BGW_BROKER_PLUGIN(mock::MockAdapter, kInfo);
