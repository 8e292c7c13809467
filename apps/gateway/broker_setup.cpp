#include "apps/gateway/broker_setup.hpp"

#include "apps/gateway/environment.hpp"
#include "apps/gateway/isolation.hpp"
#include "apps/gateway/login_setup.hpp"
#include "apps/gateway/options_of.hpp"
#include "apps/gateway/simulated.hpp"
#include "core/base/log.hpp"
#include "core/feed_process/described_library.hpp"
#include "core/feed_process/feed_process.hpp"
#include "core/plugin_host/feed_thread.hpp"

namespace gw::app {
namespace {

std::string why_no_plugin(const config::Broker& broker, const std::vector<plugin_host::ScanEntry>& plugins) {
  for (const plugin_host::ScanEntry& entry : plugins)
    if (entry.file == broker.plugin + ".so")
      return "Broker '" + broker.name +
             "': its plugin was refused; an operator sees why with: broker-gateway plugins list";
  return "Broker '" + broker.name + "': its plugin " + broker.plugin + ".so is not in the plugin folder yet";
}

}  // namespace

Outgoing outgoing_of(const config::Broker& broker) {
  Outgoing outgoing{broker.bind_address, AddressFamily::any};
  if (broker.address_family == "ipv4") outgoing.family = AddressFamily::ipv4;
  if (broker.address_family == "ipv6") outgoing.family = AddressFamily::ipv6;
  return outgoing;
}

Result<std::vector<plugin_host::AdapterSetting>> adapter_settings(const config::Broker& broker,
                                                                  const plugin_host::Library& library) {
  auto resolved = config::resolve_settings(broker, setting_rules(library));
  if (!resolved) return resolved.error();
  std::vector<plugin_host::AdapterSetting> settings;
  for (config::ResolvedSetting& s : *resolved) {
    if (s.is_secret && !s.is_missing) log::redact(s.text);
    settings.push_back({std::move(s.key), std::move(s.text), std::move(s.integers), s.is_secret, s.is_missing,
                        s.written_ns, s.is_reference});
  }
  return settings;
}

namespace {

// Plugins say "KEY: found X, expected Y" where they can; everything else they say is kept as it is.
config::Problem problem_of(const config::Broker& broker, const std::string& file, std::string_view text) {
  const std::string prefix = "brokers." + broker.name + ".settings";
  if (text.starts_with(broker.name + ": ")) text.remove_prefix(broker.name.size() + 2);
  for (const config::Setting& setting : broker.settings) {
    const std::string begin = setting.key + ": found ";
    const std::size_t middle = text.find(", expected ");
    if (!text.starts_with(begin) || middle == std::string_view::npos) continue;
    return {file, setting.line, prefix + '.' + setting.key,
            std::string(text.substr(begin.size(), middle - begin.size())), std::string(text.substr(middle + 11))};
  }
  return {file, broker.line, prefix, std::string(text), "what the plugin accepts"};
}

}  // namespace

std::vector<config::Problem> try_settings(const config::Broker& broker, const config::Loaded& loaded,
                                          const std::vector<plugin_host::ScanEntry>& plugins) {
  const std::string& file = loaded.file;
  auto library = find_plugin(plugins, broker.plugin);
  auto settings = adapter_settings(broker, *library);
  if (!settings) return {problem_of(broker, file, settings.error().message)};
  plugin_host::LinkOptions options;
  options.name = broker.name;
  options.settings = std::move(*settings);
  bus::Doorbell bell;
  std::unique_ptr<plugin_host::Feed> never_started;
  if (runs_in_process(broker, plugins)) {
    never_started = std::make_unique<feed_process::FeedProcess>(std::move(library), std::move(options),
                                                                process_limits(loaded.config.plugins),
                                                                log_options(loaded.config.log).level, bell);
  } else {
    auto here = feed_process::load_here(library);
    if (!here) return {problem_of(broker, file, here.error().message)};
    never_started = std::make_unique<plugin_host::FeedThread>(std::move(*here), std::move(options), bell);
  }
  const auto prepared = never_started->prepare(plugin_host::Feeds::kCallLimitNs);
  return prepared ? std::vector<config::Problem>{} : std::vector{problem_of(broker, file, prepared.error().message)};
}

std::vector<config::Problem> setting_problems(const config::Loaded& loaded,
                                              const std::vector<plugin_host::ScanEntry>& plugins) {
  std::vector<config::Problem> all;
  for (const config::Broker& broker : loaded.config.brokers) {
    const auto library = broker.enabled ? find_plugin(plugins, broker.plugin) : nullptr;
    if (library == nullptr) continue;
    auto problems = config::check_settings(broker, loaded.file, setting_rules(*library));
    for (config::UnsetVariable& unset : config::unset_variables(broker, loaded.file, setting_rules(*library)))
      problems.push_back(std::move(unset.problem));
    for (config::Problem& problem : config::value_problems(broker, loaded.file, setting_rules(*library)))
      problems.push_back(std::move(problem));
    if (problems.empty()) problems = try_settings(broker, loaded, plugins);
    for (config::Problem& problem : login_problems(broker, loaded, *library)) problems.push_back(std::move(problem));
    for (config::Problem& problem : token_place_problems(broker, loaded, *library))
      problems.push_back(std::move(problem));
    for (config::Problem& problem : problems) all.push_back(std::move(problem));
  }
  return all;
}

routing::Pin pin_of(const std::string& symbol) {
  const std::size_t dot = symbol.rfind('.');
  return {symbol.substr(0, dot), symbol.substr(dot + 1)};
}

void warn_of_missing_canaries(const routing::Router& router, routing::BrokerId id) {
  for (const std::string& missing : router.pinned().missing_canaries(id))
    log::warning("broker",
                 router.brokers()[id].setup().name + ": " + missing + "; it is subscribed when a list has it");
}

void ask_credentials_of(std::shared_ptr<const plugin_host::Library> library, CredentialsChecker& credentials,
                        plugin_host::LinkOptions& options) {
  const bgw_credentials* extension = library->credentials();
  if (extension == nullptr) return;
  options.ask_credentials = [&credentials, kept = std::shared_ptr<const bgw_credentials>(library, extension),
                             outgoing = options.outgoing](plugin_host::CredentialsQuestion question) {
    credentials.ask(kept, outgoing, std::move(question));
  };
}

namespace {

std::string wrong_settings(const std::string& name) {
  return "Broker '" + name +
         "': its settings in gateway.yaml are wrong; an operator sees them with: broker-gateway check-config";
}

void take_up(BrokerStart& start, const plugin_host::Preparation& how, const plugin_host::Feeds& feeds) {
  using State = plugin_host::Preparation::State;
  routing::BrokerSetup& setup = start.setup;
  const std::string broker = "Broker '" + setup.name + "'";
  start.goes_on = how.state == State::going_on;
  if (start.goes_on) {
    setup.unavailable = broker + " begins: its plugin has not answered yet";
    setup.next_step = "it serves as soon as its plugin answers";
    return;
  }
  plugin_host::Feed* feed = how.state == State::ready ? feeds.find(setup.name) : nullptr;
  setup.next_step.clear();
  if (feed == nullptr) {
    const std::string text = how.state == State::ready ? "its process has ended" : how.text;
    // event: a plugin refuses a broker's settings, or was lost before it had answered, and why
    log::error("broker", how.state == State::refused ? text : setup.name + ": " + text);
    start.is_lost = how.state != State::refused;
    start.problem = text;
    setup.unavailable = how.state == State::refused ? wrong_settings(setup.name) : broker + ": " + text;
    log::error("broker", "going on without broker " + setup.name + ": " + setup.unavailable);
    return;
  }
  setup.unavailable.clear();
  setup.capabilities = feed->capabilities();
  setup.limits = feed->limits();
  setup.stall_limit_ns = feed->stall_limit_ns();
  setup.channel = &feed->channel();
  if (setup.simulated) log::info("broker", setup.name + ": its prices are simulated, none of them is real");
}

}  // namespace

BrokerStart set_up_broker(const config::Broker& broker, const std::string& file,
                          const std::vector<plugin_host::ScanEntry>& plugins, plugin_host::Feeds& feeds,
                          bus::Doorbell& routing_bell, const LinkServices& services, const config::Config& config,
                          std::uint32_t first_login, std::int64_t wait_ns) {
  BrokerStart start;
  routing::BrokerSetup& setup = start.setup;
  setup.name = broker.name;
  setup.plugin = broker.plugin;
  setup.hot_standby = broker.standby == "hot";
  setup.enabled = broker.enabled;
  setup.always_open = broker.market_hours == "always";
  for (const std::string& symbol : broker.canary) setup.canary.push_back(pin_of(symbol));
  const auto give_up = [&](const std::string& why) {
    setup.unavailable = why;
    log::error("broker", "going on without broker " + broker.name + ": " + why);
    return start;
  };
  if (!broker.enabled) {
    setup.unavailable = "Broker '" + broker.name + "' is disabled: an operator can enable it in gateway.yaml";
    setup.next_step = "enable it in gateway.yaml, then run: broker-gateway reload";
    return start;
  }
  const auto library = find_plugin(plugins, broker.plugin);
  if (library == nullptr) return give_up(why_no_plugin(broker, plugins));
  auto problems = config::check_settings(broker, file, setting_rules(*library));
  for (config::UnsetVariable& unset : config::unset_variables(broker, file, setting_rules(*library))) {
    if (unset.is_secret)  // as before the first login: clients may subscribe already
      // event: a variable of a broker's secret is not set: file, line and key
      log::error("config", unset.problem.text());
    else
      problems.push_back(std::move(unset.problem));
  }
  // event: a problem of a broker's settings: file, line and key
  for (const config::Problem& problem : problems) log::error("config", problem.text());
  const std::string wrong = wrong_settings(broker.name);
  if (!problems.empty()) return give_up(wrong);
  auto settings = adapter_settings(broker, *library);
  if (!settings) {
    // event: a secret of a broker cannot be read, and why
    log::error("config", settings.error().message);
    return give_up(wrong);
  }
  plugin_host::LinkOptions options;
  options.name = broker.name;
  options.settings = std::move(*settings);
  options.reconnect.first_ns = broker.reconnect.first.count();
  options.reconnect.max_ns = broker.reconnect.max.count();
  options.reconnect.attempts = broker.reconnect.attempts;
  options.lag_limit_ns = broker.lag_limit.count();
  options.first_tick_limit_ns = broker.first_tick_limit.count();
  options.outgoing = outgoing_of(broker);
  options.first_login = first_login;
  options.list_announced = [plugin = broker.plugin, announced = services.list_announced](std::string_view etag) {
    announced(plugin, etag);
  };
  options.is_expected = services.is_expected;
  options.trading_session_seen = services.trading_session_seen;
  if (broker.market_hours == "calendar") {
    options.market_open = services.market_open;
    options.has_hours = services.has_hours;
  }
  options.record_folder = services.record_folder;
  if (broker.stall_limit) options.stall_limit_ns = broker.stall_limit->count();
  setup.simulated = is_simulated(*library);
  setup.tokens_per_exchange = (library->descriptor().flags & BGW_PLUGIN_TOKENS_PER_EXCHANGE) != 0;
  setup.lag_limit_ns = broker.lag_limit.count();
  std::shared_ptr<plugin_host::Feed> feed;
  start.is_process = runs_in_process(broker, plugins);
  if (start.is_process) {
    feed = std::make_shared<feed_process::FeedProcess>(library, std::move(options), process_limits(config.plugins),
                                                       log_options(config.log).level, routing_bell);
  } else if (auto here = feed_process::load_here(library); here) {
    ask_credentials_of(*here, services.credentials, options);
    feed = std::make_shared<plugin_host::FeedThread>(std::move(*here), std::move(options), routing_bell);
  } else {
    // event: a broker's plugin cannot be loaded, and why
    log::error("broker", broker.name + ": " + here.error().message);
    return give_up("Broker '" + broker.name +
                   "': its plugin cannot be loaded; an operator sees why with: broker-gateway plugins list");
  }
  take_up(start, feeds.add(std::move(feed), wait_ns), feeds);
  return start;
}

void settle_broker(BrokerStart& start, plugin_host::Feeds& feeds, std::int64_t wait_ns) {
  take_up(start, feeds.settle(start.setup.name, wait_ns), feeds);
}

}  // namespace gw::app
