#include "apps/gateway/gateway.hpp"

#include <filesystem>
#include <fstream>
#include <utility>

#include <unistd.h>

#include "apps/gateway/config_reload.hpp"
#include "apps/gateway/control_commands.hpp"
#include "apps/gateway/gateway_status.hpp"
#include "apps/gateway/hang_reports.hpp"
#include "apps/gateway/instrument_lists.hpp"
#include "apps/gateway/list_updates.hpp"
#include "apps/gateway/missing_plugins.hpp"
#include "apps/gateway/next_links.hpp"
#include "apps/gateway/options_of.hpp"
#include "apps/gateway/own_files.hpp"
#include "apps/gateway/place_problems.hpp"
#include "apps/gateway/plugin_files.hpp"
#include "apps/gateway/plugin_scan.hpp"
#include "apps/gateway/running_brokers.hpp"
#include "apps/gateway/server_tls.hpp"
#include "apps/gateway/simulated.hpp"
#include "apps/gateway/unattended_logins.hpp"
#include "core/accounts/account_store.hpp"
#include "core/base/fresh_file.hpp"
#include "core/base/log.hpp"
#include "core/base/thread_name.hpp"

namespace gw::app {
namespace {

constexpr int kControlPeriodMs = 250;

std::string text_of(const std::vector<config::Problem>& problems) {
  std::string all;
  for (const config::Problem& problem : problems) all += (all.empty() ? "" : "\n") + problem.text();
  return all;
}

}  // namespace

// The parts that need the proxy.
struct Gateway::Parts {
  explicit Parts(Gateway& g)
      : lists(g.state_, *g.proxy_),
        updates(g.state_, g.feeds_),
        brokers(g.state_, g.feeds_, g.routing_bell_, *g.proxy_, lists, g.link_services()),
        quarantine(g.config().database),
        missing_plugins(g.state_, brokers, updates, quarantine),
        logins(g.state_, brokers),
        next_links(brokers, g.feeds_, *g.proxy_),
        files({g.state_, brokers, next_links, lists, updates, logins, *g.proxy_}, quarantine),
        reload(g.options_.config, g.state_, *g.proxy_, brokers, missing_plugins, updates, logins),
        hangs(*g.proxy_) {}

