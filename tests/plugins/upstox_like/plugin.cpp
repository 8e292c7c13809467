// A plugin for Upstox's feed, written with the SDK's headers and docs/plugins.md alone. It shows that the contract can
// say what such a broker needs: an HTTP request before the socket, redirects, protobuf, a packed list. It is not
// installed.
#include <array>
#include <string_view>

#include "instrument_list.hpp"
#include "upstox_adapter.hpp"

namespace {

constexpr std::array<bgw_setting, 8> kSettings = {{
    {"url", BGW_SETTING_WEBSOCKET_URL, 0, upstox_like::kDefaultUrl, "where the feed is, for authorize: redirect"},
    {"api_url", BGW_SETTING_WEB_URL, 0, upstox_like::kDefaultApiUrl, "where the web interface is, for authorize: call"},
    {"access_token", BGW_SETTING_TEXT, BGW_SETTING_REQUIRED | BGW_SETTING_SECRET, nullptr, "of today's login"},
    {"authorize", BGW_SETTING_TEXT, 0, "call", "how the feed's one-time address is had: call or redirect"},
    {"authorize_timeout", BGW_SETTING_DURATION, 0, "10s", "how long the web interface may take to give it"},
    {"plan", BGW_SETTING_TEXT, 0, "standard", "standard or plus, which has 30 levels and more connections"},
    {"option_quotes", BGW_SETTING_TEXT, 0, "full",
     "what a quote of an option asks for: full, or option_greeks, which has no open, high and low"},
    {"instruments_url", BGW_SETTING_WEB_URL, 0,
     "https://assets.upstox.com/market-quote/instruments/exchange/complete.json.gz", "where the instrument list is"},
}};

const void* extension(const char* id) {
  return std::string_view(id) == BGW_EXTENSION_INSTRUMENTS ? upstox_like::instruments_extension() : nullptr;
}

const bgw::PluginInfo kInfo = {
    .broker = "upstox_like",
    .version = "0.9.0",
    .vendor = "Broker Gateway",
    .capabilities = upstox_like::capabilities_of(true),
    .settings = kSettings,
    .limits = upstox_like::limits_of(false),
    .get_extension = extension,
};

}  // namespace

BGW_BROKER_PLUGIN(upstox_like::UpstoxAdapter, kInfo);
