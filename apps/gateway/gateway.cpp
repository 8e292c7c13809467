#include "apps/gateway/gateway.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>

#include <unistd.h>

#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/instrument_update.hpp"
#include "apps/gateway/server_tls.hpp"
#include "apps/gateway/simulated.hpp"
#include "core/base/clock.hpp"
#include "core/base/dates.hpp"
#include "core/base/log.hpp"
#include "core/base/url.hpp"
#include "core/instruments/import.hpp"

namespace gw::app {
namespace {

constexpr int kControlPeriodMs = 250;

}  // namespace

log::Options log_options(const config::Log& c) {
  log::Options options;
  for (const auto& [word, level] : {std::pair{"debug", log::Level::debug}, std::pair{"info", log::Level::info},
                                    std::pair{"warning", log::Level::warning}, std::pair{"error", log::Level::error}})
    if (c.level == word) options.level = level;
  options.format = c.format;
  options.file = c.file;
  return options;
}

proxy::ShardOptions shard_options(const config::Config& c) {
  proxy::ShardOptions o;
  o.ping_interval_ns = c.server.ping_interval.count();
  o.ping_timeout_ns = c.server.ping_timeout.count();
  o.authentication_timeout_ns = c.server.authentication_timeout.count();
  o.slow_client_close_ns = c.limits.slow_client_close.count();
  o.subscriptions_per_client = static_cast<std::size_t>(c.limits.subscriptions_per_client);
  o.symbols_per_request = static_cast<std::size_t>(c.limits.symbols_per_request);
  o.header_size = static_cast<std::uint32_t>(c.limits.header_size);
  o.message_size = c.limits.message_size;
  o.output_per_client = c.limits.output_per_client;
  o.output_total = c.limits.output_total;
  o.resume_memory = c.limits.resume_memory;
  o.resume_time_ns = c.limits.resume_time.count();
  o.admission.connections = static_cast<std::size_t>(c.limits.connections);
  o.admission.per_address = static_cast<std::size_t>(c.limits.connections_per_address);
  o.admission.unauthenticated = static_cast<std::size_t>(c.limits.unauthenticated_connections);
  o.connections_per_key = static_cast<std::size_t>(c.limits.connections_per_key);
  o.serves_expired = c.instruments.expired == "serve";
  o.mixes_brokers = c.mix_brokers;
  o.compression = c.server.compression.enabled;
  o.compression_threshold = c.server.compression.threshold;
  o.pace = {c.limits.requests_per_second, c.limits.request_burst};
  o.origins = {c.server.allowed_origins, is_loopback(c.server.host)};
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  o.shards = static_cast<std::size_t>(c.server.threads != 0 ? c.server.threads : std::max(1, cores - 1));
  return o;
}

Gateway::~Gateway() { stop(); }

const config::Broker* Gateway::find_broker(const std::string& name) const {
  for (const config::Broker& broker : config().brokers)
    if (broker.name == name) return &broker;
  return nullptr;
}

Result<void> Gateway::start(const std::optional<std::string>& ready_file) {
  try {
    log::configure(log_options(config().log));
  } catch (const std::exception& e) {
    return Error{"log.file: " + std::string(e.what())};
  }
  log::info("gateway", "starting with " + loaded_.file);
  if (const auto done = open_stores(); !done) return done;
  if (const auto done = check_brokers(); !done) return done;
  load_sessions();
  if (const auto done = start_brokers(); !done) return done;
  drop_sessions();
  if (const auto done = start_proxy(); !done) return done;
  start_zeromq();
  if (const auto done = start_control(); !done) return done;
  feed_.start();
  proxy_thread_ = std::thread([this] { proxy_->run(); });
  start_updates();
  if (ready_file)
    if (const auto done = write_ready_file(*ready_file); !done) return done;
  log::info("gateway", "ready: serving clients on ws://" + config().server.host + ":" + std::to_string(port_) + "/");
  return {};
}

Result<void> Gateway::open_stores() {
  auto database = open_database(config());
  if (!database) return database.error();
  database_ = std::move(*database);
  auto entries = plugin_host::scan(plugin_folder(config()), config().plugins.allow);
  if (!entries) {
    log::error("plugin", entries.error().message);
    return {};
  }
  plugins_ = std::move(*entries);
  for (const plugin_host::ScanEntry& entry : plugins_) {
    if (entry.library == nullptr)
      log::error("plugin", entry.refusal);
    else
      log::info("plugin", entry.file + ": loaded, version " + entry.library->descriptor().version);
  }
  return {};
}

Result<void> Gateway::check_brokers() {
  const auto users = accounts::AccountStore(*database_).list_users();
  if (!users) return users.error();
  const auto problems = simulated_problems(loaded_, plugins_, *users);
  config_is_wrong_ = !problems.empty();
  std::string all;
  for (const config::Problem& problem : problems) all += (all.empty() ? "" : "\n") + problem.text();
  if (config_is_wrong_) return Error{all};
  for (const std::string& name : config().active_broker) {
    const config::Broker* broker = find_broker(name);
    const auto library = broker == nullptr ? nullptr : find_plugin(plugins_, broker->plugin);
    if (loaded_.is_built_in && library != nullptr && is_simulated(*library))
      log::warning("gateway",
                   "no gateway.yaml found: serving simulated prices of the " + name + " broker, none of them is real");
  }
  return {};
}

std::shared_ptr<const instruments::Index> Gateway::load_index(const plugin_host::Library& library) {
  const std::string name = library.descriptor().broker;
  instruments::InstrumentStore store(*database_);
  generations_[name] = store.generation(name).has_value() ? *store.generation(name) : 0;
  const bgw_instruments* extension = library.instruments();
  if (extension != nullptr && extension->builtin != nullptr && generations_[name] == 0) {
    instruments::Import import(import_rules(library));
    if (const auto read = import.read_builtin(*extension); !read)
      log::error("plugin", name + ": " + read.error().message);
    return indexes_[name] = std::make_shared<const instruments::Index>(import.index());
  }
  auto loaded = store.load(name);
  if (!loaded) {
    log::error("instruments", name + ": " + loaded.error().message);
    return std::make_shared<const instruments::Index>();
  }
  return indexes_[name] = std::move(*loaded);
}

LinkServices Gateway::link_services() {
  const std::string_view open = calendar::word(calendar::MarketStatus::open);  // silence is judged in this phase alone
  return {[calendar = calendar_](std::string_view exchange, InstrumentKind kind, std::int64_t wall_ns) {
            return calendar->load()->status(exchange, kind, wall_ns) == calendar::MarketStatus::open;
          },
          [calendar = calendar_](std::string_view exchange) { return calendar->load()->has_hours(exchange); },
          [this](const std::string& plugin, std::string_view etag) {
            const std::lock_guard lock(updater_mutex_);
            if (updater_) updater_->announced(plugin, etag);
          },
          [this, open](std::string_view symbol, std::string_view exchange, std::int64_t wall_ns) {
            return sessions_.is_expected(symbol, exchange, open, exchange_day(*calendar_->load(), exchange, wall_ns));
          },
          [this, open](std::string_view symbol, std::string_view exchange, std::int64_t wall_ns, bool in_time) {
            sessions_.note(symbol, exchange, open, exchange_day(*calendar_->load(), exchange, wall_ns), in_time);
          },
          credentials_};
}

Result<void> Gateway::start_brokers() {
  day_ = day_at(wall_ns(), loaded_.calendar.clock.offset_at(wall_ns()));
  calendar_->store(std::make_shared<const calendar::Calendar>(loaded_.calendar));
  proxy_ = std::make_unique<proxy::Proxy>(shard_options(config()), routing_bell_);
  std::set<std::string> used;
  for (const config::Broker& broker : config().brokers) {
    routing::BrokerSetup setup = set_up_broker(broker, loaded_.file, plugins_, feed_, routing_bell_, link_services());
    if (setup.channel != nullptr) used.insert(broker.plugin);
    secrets_seen_[broker.name] = state_of_secrets(broker);
    proxy_->router().add_broker(std::move(setup));
  }
  for (const std::string& plugin : used) {
    const auto index = load_index(*find_plugin(plugins_, plugin));
    log::info("instruments", plugin + ": " + std::to_string(index->size()) + " instruments");
    if (index->size() == 0)
      log::warning(
          "instruments",
          plugin + ": none are known yet; run: broker-gateway instruments update, or import --broker NAME FILE");
    proxy_->router().set_index(plugin, index);
  }
  routing::Router& router = proxy_->router();
  router.lineup("", proxy_->desk().brokers_named(config().active_broker));
  for (routing::BrokerId id = 0; id < router.broker_count(); ++id) warn_of_missing_canaries(router, id);
  proxy_->desk().set_calendar(calendar_->load());
  return {};
}

Result<void> Gateway::start_proxy() {
  data_version_ = database_->data_version();
  auto ring = accounts::AccountStore(*database_).load_ring();
  if (!ring) return ring.error();
  proxy_->desk().set_keys(*ring);
  const config::Server& server = config().server;
  const bool next_free = server.port_in_use == "next_free";
  // Without leave, keys travel in clear on this machine only.
  const std::string plain_host = server.tls.port != 0 && !server.allow_plain ? "127.0.0.1" : server.host;
  const auto port = proxy_->listen({plain_host, static_cast<std::uint16_t>(server.port), next_free, false});
  if (!port) return port.error();
  port_ = *port;
  if (server.tls.port == 0) return {};
  if (const auto loaded = load_certificate(); !loaded) return loaded;
  const auto tls_port = proxy_->listen({server.host, static_cast<std::uint16_t>(server.tls.port), next_free, true});
  if (!tls_port) return tls_port.error();
  log::info("gateway", "serving clients on wss://" + server.host + ":" + std::to_string(*tls_port) + "/ too");
  return {};
}

Result<void> Gateway::load_certificate() {
  if (const auto problems = server_tls_problems(loaded_); !problems.empty()) return Error{problems.front().text()};
  const config::Tls& tls = config().server.tls;
  auto loaded = websocket::load_server_tls(tls.certificate, tls.key);
  if (!loaded) return Error{"server.tls: " + loaded.error().message};
  proxy_->set_tls(std::move(*loaded));
  return {};
}

void Gateway::start_zeromq() {
  const config::ZeroMq& z = config().zeromq;
  if (!z.enabled) return;
  auto publisher = zeromq::ZeroMqPublisher::open(z.host, static_cast<std::uint16_t>(z.port));
  if (!publisher) {
    log::error("zeromq", publisher.error().message + "; going on without it");
    return;
  }
  zeromq_ = std::move(*publisher);
  std::vector<routing::Pin> pins;
  for (const std::string& symbol : z.symbols) pins.push_back(pin_of(symbol));
  proxy_->router().publish_to(*zeromq_, std::move(pins));
  log::info("zeromq", "publishing on " + zeromq_->endpoint());
  for (const routing::Pin& pin : proxy_->router().missing_pins())
    log::warning("zeromq", pin.symbol + '.' + pin.exchange + " is not known to broker " +
                               config().active_broker.front() + "; it stays wanted");
}

Result<void> Gateway::start_control() {
  auto control = control::ControlServer::open(
      control_path(config()), [this](std::string_view line) { return answer(line); }, [this] { look(); },
      kControlPeriodMs);
  if (!control) return control.error();
  control_ = std::move(*control);
  return {};
}

void Gateway::start_updates() {
  if (!config().instruments.update) return;
  const std::lock_guard lock(updater_mutex_);
  updater_ = std::make_unique<InstrumentUpdater>(loaded_);
  for (const config::Broker& broker : config().brokers)
    if (feed_.find(broker.name) != nullptr) updater_->add(broker, find_plugin(plugins_, broker.plugin));
}

void Gateway::stop_updates() {
  std::unique_ptr<InstrumentUpdater> ends;  // which may take a moment: nobody waits for the lock meanwhile
  const std::lock_guard lock(updater_mutex_);
  ends.swap(updater_);
}

void Gateway::on_routing(const std::function<void()>& task) {
  std::promise<void> done;
  proxy_->post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
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
  stop_updates();
  if (proxy_thread_.joinable()) {
    log::info("gateway", "shutting down");
    proxy_->stop();
    proxy_thread_.join();
  }
  feed_.stop();
  save_sessions();
  proxy_.reset();
  zeromq_.reset();
  log::info("gateway", "stopped");
}

}  // namespace gw::app