  InstrumentLists lists;
  ListUpdates updates;
  RunningBrokers brokers;
  PluginQuarantine quarantine;
  MissingPlugins missing_plugins;
  UnattendedLogins logins;
  NextLinks next_links;
  PluginFiles files;
  ConfigReload reload;
  HangReports hangs;
  std::optional<GatewayStatus> status;      // made when the port is known
  std::optional<ControlCommands> commands;  // the same
};

Gateway::Gateway(Options options, config::Loaded loaded, EndWatch& end, const ServiceManager& manager)
    : options_(std::move(options)), end_(end), manager_(manager), state_(std::move(loaded)) {}

Gateway::~Gateway() { stop(); }

Result<void> Gateway::start(const RunRequest& request) {
  auto problems = written_file_problems(state_.loaded);
  for (config::Problem& problem : listen_problems(state_.loaded)) problems.push_back(std::move(problem));
  if (!problems.empty()) {
    config_is_wrong_ = true;
    return Error{text_of(problems)};
  }
  if (request.ready_file)
    if (const auto good = check_ready_file(*request.ready_file); !good) return good;
  try {
    log::configure(log_options(config().log));
    log::start_thread();
  } catch (const std::exception& e) {
    return Error{"log.file: " + std::string(e.what())};
  }
  log::info("gateway", "starting with " + state_.loaded.file);
  if (request.record)
    if (const auto done = make_record_folder(*request.record); !done) return done;
  if (const auto done = open_stores(); !done) return done;
  if (const auto done = check_brokers(); !done) return done;
  sessions_.load();
  start_brokers();
  sessions_.drop(parts_->lists.is_over());
  if (const auto done = start_proxy(); !done) return done;
  address_ = urls_of("ws", plain_hosts(config().server), port_);
  start_zeromq();
  if (const auto done = start_control(); !done) return done;
  feeds_.start(&parts_->hangs);
  proxy_thread_ = std::thread([this] {
    name_this_thread("routing");
    proxy_->run();
  });
  parts_->updates.start();
  monitor_->start();
  parts_->logins.start();
  if (request.ready_file)
    if (const auto done = write_ready_file(*request.ready_file); !done) return done;
  log::info("gateway", "ready: serving clients on " + address_);
  manager_.ready("serving clients on " + address_);
  start_watchdog();
  return {};
}

// Market data and account names are in recordings: the folder is for the owner alone.
Result<void> Gateway::make_record_folder(const std::string& folder) {
  std::error_code failed;
  record_folder_ = std::filesystem::absolute(folder, failed).string();
  const bool is_new = !failed && std::filesystem::create_directories(record_folder_, failed);
  if (is_new) std::filesystem::permissions(record_folder_, std::filesystem::perms::owner_all, failed);
  if (failed) return Error{"--record " + folder + ": " + failed.message()};
  if (::access(record_folder_.c_str(), W_OK | X_OK) != 0)
    return Error{"--record " + folder + ": found a folder that this user may not write to, expected one that he may"};
  log::info("recording", "what plugins are given and what they answer is recorded in " + record_folder_);
  return {};
}

Result<void> Gateway::open_stores() {
  if (const auto opened = database_.open(); !opened) return opened;
  for (const config::Problem& problem : plugin_folder_problems(state_.loaded))
    log::error("config", problem.text() + "; going on without plugins");
  if (auto entries = scan_plugins(config(), true); entries) state_.plugins = std::move(*entries);
  for (const plugin_host::ScanEntry& entry : state_.plugins) {
    if (!entry.refusal.empty())
      // event: a file of the plugin folder is refused: what was found and what was expected
      log::error("plugin", entry.refusal);
    if (entry.library == nullptr) continue;
    if (!entry.refusal.empty())
      log::warning("plugin", entry.file + ": going on with the build that was kept, " + entry.path);
    log::info("plugin", entry.file + ": loaded, version " + entry.library->descriptor().version);
  }
  return {};
}

Result<void> Gateway::check_brokers() {
  const auto users = accounts::AccountStore(*state_.database).list_users();
  if (!users) return users.error();
  const auto problems = simulated_problems(state_.loaded, state_.plugins, *users);
  config_is_wrong_ = !problems.empty();
  if (config_is_wrong_) return Error{text_of(problems)};
  for (const config::Problem& problem : plugin_problems(state_.loaded, state_.plugins))
    // event: a plugin of gateway.yaml is not there or is refused: file, line and key
    log::error("config", problem.text());
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
          credentials_,
          record_folder_};
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
  monitor_ = std::make_unique<Monitor>(
      *proxy_, feeds_,
      Observer::Known{[this] { return database_.problem(); }, [this] { return parts_->logins.counts(); }});
  const auto take_keys = [this](const std::shared_ptr<const accounts::KeyRing>& keys) {
    monitor_->set_keys(keys);
    proxy_->post([this, keys] { proxy_->requests().set_keys(keys); });
  };
  if (const auto started = database_.start(take_keys, parts_->lists); !started) return started;
  proxy_->set_http([this](const websocket::HttpRequest& request, websocket::HttpReply reply) {
    monitor_->answer(request, std::move(reply));
  });
  const config::Server& server = config().server;
  const bool next_free = server.port_in_use == "next_free";
  const auto port = proxy_->listen({plain_hosts(server), static_cast<std::uint16_t>(server.port), next_free, false});
  if (!port) return port.error();
  port_ = *port;
  if (server.tls.port == 0) return {};
  const auto certificate = load_certificate(state_.loaded);
  if (!certificate) return certificate.error();
  proxy_->set_tls(*certificate);
  const auto tls_port = proxy_->listen({server.host, static_cast<std::uint16_t>(server.tls.port), next_free, true});
  if (!tls_port) return tls_port.error();
  log::info("gateway", "serving clients on " + urls_of("wss", server.host, *tls_port) + " too");
  return {};
}

void Gateway::start_zeromq() {
  const config::ZeroMq& z = config().zeromq;
  if (!z.enabled) return;
  auto publisher = zeromq::ZeroMqPublisher::open(
      {z.host, static_cast<std::uint16_t>(z.port), static_cast<std::size_t>(z.subscribers),
       [proxy = proxy_.get()](std::vector<zeromq::SubscriptionChange> changes, std::function<void()> done) {
         proxy->post([proxy, changes = std::move(changes), done = std::move(done)] {
           routing::Router& router = proxy->router();
           for (const zeromq::SubscriptionChange& change : changes)
             change.begins ? router.subscribed().begin(change.topic) : router.subscribed().end(change.topic);
           router.flush_demand();
           done();
         });
       }});
  if (!publisher) {
    log::error("zeromq", publisher.error().message + "; going on without ZeroMQ");
    return;
  }
  zeromq_ = std::move(*publisher);
  std::vector<routing::Pin> pins;
  for (const std::string& symbol : z.symbols) pins.push_back(pin_of(symbol));
  proxy_->router().publish_to(*zeromq_, std::move(pins));
  proxy_->router().subscribed().set_limit(static_cast<std::size_t>(z.topics));
  log::info("zeromq", "publishing on " + zeromq_->endpoint());
  for (const routing::Pin& pin : proxy_->router().pinned().missing_pins())
    log::warning("zeromq", pin.symbol + '.' + pin.exchange + " is not known to broker " +
                               config().active_broker.front() + "; it is published once the broker lists it");
}

