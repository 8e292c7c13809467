#include <array>
#include <string_view>

#include "zerodha_adapter.hpp"
#include "zerodha_credentials.hpp"
#include "zerodha_instruments.hpp"
#include "zerodha_login.hpp"
#include "zerodha_requests.hpp"

namespace {

constexpr std::uint32_t kAll = BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH;
constexpr std::uint32_t kNoDepth = BGW_MODE_LTP | BGW_MODE_QUOTE;

// Only the first tick, a snapshot of the last state, says that a subscription was taken: "Modes" of
// kite.trade/docs/connect/v3/websocket, and the vendor's own clients. "Quote packet structure" and "Index packets":
// only packets of the mode "full" have a time, so that an index is asked for in "full" where a quote is wanted.
constexpr std::uint32_t kTraded = BGW_SNAPSHOT_ON_SUBSCRIBE | BGW_DEPTH_HAS_TIME;
constexpr std::uint32_t kIndex = BGW_SNAPSHOT_ON_SUBSCRIBE | BGW_QUOTE_HAS_TIME;

// "Market depth structure": five levels a side wherever something is traded; indices have no book.
constexpr std::array<bgw_capability, 13> kCapabilities = {{
    {"NSE", kAll, BGW_FEED_SNAPSHOT, 1, {5}, kTraded},
    {"BSE", kAll, BGW_FEED_SNAPSHOT, 1, {5}, kTraded},
    {"NFO", kAll, BGW_FEED_SNAPSHOT, 1, {5}, kTraded},
    {"BFO", kAll, BGW_FEED_SNAPSHOT, 1, {5}, kTraded},
    {"CDS", kAll, BGW_FEED_SNAPSHOT, 1, {5}, kTraded},
    {"BCD", kAll, BGW_FEED_SNAPSHOT, 1, {5}, kTraded},
    {"MCX", kAll, BGW_FEED_SNAPSHOT, 1, {5}, kTraded | BGW_PRICES_BELOW_ZERO},
    {"NCO", kAll, BGW_FEED_SNAPSHOT, 1, {5}, kTraded | BGW_PRICES_BELOW_ZERO},
    {"NSE_INDEX", kNoDepth, BGW_FEED_SNAPSHOT, 0, {}, kIndex},
    {"BSE_INDEX", kNoDepth, BGW_FEED_SNAPSHOT, 0, {}, kIndex},
    {"MCX_INDEX", kNoDepth, BGW_FEED_SNAPSHOT, 0, {}, kIndex},
    {"CDS_INDEX", kNoDepth, BGW_FEED_SNAPSHOT, 0, {}, kIndex},
    {"GLOBAL_INDEX", kNoDepth, BGW_FEED_SNAPSHOT, 0, {}, kIndex},
}};

constexpr std::array<bgw_setting, 6> kSettings = {{
    {"url", BGW_SETTING_WEBSOCKET_URL, 0, zerodha::kDefaultUrl, "where the ticker is; a stand-in broker's for tests"},
    {"api_key", BGW_SETTING_TEXT, BGW_SETTING_REQUIRED, nullptr, "of your Kite Connect app"},
    {"access_token", BGW_SETTING_TEXT, BGW_SETTING_REQUIRED | BGW_SETTING_SECRET, nullptr,
     "of today's login; good until 06:00 IST of the next day"},
    {"instruments_url", BGW_SETTING_WEB_URL, 0, "https://api.kite.trade/instruments", "where the instrument list is"},
    {"api_url", BGW_SETTING_WEB_URL, 0, zerodha::kDefaultApiUrl,
     "where a login is made, and a token that the ticker refuses is checked; a stand-in broker's for tests"},
    {"api_secret", BGW_SETTING_TEXT, BGW_SETTING_SECRET, nullptr, "of your Kite Connect app, for broker-gateway login"},
}};

const void* extension(const char* id) {
  if (std::string_view(id) == BGW_EXTENSION_INSTRUMENTS) return zerodha::instruments_extension();
  if (std::string_view(id) == BGW_EXTENSION_CREDENTIALS) return zerodha::credentials_extension();
  if (std::string_view(id) == BGW_EXTENSION_LOGIN) return bgw::login_extension<zerodha::ZerodhaLogin>();
  return nullptr;
}

const bgw::PluginInfo kInfo = {
    .broker = "zerodha",
    .version = "0.9.0",
    .vendor = "Broker Gateway",
    .capabilities = kCapabilities,
    .settings = kSettings,
    .limits = {.size = 0,
               .instruments_per_connection = 3000,
               .connections_per_account = 3,
               .batch_size = zerodha::kTokensPerMessage,
               .batch_interval_ns = 0,
               .heartbeat_period_ns = 3'000'000'000,
               .time_resolution_ns = 1'000'000'000,
               .depth_limit_count = 0,
               .class_count = 0,
               .depth_limits = nullptr,
               .classes = nullptr},
    .flags = BGW_PLUGIN_INSTRUMENT_TOKENS,
    .get_extension = extension,
};

}  // namespace

BGW_BROKER_PLUGIN(zerodha::ZerodhaAdapter, kInfo);
