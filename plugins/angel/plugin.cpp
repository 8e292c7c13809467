#include <array>
#include <string_view>

#include "angel_adapter.hpp"
#include "angel_instruments.hpp"
#include "angel_login.hpp"

namespace {

constexpr std::uint32_t kAll = BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH;
constexpr std::uint32_t kNoDepth = BGW_MODE_LTP | BGW_MODE_QUOTE;
constexpr std::uint32_t kTimes = BGW_LTP_HAS_TIME | BGW_QUOTE_HAS_TIME | BGW_DEPTH_HAS_TIME;

// "SnapQuote" has five levels a side wherever something is traded, "Depth20" is of NSE's cash segment only; indices
// have no book. MCX has had crude oil at prices below zero (April 2020), and its and NCDEX's rules allow them; shares,
// their derivatives and currencies have none.
constexpr std::array<bgw_capability, 10> kCapabilities = {{
    {"NSE", kAll, BGW_FEED_SNAPSHOT, 2, {5, 20}, kTimes},
    {"BSE", kAll, BGW_FEED_SNAPSHOT, 1, {5}, kTimes},
    {"NFO", kAll, BGW_FEED_SNAPSHOT, 1, {5}, kTimes},
    {"BFO", kAll, BGW_FEED_SNAPSHOT, 1, {5}, kTimes},
    {"MCX", kAll, BGW_FEED_SNAPSHOT, 1, {5}, kTimes | BGW_PRICES_BELOW_ZERO},
    {"CDS", kAll, BGW_FEED_SNAPSHOT, 1, {5}, kTimes},
    {"NCDEX", kAll, BGW_FEED_SNAPSHOT, 1, {5}, kTimes | BGW_PRICES_BELOW_ZERO},
    {"NSE_INDEX", kNoDepth, BGW_FEED_SNAPSHOT, 0, {}, kTimes},
    {"BSE_INDEX", kNoDepth, BGW_FEED_SNAPSHOT, 0, {}, kTimes},
    {"MCX_INDEX", kNoDepth, BGW_FEED_SNAPSHOT, 0, {}, kTimes},
}};

constexpr std::array<bgw_setting, 9> kSettings = {{
    {"url", BGW_SETTING_WEBSOCKET_URL, 0, angel::kDefaultUrl, "where the feed is; a stand-in broker's for tests"},
    {"api_key", BGW_SETTING_TEXT, BGW_SETTING_REQUIRED, nullptr, "of your SmartAPI app"},
    {"client_code", BGW_SETTING_TEXT, BGW_SETTING_REQUIRED, nullptr, "of your account at Angel One"},
    {"jwt_token", BGW_SETTING_TEXT, BGW_SETTING_REQUIRED | BGW_SETTING_SECRET, nullptr,
     "of today's login, with or without 'Bearer ' before it"},
    {"feed_token", BGW_SETTING_TEXT, BGW_SETTING_REQUIRED | BGW_SETTING_SECRET, nullptr, "of the same login"},
    {"instruments_url", BGW_SETTING_WEB_URL, 0,
     "https://margincalculator.angelone.in/OpenAPI_File/files/OpenAPIScripMaster.json", "where the instrument list is"},
    {"pin", BGW_SETTING_TEXT, BGW_SETTING_SECRET, nullptr, "of your account, for logins by the gateway"},
    {"totp_secret", BGW_SETTING_TEXT, BGW_SETTING_SECRET, nullptr,
     "as it stands under the QR code of smartapi.angelone.in/enable-totp, for logins by the gateway"},
    {"api_url", BGW_SETTING_WEB_URL, 0, angel::kDefaultApiUrl, "where a login is made; a stand-in broker's for tests"},
}};

// "Limits": 1000 subscriptions a connection, where each mode of a token counts, at most 50 of them in Depth20; three
// connections. Twenty levels take two modes of a token.
constexpr bgw_depth_limit kDepthLimits[] = {{20, angel::kDeepPerConnection, 2, 0}};

const void* extension(const char* id) {
  if (std::string_view(id) == BGW_EXTENSION_INSTRUMENTS) return angel::instruments_extension();
  if (std::string_view(id) == BGW_EXTENSION_LOGIN) return bgw::login_extension<angel::AngelLogin>();
  return nullptr;
}

const bgw::PluginInfo kInfo = {
    .broker = "angel",
    .version = "0.9.0",
    .vendor = "Broker Gateway",
    .capabilities = kCapabilities,
    .settings = kSettings,
    .limits = {.size = 0,
               .instruments_per_connection = angel::kPerConnection,
               .connections_per_account = 3,
               .batch_size = 500,
               .batch_interval_ns = 0,
               .heartbeat_period_ns = 10'000'000'000,  // our own ping is answered
               .time_resolution_ns = 1'000'000'000,    // milliseconds on the wire, whole seconds in fact
               .depth_limit_count = 1,
               .class_count = 0,
               .depth_limits = kDepthLimits,
               .classes = nullptr},
    .flags = BGW_PLUGIN_TOKENS_PER_EXCHANGE,  // a token is unique within its exchangeType
    .get_extension = extension,
};

}  // namespace

BGW_BROKER_PLUGIN(angel::AngelAdapter, kInfo);
