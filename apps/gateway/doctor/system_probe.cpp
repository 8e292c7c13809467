#include "apps/gateway/doctor/system_probe.hpp"

#include <cerrno>

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace gw::app {

int try_port(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return -1;
  const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int failed = fd < 0 ? errno : 0;
  if (fd >= 0) {
    const int on = 1;  // as the gateway does: connections that have just ended are in nobody's way
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(fd, found->ai_addr, found->ai_addrlen) != 0 || ::listen(fd, 1) != 0) failed = errno;
    ::close(fd);
  }
  ::freeaddrinfo(found);
  return failed;
}

int try_file(const std::string& path) { return ::access(path.c_str(), R_OK | W_OK) == 0 ? 0 : errno; }

}  // namespace gw::app
