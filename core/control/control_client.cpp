#include <cerrno>
#include <string>

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/base/owner.hpp"
#include "core/control/control_socket.hpp"
#include "core/control/unix_address.hpp"

namespace gw::control {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// -1, with errno: nobody serves it, or (EAGAIN) whoever serves it accepts nobody within `patience`.
int connect_to(const UnixAddress& address, milliseconds patience) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const timeval limit{static_cast<time_t>(patience.count() / 1000), (patience.count() % 1000) * 1000};
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);  // holds for connect too
  if (::connect(fd, address.get(), UnixAddress::size()) == 0) return fd;
  const int reason = errno;
  ::close(fd);
  errno = reason;
  return -1;
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// Reads up to the end of a line. False: the peer is gone, or (`late`) the time is up.
bool read_line(int fd, Clock::time_point until, std::string& line, bool& late) {
  char buffer[4096];
  while (line.find('\n') == std::string::npos) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - Clock::now()).count();
    pollfd polled{fd, POLLIN, 0};
    late = left <= 0 || ::poll(&polled, 1, static_cast<int>(left)) == 0;
    if (late) return false;
    const ssize_t n = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) return false;
    line.append(buffer, static_cast<std::size_t>(n));
  }
  line.resize(line.find('\n'));
  return true;
}

// Why this process may not use `path`; the errno EACCES or EPERM says that it may not.
Error not_permitted(const std::string& path) {
  return {"no permission to use " + path + of_its_owner(path) + "; run the command as the user that runs the gateway"};
}

Error no_answer(const std::string& path, milliseconds patience) {
  return {"the gateway that serves " + path + " does not answer within " + std::to_string(patience.count() / 1000) +
          " s; is it stopped, or does a plugin hang? Its log says more"};
}

}  // namespace

Result<std::string> ask(const std::string& path, std::string_view line, milliseconds patience) {
  const auto until = Clock::now() + patience;
  const auto address = UnixAddress::of(path);
  if (!address) return address.error();
  const int fd = connect_to(*address, patience);
  if (fd < 0 && errno == EAGAIN) return no_answer(path, patience);
  if (fd < 0 && (errno == EACCES || errno == EPERM)) return not_permitted(path);
  if (fd < 0) return Error{"no gateway is running here (nobody serves " + path + ")"};
  std::string answer;
  bool late = false;
  const bool good = write_all(fd, std::string(line) + '\n') && read_line(fd, until, answer, late);
  ::close(fd);
  if (good) return answer;
  if (late) return no_answer(path, patience);
  return Error{"the gateway closed the control socket " + path + " without an answer"};
}

bool is_served(const std::string& path) {
  const auto address = UnixAddress::of(path);
  if (!address) return false;
  const int fd = connect_to(*address, std::chrono::seconds(1));
  if (fd >= 0) ::close(fd);
  return fd >= 0 || errno == EAGAIN || errno == EACCES || errno == EPERM;
}

}  // namespace gw::control
