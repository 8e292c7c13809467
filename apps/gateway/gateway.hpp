// The running gateway: makes, connects and ends every part. Threads: main starts and stops it; once it runs, the
// control thread looks after it.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/database_watch.hpp"
#include "apps/gateway/end_watch.hpp"
#include "apps/gateway/environment.hpp"
#include "apps/gateway/feeds_watch.hpp"
#include "apps/gateway/gateway_state.hpp"
#include "apps/gateway/key_use_keeper.hpp"
#include "apps/gateway/monitoring/monitor.hpp"
#include "apps/gateway/service/watchdog.hpp"
#include "apps/gateway/trading_session_keeper.hpp"
#include "core/control/control_socket.hpp"
#include "core/plugin_host/feeds.hpp"
#include "core/proxy/proxy.hpp"
#include "core/zeromq/publisher.hpp"

namespace gw::app {

class Gateway {
 public:
  // `end` is told what the end waits for, `manager` how far the gateway is. Both outlive this.
  Gateway(Options options, config::Loaded loaded, EndWatch& end, const ServiceManager& manager);
  ~Gateway();

  // Starts everything and serves clients, or says why it cannot. [main]
  Result<void> start(const RunRequest& request);
  // Has the control thread take up an edited configuration, or refuse it as a whole. [any]
  void reload() { reload_wanted_ = true; }
  // Closes clients with 1001; returns when all threads have ended. [main]
  void stop();
  // After a start that failed: whether the configuration is the reason.
  bool config_is_wrong() const { return config_is_wrong_; }

 private:
  struct Parts;

  const config::Config& config() const { return state_.config(); }
  Result<void> make_record_folder(const std::string& folder);
  Result<void> open_stores();
  Result<void> check_brokers();
  void start_brokers();
  Result<void> start_proxy();
  void start_zeromq();
  Result<void> start_control();
  void start_watchdog();
  Result<void> check_ready_file(const std::string& path) const;
  Result<void> write_ready_file(const std::string& path) const;
  LinkServices link_services();

  // ---- [control]
  void look();  // every quarter of a second
  void reload_now();
  void look_at_files();

  Options options_;
  EndWatch& end_;
  const ServiceManager& manager_;
  GatewayState state_;
  std::atomic<bool> reload_wanted_ = false;
  DatabaseWatch database_{state_};
  int looks_ = 0;
  FeedsWatch feeds_watch_;
  KeyUseKeeper key_uses_{state_};
  TradingSessionKeeper sessions_{state_};  // before feeds_, whose threads ask it
  bus::Doorbell routing_bell_;
  plugin_host::Feeds feeds_{state_.config().plugins.call_limit.count()};
  CredentialsChecker credentials_;  // after feeds_, where its answers are posted
  std::unique_ptr<zeromq::ZeroMqPublisher> zeromq_;
  std::unique_ptr<proxy::Proxy> proxy_;
  std::unique_ptr<Parts> parts_;
  std::unique_ptr<Monitor> monitor_;  // stopped before the threads that it asks
  Watchdog watchdog_{manager_};       // asks by the monitor
  std::unique_ptr<control::ControlServer> control_;
  std::thread proxy_thread_;
  int port_ = 0;
  std::string record_folder_;  // absolute; empty: nothing is recorded
  std::string address_;        // where clients are served, as URLs; set before the control thread begins
  bool config_is_wrong_ = false;
};

}  // namespace gw::app
