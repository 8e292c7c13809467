// The running gateway: every part made, joined and ended here, and nowhere else.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "apps/gateway/environment.hpp"
#include "apps/gateway/instrument_updater.hpp"
#include "core/accounts/account_store.hpp"
#include "core/control/control_socket.hpp"
#include "core/instruments/instrument_store.hpp"
#include "core/plugin_host/feed_thread.hpp"
#include "core/proxy/listener.hpp"
#include "core/proxy/shard.hpp"
#include "core/zeromq/publisher.hpp"

namespace gw::app {

// Differs whenever one of the files that the broker's settings name has changed. gateway_files.cpp
std::string state_of_secrets(const config::Broker& broker);

class Gateway {
 public:
  explicit Gateway(config::Loaded loaded) : loaded_(std::move(loaded)) {}
  ~Gateway();

  // Everything up and clients served, or the reason why not. [main]
  Result<void> start(const std::optional<std::string>& ready_file);
  // Clients are told 1001; returns when all threads have ended. [main]
  void stop();

 private:
  Result<void> open_stores();
  Result<void> start_brokers();
  Result<void> start_proxy();
  void start_zeromq();
  Result<void> start_control();
  void start_updates();
  Result<void> write_ready_file(const std::string& path) const;
  std::shared_ptr<const instruments::Index> load_index(const plugin_host::Library& library);

  // gateway_control.cpp [control]
  void look();  // every quarter of a second
  std::string answer(std::string_view line);
  std::string status();
  std::string relogin(const std::string& name);
  std::string retry(const std::string& name);
  void look_at_database();
  void look_at_instruments();
  // gateway_files.cpp [control]
  void look_at_files();
  void look_for_plugin(const config::Broker& broker);
  void look_at_secrets(const config::Broker& broker);

  const config::Config& config() const { return loaded_.config; }
  const config::Broker* find_broker(const std::string& name) const;

  config::Loaded loaded_;
  std::vector<plugin_host::ScanEntry> plugins_;
  std::unique_ptr<database::Database> database_;  // the control thread's, once that runs
  std::int64_t data_version_ = 0;
  std::map<std::string, std::int64_t> generations_;  // of instruments, by plugin
  std::map<std::string, std::string> secrets_seen_;  // by broker: which state of its files the present login is from
  std::map<std::string, std::string>
      plugins_seen_;  // by broker: which state of a missing plugin's file was looked at last
  std::map<std::string, std::string> plugins_tried_;
  int looks_ = 0;
  bus::Doorbell routing_bell_;
  plugin_host::FeedThread feed_;
  std::unique_ptr<zeromq::ZeroMqPublisher> zeromq_;
  std::unique_ptr<proxy::Shard> shard_;
  std::unique_ptr<proxy::Listener> listener_;
  std::unique_ptr<control::ControlServer> control_;
  std::unique_ptr<InstrumentUpdater> updater_;  // null: lists are not updated by themselves
  std::thread proxy_thread_;
  int port_ = 0;
};

}  // namespace gw::app
