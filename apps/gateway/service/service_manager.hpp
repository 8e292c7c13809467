// Tells the service manager (systemd) how far the gateway is, over the socket that $NOTIFY_SOCKET names, as
// sd_notify(3) describes. Where there is no such variable, nothing is told. Any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace gw::app {

class ServiceManager {
 public:
  // Reads the environment, and takes the variables out of it: children are not the service. [main, before other
  // threads]
  ServiceManager();

  // Clients are served, or a reload is done. `status` is what `systemctl status` shows.
  void ready(std::string_view status) const;
  void reloading() const;
  void stopping() const;
  // All threads that serve are alive. To be told more often than every watchdog().
  void alive() const;

  // systemd ends a gateway that says nothing for this time. Nothing: systemd does not watch.
  const std::optional<std::chrono::microseconds>& watchdog() const { return watchdog_; }

 private:
  void tell(std::string_view message) const;

  std::string socket_;  // empty: nobody is told
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace gw::app
