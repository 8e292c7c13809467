#include "apps/gateway/gateway.hpp"

#include <filesystem>
#include <fstream>
#include <utility>

#include <unistd.h>

#include "apps/gateway/config_reload.hpp"
#include "apps/gateway/control_commands.hpp"
#include "apps/gateway/gateway_status.hpp"
#include "apps/gateway/instrument_lists.hpp"
#include "apps/gateway/list_updates.hpp"
#include "apps/gateway/missing_plugins.hpp"
#include "apps/gateway/options_of.hpp"
#include "apps/gateway/running_brokers.hpp"
#include "apps/gateway/server_tls.hpp"
#include "apps/gateway/simulated.hpp"
#include "apps/gateway/unattended_logins.hpp"
#include "core/accounts/account_store.hpp"
#include "core/base/log.hpp"
#include "core/base/thread_name.hpp"

namespace gw::app {
namespace {

constexpr int kControlPeriodMs = 250;

}  // namespace

// The parts that need the proxy.
struct Gateway::Parts {
  explicit Parts(Gateway& g)
      : lists(g.state_, *g.proxy_),
        updates(g.state_, g.feed_),
        brokers(g.state_, g.feed_, g.routing_bell_, *g.proxy_, lists, g.link_services()),
        missing_plugins(g.state_, brokers, updates),
        logins(g.state_, brokers),
        reload(g.options_.config, g.state_, *g.proxy_, brokers, missing_plugins, updates, logins) {}

