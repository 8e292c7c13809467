#include "core/control/control_socket.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/thread_name.hpp"

namespace gw::control {
namespace {

constexpr std::size_t kLongestLine = 1 << 20;
constexpr std::size_t kMaxPeers = 16;

// A socket's address holds 107 bytes of path. A longer path is reached through its folder's descriptor.
class Address {
 public:
  static Result<Address> of(const std::string& path) {
    Address address;
    std::string name = path;
    if (path.size() >= sizeof address.address_.sun_path) {
      const std::size_t slash = path.rfind('/');
      address.folder_ =
          slash == std::string::npos ? -1 : ::open(path.substr(0, slash).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
      name = "/proc/self/fd/" + std::to_string(address.folder_) + path.substr(slash == std::string::npos ? 0 : slash);
      if (address.folder_ < 0 || name.size() >= sizeof address.address_.sun_path)
        return Error{"control socket " + path + ": its folder cannot be opened, or its name is too long"};
    }
    address.address_.sun_family = AF_UNIX;
    std::memcpy(address.address_.sun_path, name.c_str(), name.size() + 1);
    return address;
  }
  Address(Address&& other) noexcept : address_(other.address_), folder_(std::exchange(other.folder_, -1)) {}
  Address& operator=(Address&&) = delete;
  ~Address() {
    if (folder_ >= 0) ::close(folder_);
  }

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  static constexpr socklen_t size() { return sizeof(sockaddr_un); }

 private:
  Address() = default;
  sockaddr_un address_{};
  int folder_ = -1;
};

int connect_to(const Address& address) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (::connect(fd, address.get(), Address::size()) == 0) return fd;
  ::close(fd);
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

struct Peer {
  int fd;
  std::string input;
};

// False: the peer is gone, or its line is too long.
bool serve_peer(Peer& peer, const ControlServer::Handler& handler) {
  char buffer[4096];
  const ssize_t n = ::recv(peer.fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  if (n == 0) return false;
  peer.input.append(buffer, static_cast<std::size_t>(n));
  for (std::size_t end = peer.input.find('\n'); end != std::string::npos; end = peer.input.find('\n')) {
    const std::string answer = handler(std::string_view(peer.input).substr(0, end)) + '\n';
    peer.input.erase(0, end + 1);
    if (!write_all(peer.fd, answer)) return false;
  }
  return peer.input.size() <= kLongestLine;
}

}  // namespace

Result<std::unique_ptr<ControlServer>> ControlServer::open(const std::string& path, Handler handler,
                                                           std::function<void()> periodic, int period_ms) {
  const auto address = Address::of(path);
  if (!address) return address.error();
  if (const int other = connect_to(*address); other >= 0) {
    ::close(other);
    return Error{"control socket " + path + ": another gateway serves it; stop that one, or set another database"};
  }
  ::unlink(path.c_str());
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const mode_t before = ::umask(0177);  // 0600 from the first moment
  const bool bound =
      listener >= 0 && ::bind(listener, address->get(), Address::size()) == 0 && ::listen(listener, 8) == 0;
  ::umask(before);
  int wake[2] = {-1, -1};
  if (!bound || ::pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0) {
    const std::string reason = std::strerror(errno);
    if (listener >= 0) ::close(listener);
    return Error{"control socket " + path + ": " + reason};
  }
  return std::unique_ptr<ControlServer>(
      new ControlServer(listener, wake[0], wake[1], path, std::move(handler), std::move(periodic), period_ms));
}

ControlServer::ControlServer(int listener, int wake_read, int wake_write, std::string path, Handler handler,
                             std::function<void()> periodic, int period_ms)
    : listener_(listener),
      wake_read_(wake_read),
      wake_write_(wake_write),
      path_(std::move(path)),
      handler_(std::move(handler)),
      periodic_(std::move(periodic)),
      period_ms_(period_ms),
      thread_([this] {
        name_this_thread("control");
        serve();
      }) {}

ControlServer::~ControlServer() {
  [[maybe_unused]] const auto n = ::write(wake_write_, "x", 1);
  thread_.join();
  for (const int fd : {listener_, wake_read_, wake_write_}) ::close(fd);
  ::unlink(path_.c_str());
}

void ControlServer::serve() {
  using Clock = std::chrono::steady_clock;
  std::vector<Peer> peers;
  auto next = Clock::now() + std::chrono::milliseconds(period_ms_);
  for (;;) {
    std::vector<pollfd> polled = {{wake_read_, POLLIN, 0}, {peers.size() < kMaxPeers ? listener_ : -1, POLLIN, 0}};
    for (const Peer& peer : peers) polled.push_back({peer.fd, POLLIN, 0});
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(next - Clock::now()).count();
    ::poll(polled.data(), polled.size(), static_cast<int>(left < 0 ? 0 : left + 1));
    if (polled[0].revents != 0) break;
    for (std::size_t i = peers.size(); i-- > 0;) {
      if (polled[i + 2].revents == 0 || serve_peer(peers[i], handler_)) continue;
      ::close(peers[i].fd);
      peers.erase(peers.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if (polled[1].revents != 0)
      if (const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC); fd >= 0) peers.push_back({fd, {}});
    if (Clock::now() >= next) {
      periodic_();
      next = Clock::now() + std::chrono::milliseconds(period_ms_);
    }
  }
  for (const Peer& peer : peers) ::close(peer.fd);
}

Result<std::string> ask(const std::string& path, std::string_view line) {
  const auto address = Address::of(path);
  if (!address) return address.error();
  const int fd = connect_to(*address);
  if (fd < 0) return Error{"no gateway is running here (nobody serves " + path + ")"};
  std::string answer;
  char buffer[4096];
  bool good = write_all(fd, std::string(line) + '\n');
  while (good && answer.find('\n') == std::string::npos) {
    const ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
    if (n < 0 && errno == EINTR) continue;
    good = n > 0;
    if (good) answer.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(fd);
  if (!good) return Error{"the gateway closed the control socket " + path + " without an answer"};
  answer.resize(answer.find('\n'));
  return answer;
}

}  // namespace gw::control
