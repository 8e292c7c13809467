// Logs in at brokers by itself, on a thread of its own: daily, when a token is older than the last such time, and when
// a broker refuses a token. The control thread tells it how the links are, and takes up what it stored.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "apps/gateway/login_counts.hpp"
#include "apps/gateway/login_schedule.hpp"
#include "apps/gateway/plugin_tasks/plugin_task.hpp"
#include "core/config/load.hpp"
#include "core/plugin_host/library.hpp"

namespace gw::app {

class LoginKeeper {
 public:
  LoginKeeper() = default;
  ~LoginKeeper() { stop(); }
  LoginKeeper(const LoginKeeper&) = delete;
  LoginKeeper& operator=(const LoginKeeper&) = delete;

  // Before start(): logs in at this broker by itself from then on. Its login.at is set, and nothing is wrong with it.
  // `process`: in which the plugin is called; nothing: inside this one.
  void add(const config::Broker& broker, std::shared_ptr<const plugin_host::Library> library,
           std::optional<TaskOptions> process);
  void start();  // begins the thread, if there is anything to do
  void stop();   // ends a login that is under way, and forgets the brokers; the counts stay

  // How the broker's link is. [control]
  void note(const std::string& broker, bool is_expired, bool is_connected);
  // The brokers whose tokens were stored since the last call. [control]
  std::vector<std::string> take_stored();
  LoginCountsByBroker counts() const;  // of each broker that was ever added [any]

 private:
  struct Job {
    config::Broker broker;
    std::shared_ptr<const plugin_host::Library> library;
    LoginSchedule schedule;
    login::TokenFiles files;
    std::optional<TaskOptions> process;
    std::int64_t not_before_ns = 0;  // by the broker's own rule
  };
  struct Noted {
    bool is_expired = false;
    bool is_connected = false;
  };

  void run();
  void attend(Job& job);
  login::Outcome log_in(const Job& job);
  void give_up(const Job& job, const std::string& why);

  std::vector<Job> jobs_;  // [login] while the thread runs
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, Noted> noted_;
  std::vector<std::string> stored_;
  LoginCountsByBroker counts_;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace gw::app