  InstrumentLists lists;
  ListUpdates updates;
  RunningBrokers brokers;
  MissingPlugins missing_plugins;
  UnattendedLogins logins;
  ConfigReload reload;
  std::optional<GatewayStatus> status;      // made when the port is known
  std::optional<ControlCommands> commands;  // the same
};

Gateway::Gateway(Options options, config::Loaded loaded) : options_(std::move(options)) {
  state_.loaded = std::move(loaded);
}

Gateway::~Gateway() { stop(); }

Result<void> Gateway::start(const std::optional<std::string>& ready_file) {
  try {
    log::configure(log_options(config().log));
  } catch (const std::exception& e) {
    return Error{"log.file: " + std::string(e.what())};
  }
  log::info("gateway", "starting with " + state_.loaded.file);
  if (const auto done = open_stores(); !done) return done;
  if (const auto done = check_brokers(); !done) return done;
  sessions_.load();
  start_brokers();
  sessions_.drop(parts_->lists.is_over());
  if (const auto done = start_proxy(); !done) return done;
  start_zeromq();
  if (const auto done = start_control(); !done) return done;
  feed_.start();
  proxy_thread_ = std::thread([this] {
    name_this_thread("routing");
    proxy_->run();
  });
  parts_->updates.start();
  parts_->logins.start();
  if (ready_file)
    if (const auto done = write_ready_file(*ready_file); !done) return done;
  log::info("gateway", "ready: serving clients on ws://" + config().server.host + ":" + std::to_string(port_) + "/");
  return {};
}

Result<void> Gateway::open_stores() {
  auto database = open_database(config());
  if (!database) return database.error();
  state_.database = std::move(*database);
  auto entries = plugin_host::scan(plugin_folder(config()), config().plugins.allow);
  if (!entries) {
    log::error("plugin", entries.error().message + "; going on without plugins");
    return {};
  }
  state_.plugins = std::move(*entries);
  for (const plugin_host::ScanEntry& entry : state_.plugins) {
    if (entry.library == nullptr)
      log::error("plugin", entry.refusal);
    else
      log::info("plugin", entry.file + ": loaded, version " + entry.library->descriptor().version);
  }
  return {};
}

Result<void> Gateway::check_brokers() {
  const auto users = accounts::AccountStore(*state_.database).list_users();
  if (!users) return users.error();
  const auto problems = simulated_problems(state_.loaded, state_.plugins, *users);
  config_is_wrong_ = !problems.empty();
  std::string all;
  for (const config::Problem& problem : problems) all += (all.empty() ? "" : "\n") + problem.text();
  if (config_is_wrong_) return Error{all};
  for (const std::string& name : config().active_broker) {
    const config::Broker* broker = state_.find_broker(name);
    const auto library = broker == nullptr ? nullptr : find_plugin(state_.plugins, broker->plugin);
    if (state_.loaded.is_built_in && library != nullptr && is_simulated(*library))
      log::warning("gateway",
                   "no gateway.yaml found: serving simulated prices of the " + name + " broker, none of them is real");
  }
  return {};
}

LinkServices Gateway::link_services() {
  return {[calendar = state_.calendar](std::string_view exchange, InstrumentKind kind, std::int64_t wall_ns) {
            return calendar->load()->status(exchange, kind, wall_ns) == calendar::MarketStatus::open;
          },
          [calendar = state_.calendar](std::string_view exchange) { return calendar->load()->has_hours(exchange); },
          [this](const std::string& plugin, std::string_view etag) { parts_->updates.announced(plugin, etag); },
          [this](std::string_view symbol, std::string_view exchange, std::int64_t wall_ns) {
            return sessions_.is_expected(symbol, exchange, wall_ns);
          },
          [this](std::string_view symbol, std::string_view exchange, std::int64_t wall_ns, bool in_time) {
            sessions_.note(symbol, exchange, wall_ns, in_time);
          },
          credentials_};
}

void Gateway::start_brokers() {
  state_.calendar->store(std::make_shared<const calendar::Calendar>(state_.loaded.calendar));
  proxy_ = std::make_unique<proxy::Proxy>(proxy_options(config()), routing_bell_);
  parts_ = std::make_unique<Parts>(*this);
  parts_->brokers.start_all();
  routing::Router& router = proxy_->router();
  router.group_for("", proxy_->requests().brokers_named(config().active_broker));
  for (routing::BrokerId id = 0; id < router.brokers().size(); ++id) warn_of_missing_canaries(router, id);
  proxy_->markets().set_calendar(state_.calendar->load());
}

Result<void> Gateway::start_proxy() {
  data_version_ = state_.database->data_version();
  auto ring = accounts::AccountStore(*state_.database).load_ring();
  if (!ring) return ring.error();
  proxy_->requests().set_keys(*ring);
  const config::Server& server = config().server;
  const bool next_free = server.port_in_use == "next_free";
  // Without allow_plain, keys travel in clear on this machine only.
  const std::string plain_host = server.tls.port != 0 && !server.allow_plain ? "127.0.0.1" : server.host;
  const auto port = proxy_->listen({plain_host, static_cast<std::uint16_t>(server.port), next_free, false});
  if (!port) return port.error();
  port_ = *port;
  if (server.tls.port == 0) return {};
  const auto certificate = load_certificate(state_.loaded);
  if (!certificate) return certificate.error();
  proxy_->set_tls(*certificate);
  const auto tls_port = proxy_->listen({server.host, static_cast<std::uint16_t>(server.tls.port), next_free, true});
  if (!tls_port) return tls_port.error();
  log::info("gateway", "serving clients on wss://" + server.host + ":" + std::to_string(*tls_port) + "/ too");
  return {};
}

void Gateway::start_zeromq() {
  const config::ZeroMq& z = config().zeromq;
  if (!z.enabled) return;
  auto publisher = zeromq::ZeroMqPublisher::open(z.host, static_cast<std::uint16_t>(z.port));
  if (!publisher) {
    log::error("zeromq", publisher.error().message + "; going on without ZeroMQ");
    return;
  }
  zeromq_ = std::move(*publisher);
  std::vector<routing::Pin> pins;
  for (const std::string& symbol : z.symbols) pins.push_back(pin_of(symbol));
  proxy_->router().publish_to(*zeromq_, std::move(pins));
  log::info("zeromq", "publishing on " + zeromq_->endpoint());
  for (const routing::Pin& pin : proxy_->router().pinned().missing_pins())
    log::warning("zeromq", pin.symbol + '.' + pin.exchange + " is not known to broker " +
                               config().active_broker.front() + "; it is published once the broker lists it");
}

Result<void> Gateway::start_control() {
  GatewayStatus& status = parts_->status.emplace(*proxy_, parts_->brokers, parts_->logins, port_, zeromq_.get());
  ControlCommands& commands = parts_->commands.emplace(parts_->brokers, status, [this] { look_at_database(); });
  auto control = control::ControlServer::open(
      control_path(config()), [&commands](std::string_view line) { return commands.answer(line); }, [this] { look(); },
      kControlPeriodMs);
  if (!control) return control.error();
  control_ = std::move(*control);
  return {};
}

Result<void> Gateway::write_ready_file(const std::string& path) const {
  const std::string fresh = path + ".new";
  {
    std::ofstream out(fresh);
    out << "{\"pid\":" << ::getpid() << ",\"port\":" << port_ << ",\"zeromq\":";
    if (zeromq_)
      out << '"' << zeromq_->endpoint() << '"';
    else
      out << "null";
    out << "}\n";
    if (!out.flush()) return Error{"--ready-file " + path + ": cannot be written"};
  }
  std::error_code ec;
  std::filesystem::rename(fresh, path, ec);
  if (ec) return Error{"--ready-file " + path + ": " + ec.message()};
  return {};
}

void Gateway::stop() {
  if (!proxy_) return;
  credentials_.end();
  control_.reset();
  parts_->logins.stop();
  parts_->updates.stop();
  if (proxy_thread_.joinable()) {
    log::info("gateway", "shutting down");
    proxy_->stop();
    proxy_thread_.join();
  }
  feed_.stop();
  sessions_.save();
  proxy_.reset();
  zeromq_.reset();
  log::info("gateway", "stopped");
}

void Gateway::look() {
  constexpr int kLooksPerFileLook = 2;
  constexpr int kLooksPerSave = 120;  // half a minute: a crash loses no more of the history of trading sessions
  if (reload_wanted_.exchange(false)) parts_->reload.take_up();
  parts_->logins.look();
  look_at_database();
  if (parts_->lists.look_at_day()) {
    sessions_.drop(parts_->lists.is_over());
    parts_->lists.renew_built_in();
  }
  if (++looks_ % kLooksPerFileLook == 0) look_at_files();
  if (looks_ % kLooksPerSave == 0) sessions_.save();
}

// Takes up what other processes changed in the database.
void Gateway::look_at_database() {
  const std::int64_t version = state_.database->data_version();
  if (version == data_version_) return;
  data_version_ = version;
  auto ring = accounts::AccountStore(*state_.database).load_ring();
  if (!ring)
    log::error("accounts", ring.error().message + "; going on with the keys known before");
  else
    proxy_->post([this, keys = *ring] { proxy_->requests().set_keys(keys); });
  parts_->lists.look_at_database();
}

// Looks for plugin files that brokers wait for, and for changed secret files of brokers whose login has ended.
void Gateway::look_at_files() {
  for (const config::Broker& broker : config().brokers) {
    if (!broker.enabled) continue;
    if (feed_.find(broker.name) != nullptr)
      parts_->brokers.look_at_secrets(broker);
    else
      parts_->missing_plugins.look_for(broker);
  }
}

}  // namespace gw::app
