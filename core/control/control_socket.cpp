#include "core/control/control_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/log.hpp"
#include "core/base/thread_name.hpp"
#include "core/control/unix_address.hpp"

namespace gw::control {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxPeers = 16;

unsigned long long inode_of(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

// Deletes a socket that nobody serves. Anything else of that name stays: it is somebody's file.
Result<void> make_place(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return {};
  if (!S_ISSOCK(info.st_mode))
    return Error{"control socket " + path + ": found a file that is no socket, and leaves it alone; move it away, or " +
                 "set another database"};
  if (is_served(path))
    return Error{"control socket " + path + ": another gateway serves it; stop that one, or set another database"};
  ::unlink(path.c_str());
  return {};
}

// A socket that listens there, its owner's alone from the first moment; -1 with errno: there is none.
int listen_at(const UnixAddress& address) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  // Linux gives the file the socket's mode. umask would be that of all threads.
  if (fd >= 0 && ::fchmod(fd, 0600) == 0 && ::bind(fd, address.get(), UnixAddress::size()) == 0 &&
      ::listen(fd, 64) == 0)
    return fd;
  const int reason = errno;
  if (fd >= 0) ::close(fd);
  errno = reason;
  return -1;
}

int open_spare() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

Result<std::unique_ptr<ControlServer>> ControlServer::open(const std::string& path, Handler handler,
                                                           std::function<void()> periodic, int period_ms) {
  const auto address = UnixAddress::of(path);
  if (!address) return address.error();
  if (const auto free = make_place(path); !free) return free.error();
  const int listener = listen_at(*address);
  int wake[2] = {-1, -1};
  if (listener < 0 || ::pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0) {
    const std::string reason = std::strerror(errno);
    if (listener >= 0) ::close(listener);
    return Error{"control socket " + path + ": " + reason};
  }
  return std::unique_ptr<ControlServer>(
      new ControlServer({listener, wake[0], wake[1]}, path, std::move(handler), std::move(periodic), period_ms));
}

ControlServer::ControlServer(Sockets sockets, std::string path, Handler handler, std::function<void()> periodic,
                             int period_ms)
    : sockets_(sockets),
      path_(std::move(path)),
      handler_(std::move(handler)),
      periodic_(std::move(periodic)),
      period_(period_ms),
      inode_(inode_of(path_)),
      spare_(open_spare()),
      next_(Clock::now() + period_),
      thread_([this] {
        name_this_thread("control");
        serve();
      }) {}

ControlServer::~ControlServer() {
  [[maybe_unused]] const auto n = ::write(sockets_.wake_write, "x", 1);
  thread_.join();
  for (const int fd : {sockets_.listener, sockets_.wake_read, sockets_.wake_write, spare_})
    if (fd >= 0) ::close(fd);
  if (inode_of(path_) == inode_) ::unlink(path_.c_str());
}

void ControlServer::serve() {
  std::vector<pollfd> polled;
  std::vector<short> events;
  for (;;) {
    polled = {{sockets_.wake_read, POLLIN, 0}, {is_full_ ? -1 : sockets_.listener, POLLIN, 0}};
    for (const Peer& peer : peers_) polled.push_back({peer.fd(), peer.events(), 0});
    // poll refuses more entries than there may be descriptors: it then says nothing of any of them.
    const bool polls = ::poll(polled.data(), polled.size(), longest_wait()) >= 0 || errno == EINTR;
    if (!polls) ::poll(nullptr, 0, static_cast<int>(period_.count()));
    char byte = 0;
    if (::read(sockets_.wake_read, &byte, 1) == 1) break;
    events.clear();
    for (std::size_t i = 2; i < polled.size(); ++i) events.push_back(polled[i].revents);
    serve_peers(events.data());
    close_late();
    if (polled[1].revents != 0) accept_peer();
    if (Clock::now() < next_) continue;
    look_at_file();
    periodic_();
    is_full_ = false;
    next_ = Clock::now() + period_;
  }
  peers_.clear();
}

void ControlServer::look_at_file() {
  const unsigned long long now = inode_of(path_);
  if (now == inode_) return is_lost_ = false, void();
  const std::string what = "control socket " + path_;
  std::string why = "another file has its name now; move that away, and the socket is made anew";
  if (now == 0) {
    const auto address = UnixAddress::of(path_);
    const int fresh = address ? listen_at(*address) : -1;
    if (fresh >= 0) {
      ::close(std::exchange(sockets_.listener, fresh));
      inode_ = inode_of(path_);
      is_lost_ = false;
      return log::warning("gateway", what + ": its file was removed while the gateway runs; it was made anew");
    }
    why = address ? "its file was removed, and cannot be made anew: " + std::string(std::strerror(errno))
                  : "its file was removed; " + address.error().message;
  }
  // event: the control socket is gone and cannot be made anew, and why; until then commands do not reach the gateway
  if (!std::exchange(is_lost_, true)) log::error("gateway", what + ": " + why + "; commands do not reach this gateway");
}

int ControlServer::longest_wait() const {
  auto until = next_;
  for (const Peer& peer : peers_) {
    if (peer.has_request()) return 0;
    until = std::min(until, peer.deadline());
  }
  const auto left = std::chrono::duration_cast<milliseconds>(until - Clock::now()).count();
  return left < 0 ? 0 : static_cast<int>(left) + 1;
}

void ControlServer::serve_peers(const short* events) {
  for (std::size_t i = peers_.size(); i-- > 0;)
    if ((events[i] != 0 || peers_[i].has_request()) && !peers_[i].serve(handler_))
      peers_.erase(peers_.begin() + static_cast<std::ptrdiff_t>(i));
}

void ControlServer::close_late() {
  const auto now = Clock::now();
  std::erase_if(peers_, [now](const Peer& peer) { return peer.deadline() <= now; });
  if (spare_ < 0) spare_ = open_spare();
}

void ControlServer::accept_peer() {
  const int fd = accept_with_spare();
  if (fd < 0) return;
  if (peers_.size() >= kMaxPeers)
    peers_.erase(std::min_element(peers_.begin(), peers_.end(),
                                  [](const Peer& a, const Peer& b) { return a.deadline() < b.deadline(); }));
  peers_.emplace_back(fd);
}

int ControlServer::accept_with_spare() {
  const auto accept = [this] { return ::accept4(sockets_.listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK); };
  int fd = accept();
  if (fd >= 0 || (errno != EMFILE && errno != ENFILE)) return fd;
  if (spare_ >= 0) {
    ::close(std::exchange(spare_, -1));
    fd = accept();
  } else if (!peers_.empty()) {
    peers_.erase(std::min_element(peers_.begin(), peers_.end(),
                                  [](const Peer& a, const Peer& b) { return a.deadline() < b.deadline(); }));
    fd = accept();
  }
  is_full_ = fd < 0;  // poll would report the waiting peer again at once
  return fd;
}

}  // namespace gw::control
