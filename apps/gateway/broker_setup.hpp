// Turns what gateway.yaml says of one broker into a link that runs, or into the reason why it cannot run.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/gateway/credentials_checker.hpp"
#include "core/base/outgoing.hpp"
#include "core/config/load.hpp"
#include "core/plugin_host/feeds.hpp"
#include "core/plugin_host/scanner.hpp"
#include "core/routing/router.hpp"

namespace gw::app {

// From which address and by which protocol everything of this broker leaves this machine: links, downloads and web
// requests.
Outgoing outgoing_of(const config::Broker& broker);

Result<std::vector<plugin_host::AdapterSetting>> adapter_settings(const config::Broker& broker,
                                                                  const plugin_host::Library& library);

// What the plugin itself finds wrong with the settings: makes and initializes an adapter where the broker's plugin
// runs, and does nothing more with it. Call it only for a plugin that is there, after check_settings found nothing
// wrong.
std::vector<config::Problem> try_settings(const config::Broker& broker, const config::Loaded& loaded,
                                          const std::vector<plugin_host::ScanEntry>& plugins);

// What check_settings and try_settings find wrong with all brokers that are enabled and whose plugins are there.
std::vector<config::Problem> setting_problems(const config::Loaded& loaded,
                                              const std::vector<plugin_host::ScanEntry>& plugins);

// Whether the calendar in force knows when an exchange trades, and whether the exchange is open. [any]
using HasHours = std::function<bool(std::string_view exchange)>;
using MarketOpen = std::function<bool(std::string_view exchange, InstrumentKind kind, std::int64_t wall_ns)>;

// Called when a broker announces which instrument list of the plugin is current. [feed]
using ListAnnounced = std::function<void(const std::string& plugin, std::string_view etag)>;

// Whether an instrument ticked in time on each of its last three trading sessions. [any]
using IsExpected = std::function<bool(std::string_view symbol, std::string_view exchange, std::int64_t wall_ns)>;
// Called for an instrument that a link carried while its exchange was open: `in_time` says whether its first tick came
// in time. [any]
using TradingSessionSeen =
    std::function<void(std::string_view symbol, std::string_view exchange, std::int64_t wall_ns, bool in_time)>;

// What links ask of the gateway until their threads have ended.
struct LinkServices {
  MarketOpen market_open;
  HasHours has_hours;
  ListAnnounced list_announced;
  IsExpected is_expected;
  TradingSessionSeen trading_session_seen;
  CredentialsChecker& credentials;
  std::string record_folder;  // of `run --record`; empty: nothing is recorded
};

// Has a link ask the checker about its credentials, where the plugin says how.
void ask_credentials_of(std::shared_ptr<const plugin_host::Library> library, CredentialsChecker& credentials,
                        plugin_host::LinkOptions& options);

// "RELIANCE.NSE", as the configuration writes it.
routing::Pin pin_of(const std::string& symbol);
// One warning for each canary that the broker's list lacks. [routing]
void warn_of_missing_canaries(const routing::Router& router, routing::BrokerId id);

// What routing gets of a broker, and how far its link is.
struct BrokerStart {
  routing::BrokerSetup setup;  // says why the broker serves nothing, unless the link is ready
  bool is_process = false;
  bool goes_on = false;  // the plugin has not answered yet
  bool is_lost = false;  // it did not return, or its process ended, before it had answered
  std::string problem;   // how it was lost or refused
};

// Adds a link, whose logins are numbered from `first_login`, to the feeds, unless the broker cannot be used: the reason
// is logged with file and line. Waits for its plugin, for `wait_ns` at the most. [main until the control thread begins,
// then control]
BrokerStart set_up_broker(const config::Broker& broker, const std::string& file,
                          const std::vector<plugin_host::ScanEntry>& plugins, plugin_host::Feeds& feeds,
                          bus::Doorbell& routing_bell, const LinkServices& services, const config::Config& config,
                          std::uint32_t first_login, std::int64_t wait_ns);
// The same of one that went on.
void settle_broker(BrokerStart& start, plugin_host::Feeds& feeds, std::int64_t wait_ns);

}  // namespace gw::app
