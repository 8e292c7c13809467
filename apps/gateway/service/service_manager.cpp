#include "apps/gateway/service/service_manager.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/clock.hpp"

namespace gw::app {
namespace {

std::string taken(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  ::unsetenv(name);
  return text;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value <= 0) return std::nullopt;
  return value;
}

}  // namespace

ServiceManager::ServiceManager() : socket_(taken("NOTIFY_SOCKET")) {
  const auto limit = number(taken("WATCHDOG_USEC"));
  const std::string pid = taken("WATCHDOG_PID");
  if (socket_.empty() || !limit || (!pid.empty() && number(pid) != ::getpid())) return;
  watchdog_ = std::chrono::microseconds(*limit);
}

void ServiceManager::ready(std::string_view status) const { tell("READY=1\nSTATUS=" + std::string(status)); }

void ServiceManager::reloading() const { tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_ns() / 1000)); }

void ServiceManager::stopping() const { tell("STOPPING=1\nSTATUS=closing clients"); }

void ServiceManager::alive() const { tell("WATCHDOG=1"); }

// A manager that does not read costs its message, and nothing waits for it.
void ServiceManager::tell(std::string_view message) const {
  sockaddr_un address{};
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::copy(socket_.begin(), socket_.end(), address.sun_path);
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // a name that is no file
  const int out = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (out < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  static_cast<void>(::sendto(out, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                             reinterpret_cast<const sockaddr*>(&address), length));
  ::close(out);
}

}  // namespace gw::app