Result<void> Gateway::start_control() {
  GatewayStatus& status =
      parts_->status.emplace(state_, *proxy_, parts_->brokers, parts_->logins, parts_->files, port_, zeromq_.get());
  ControlCommands& commands =
      parts_->commands.emplace(state_, parts_->brokers, status, database_, parts_->reload, key_uses_, parts_->files);
  auto control = control::ControlServer::open(
      control_path(config().database), [&commands](std::string_view line) { return commands.answer(line); },
      [this] { look(); }, kControlPeriodMs);
  if (!control) return control.error();
  control_ = std::move(*control);
  return {};
}

void Gateway::start_watchdog() {
  watchdog_.start([this] {
    std::vector<std::string> silent;
    for (const Observer::Sign& sign : monitor_->signs_of_life())
      if (!sign.is_alive) silent.push_back(sign.thread);
    return silent;
  });
}

// Before anything is served: the file itself is written last.
Result<void> Gateway::check_ready_file(const std::string& path) const {
  std::string found = OwnFiles(state_.loaded).what_is_at(path);
  if (const std::string kind = irregular_file_at(path); !kind.empty()) found = kind;
  if (found.empty()) return {};
  return Error{"--ready-file " + path + ": found " + found + ", expected a file of its own or none"};
}

Result<void> Gateway::write_ready_file(const std::string& path) const {
  auto fresh = FreshFile::beside(path, 0666);
  if (!fresh) return Error{"--ready-file " + fresh.error().message};
  {
    std::ofstream out(fresh->path());
    out << "{\"pid\":" << ::getpid() << ",\"port\":" << port_ << ",\"zeromq\":";
    if (zeromq_)
      out << '"' << zeromq_->endpoint() << '"';
    else
      out << "null";
    out << "}\n";
    if (!out.flush()) return Error{"--ready-file " + path + ": cannot be written"};
  }
  const auto done = fresh->take_place();
  return done ? Result<void>() : Error{"--ready-file " + done.error().message};
}

void Gateway::stop() {
  if (!proxy_) return;
  end_.step("systemd's watchdog");
  watchdog_.stop();
  end_.step("the check of a broker's credentials");
  credentials_.end();
  end_.step("the control thread");
  control_.reset();
  end_.step("the monitor");
  if (monitor_) monitor_->stop();
  end_.step("a login at a broker");
  parts_->logins.stop();
  end_.step("the download of an instrument list");
  parts_->updates.stop();
  end_.step("the watch of calls into plugins");
  feeds_.end_watch();
  if (proxy_thread_.joinable()) {
    end_.step("the log");
    log::info("gateway", "shutting down");
    end_.step("the routing thread");
    key_uses_.save(*proxy_);
    proxy_->stop();
    proxy_thread_.join();
  }
  end_.step("a feed thread");
  parts_->next_links.stop();
  feeds_.stop();
  end_.step("the database");
  sessions_.save();
  end_.step("ZeroMQ");
  zeromq_.reset();
  end_.step("the last clients");
  proxy_.reset();
  end_.step("the log");
  log::info("gateway", "stopped");
  end_.step("the last objects");
}

void Gateway::look() {
  constexpr int kLooksPerFileLook = 2;
  constexpr int kLooksPerSave = 120;     // half a minute: a crash loses no more of the history of trading sessions
  constexpr int kLooksPerFeeds = 4;      // a second
  constexpr int kLooksPerKeyUses = 240;  // a minute
  monitor_->beat();
  if (reload_wanted_.exchange(false)) reload_now();
  parts_->logins.look();
  parts_->status->look();
  static_cast<void>(database_.look());  // which logs and remembers what is wrong
  if (parts_->lists.look_at_day()) {
    sessions_.drop(parts_->lists.is_over());
    parts_->lists.renew_built_in();
  }
  parts_->brokers.look_at_processes();
  parts_->files.look();
  if (++looks_ % kLooksPerFileLook == 0) look_at_files();
  if (looks_ % kLooksPerFeeds == 0) feeds_watch_.look(*proxy_);
  if (looks_ % kLooksPerSave == 0) sessions_.save();
  if (looks_ % kLooksPerKeyUses == 0) key_uses_.look(*proxy_);
}

void Gateway::reload_now() {
  manager_.reloading();
  parts_->files.abandon();
  static_cast<void>(parts_->reload.take_up());
  manager_.ready("serving clients on " + address_);
}

// Looks for plugin files that have changed or that brokers wait for, and for changed secret files of brokers whose
// login has ended.
void Gateway::look_at_files() {
  parts_->files.look_at_files();
  for (const config::Broker& broker : config().brokers) {
    if (!broker.enabled) continue;
    if (feeds_.find(broker.name) != nullptr)
      parts_->brokers.look_at_secrets(broker);
    else
      parts_->missing_plugins.look_for(broker);
  }
}

}  // namespace gw::app
