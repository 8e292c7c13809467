// The running gateway: every part made, joined and ended here, and nowhere else.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/environment.hpp"
#include "apps/gateway/instrument_updater.hpp"
#include "apps/gateway/shared_calendar.hpp"
#include "core/accounts/account_store.hpp"
#include "core/base/log.hpp"
#include "core/control/control_socket.hpp"
#include "core/instruments/instrument_store.hpp"
#include "core/plugin_host/feed_thread.hpp"
#include "core/proxy/proxy.hpp"
#include "core/sessions/session_history.hpp"
#include "core/zeromq/publisher.hpp"

namespace gw::app {

// gateway.cpp
log::Options log_options(const config::Log& config);
proxy::Options proxy_options(const config::Config& config);

// The exchange's own day, in days since 1970: the one that the history of trading sessions counts by.
// gateway_sessions.cpp
std::int64_t exchange_day(const calendar::Calendar& calendar, std::string_view exchange, std::int64_t wall_ns);

// Differs whenever one of the files that the broker's settings name has changed. gateway_files.cpp
std::string state_of_secrets(const config::Broker& broker);

class Gateway {
 public:
  Gateway(Options options, config::Loaded loaded) : options_(std::move(options)), loaded_(std::move(loaded)) {}
  ~Gateway();

  // Everything up and clients served, or the reason why not. [main]
  Result<void> start(const std::optional<std::string>& ready_file);
  // Takes up what has changed in the configuration, or refuses it as a whole. [any]
  void reload() { reload_wanted_ = true; }
  // Clients are told 1001; returns when all threads have ended. [main]
  void stop();
  // After a start that failed: because of what the configuration says.
  bool config_is_wrong() const { return config_is_wrong_; }

 private:
  Result<void> open_stores();
  Result<void> check_brokers();
  Result<void> start_brokers();
  Result<void> start_proxy();
  Result<void> load_certificate();
  void start_zeromq();
  Result<void> start_control();
  void start_updates();
  void stop_updates();
  Result<void> write_ready_file(const std::string& path) const;
  LinkServices link_services();
  std::shared_ptr<const instruments::Index> load_index(const plugin_host::Library& library);

  // gateway_control.cpp [control]
  void look();  // every quarter of a second
  std::string answer(std::string_view line);
  std::string relogin(const std::string& name);
  std::string retry(const std::string& name);
  void look_at_database();
  void look_at_day();
  void look_at_instruments();
  void take_up_list(const plugin_host::Library& library);
  std::string status();  // gateway_status.cpp
  session::Ledger ledger();
  // gateway_reload.cpp [control]
  void take_up_configuration();
  void apply(config::Loaded fresh);
  void remove_broker(const std::string& name, const std::string& why);
  void start_broker(const config::Broker& broker);
  // gateway_sessions.cpp [main before the control thread begins and after it has ended, control]
  void load_sessions();
  void save_sessions();
  void drop_sessions();
  // gateway_files.cpp [control]
  void look_at_files();
  void look_for_plugin(const config::Broker& broker);
  void look_at_secrets(const config::Broker& broker);

  const config::Config& config() const { return loaded_.config; }
  const config::Broker* find_broker(const std::string& name) const;

  // Runs `task` on routing's thread and waits for its end.
  void on_routing(const std::function<void()>& task);

  Options options_;
  config::Loaded loaded_;
  std::shared_ptr<SharedCalendar> calendar_ = std::make_shared<SharedCalendar>();
  std::atomic<bool> reload_wanted_ = false;
  std::vector<plugin_host::ScanEntry> plugins_;
  std::unique_ptr<database::Database> database_;  // the control thread's, once that runs
  std::int64_t data_version_ = 0;
  std::map<std::string, std::int64_t> generations_;                           // of instruments, by plugin
  std::map<std::string, std::shared_ptr<const instruments::Index>> indexes_;  // the last one loaded, by plugin
  sessions::SessionHistory sessions_;                                         // before feed_, whose thread asks it
  bool sessions_unsaved_ = false;                    // saving failed last time, which has been said
  std::map<std::string, std::string> secrets_seen_;  // by broker: which state of its files the present login is from
  std::map<std::string, std::string>
      plugins_seen_;  // by broker: which state of a missing plugin's file was looked at last
  std::map<std::string, std::string> plugins_tried_;
  std::int64_t day_ = 0;  // of the exchanges, for which built-in lists were made
  int looks_ = 0;
  bus::Doorbell routing_bell_;
  plugin_host::FeedThread feed_;
  CredentialsChecker credentials_;  // behind feed_: its answers are posted there
  std::unique_ptr<zeromq::ZeroMqPublisher> zeromq_;
  std::unique_ptr<proxy::Proxy> proxy_;
  std::unique_ptr<control::ControlServer> control_;
  std::mutex updater_mutex_;                    // the feed thread asks for it
  std::unique_ptr<InstrumentUpdater> updater_;  // null: lists are not updated by themselves
  std::thread proxy_thread_;
  int port_ = 0;
  bool config_is_wrong_ = false;
};

}  // namespace gw::app
