// What the service manager is told, and what the watchdog's answers make of it.
#include <cstdlib>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "apps/gateway/service/service_manager.hpp"
#include "apps/gateway/service/watchdog.hpp"

namespace gw::app {
namespace {

// A socket as systemd has it, in the environment.
class NotifySocket {
 public:
  NotifySocket() : fd_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    const std::string name = "@gw-service-test-" + std::to_string(::getpid());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, name.size());
    address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), length), 0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  ~NotifySocket() { ::close(fd_); }

  // Waits for it.
  std::string next() const {
    char text[256];
    const ssize_t size = ::recv(fd_, text, sizeof text, 0);
    return size < 0 ? "" : std::string(text, static_cast<std::size_t>(size));
  }
  bool has_more() const {
    char byte = 0;
    return ::recv(fd_, &byte, 1, MSG_DONTWAIT | MSG_PEEK) >= 0;
  }

 private:
  int fd_;
};

TEST(ServiceManager, TellsNothingWithoutASocketAndKeepsItsVariablesFromChildren) {
  ::setenv("WATCHDOG_USEC", "1000000", 1);
  {
    const ServiceManager manager;
    EXPECT_FALSE(manager.watchdog());
    manager.ready("x");
    manager.alive();
  }
  const NotifySocket socket;
  const ServiceManager manager;
  EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);
  EXPECT_EQ(std::getenv("WATCHDOG_USEC"), nullptr);
  manager.ready("serving");
  EXPECT_EQ(socket.next(), "READY=1\nSTATUS=serving");
}

TEST(ServiceManager, HasAWatchdogOnlyWhereItIsForThisProcess) {
  const auto limit = [](const char* usec, const std::string& pid) {
    const NotifySocket socket;
    ::setenv("WATCHDOG_USEC", usec, 1);
    ::setenv("WATCHDOG_PID", pid.c_str(), 1);
    return ServiceManager().watchdog();
  };
  const std::string ours = std::to_string(::getpid());
  EXPECT_EQ(limit("30000000", ours), std::chrono::seconds(30));
  EXPECT_EQ(limit("30000000", "1"), std::nullopt);
  for (const char* wrong : {"", "0", "-1", "30s", "99999999999999999999"}) EXPECT_EQ(limit(wrong, ours), std::nullopt);
}

TEST(Watchdog, IsFedAgainOnlyWhenEveryThreadAnswers) {
  const NotifySocket socket;
  ::setenv("WATCHDOG_USEC", "4000", 1);
  const ServiceManager manager;
  int looks = 0;
  Watchdog watchdog(manager);
  // One look that finds a thread silent after each that does not.
  watchdog.start([&looks]() -> std::vector<std::string> {
    return ++looks % 2 == 0 ? std::vector<std::string>{"routing", "shard 1"} : std::vector<std::string>{};
  });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(socket.next(), "WATCHDOG=1");
  watchdog.stop();
  int fed = 3;
  for (; socket.has_more(); ++fed) EXPECT_EQ(socket.next(), "WATCHDOG=1");
  EXPECT_EQ(fed, (looks + 1) / 2);
}

TEST(Watchdog, DoesNotAskWhereNobodyWatches) {
  const NotifySocket socket;
  const ServiceManager manager;
  Watchdog watchdog(manager);
  watchdog.start([]() -> std::vector<std::string> {
    ADD_FAILURE();
    return {};
  });
  watchdog.stop();
  manager.stopping();
  EXPECT_EQ(socket.next(), "STOPPING=1\nSTATUS=closing clients");
}

}  // namespace
}  // namespace gw::app
