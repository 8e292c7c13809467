// What the file dhan_like.so says of itself.
#include <string_view>

#include "dhan_adapter.hpp"
#include "dhan_instruments.hpp"

namespace {

constexpr std::uint32_t kAll = BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH;

// No packet has a time of the exchange, and no document says that a subscribe is answered with the last values.
constexpr bgw_capability kCapabilities[] = {
    {"NSE", kAll, BGW_FEED_SNAPSHOT, 3, {5, 20, 200}, 0},
    {"NFO", kAll, BGW_FEED_SNAPSHOT, 3, {5, 20, 200}, 0},
    {"BSE", kAll, BGW_FEED_SNAPSHOT, 1, {5}, 0},
    {"BFO", kAll, BGW_FEED_SNAPSHOT, 1, {5}, 0},
    {"CDS", kAll, BGW_FEED_SNAPSHOT, 1, {5}, 0},
    {"NSE_INDEX", BGW_MODE_LTP | BGW_MODE_QUOTE, BGW_FEED_SNAPSHOT, 0, {}, 0},
    {"BSE_INDEX", BGW_MODE_LTP | BGW_MODE_QUOTE, BGW_FEED_SNAPSHOT, 0, {}, 0},
};

constexpr bgw_setting kSettings[] = {
    {"client_id", BGW_SETTING_TEXT, BGW_SETTING_REQUIRED, nullptr, "of your account"},
    {"access_token", BGW_SETTING_TEXT, BGW_SETTING_REQUIRED | BGW_SETTING_SECRET, nullptr, "good for 24 hours"},
    {"plan", BGW_SETTING_TEXT, 0, "plus", "basic: one connection of 20 and of 200 levels; plus: five of each"},
    {"feed_url", BGW_SETTING_WEBSOCKET_URL, 0, "wss://api-feed.dhan.co/", "where the plain feed is"},
    {"depth20_url", BGW_SETTING_WEBSOCKET_URL, 0, "wss://depth-api-feed.dhan.co/twentydepth",
     "where books of 20 levels are"},
    {"depth200_url", BGW_SETTING_WEBSOCKET_URL, 0, "wss://full-depth-api.dhan.co/", "where books of 200 levels are"},
    {"heartbeat", BGW_SETTING_DURATION, 0, "10s", "how often the broker pings"},
    {"reopen_after", BGW_SETTING_DURATION, 0, "1s", "the pause before an ended depth socket is opened again"},
};

const void* extension(const char* id) {
  return std::string_view(id) == BGW_EXTENSION_INSTRUMENTS ? dhan_like::instruments_extension() : nullptr;
}

// The limits depend on the plan: the adapter sets them.
const bgw::PluginInfo kInfo = {
    .broker = "dhan_like",
    .version = "0.9.0",
    .vendor = "Broker Gateway",
    .capabilities = kCapabilities,
    .settings = kSettings,
    .flags = BGW_PLUGIN_TOKENS_PER_EXCHANGE,
    .get_extension = extension,
};

}  // namespace

BGW_BROKER_PLUGIN(dhan_like::DhanAdapter, kInfo);
