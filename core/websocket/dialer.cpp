#include "core/websocket/dialer.hpp"

#include <algorithm>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "core/websocket/addresses.hpp"

namespace gw::websocket {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds kHeadStart{250};
constexpr std::size_t kMaxNamed = 3;

}  // namespace

Dialer::Dialer(asio::io_context& io, std::string host, Outgoing outgoing, Done done)
    : io_(io), host_(std::move(host)), outgoing_(std::move(outgoing)), done_(std::move(done)), timer_(io) {}

void Dialer::start(std::vector<tcp::endpoint> addresses) {
  waiting_ = std::move(addresses);
  std::reverse(waiting_.begin(), waiting_.end());
  asio::post(io_, [self = shared_from_this()] { self->next(); });
}

void Dialer::cancel() {
  done_ = nullptr;
  timer_.cancel();
  for (Attempt& attempt : attempts_) {
    error_code ignored;
    attempt.socket.close(ignored);
  }
}

// Starts one attempt, and the clock of the one after it.
void Dialer::next() {
  if (done_ == nullptr || waiting_.empty()) return;
  attempts_.emplace_back(io_, waiting_.back());
  waiting_.pop_back();
  if (!waiting_.empty()) {
    timer_.expires_after(kHeadStart);
    timer_.async_wait([self = shared_from_this()](error_code ec) {
      if (!ec) self->next();
    });
  }
  begin(attempts_.back());
}

void Dialer::begin(Attempt& attempt) {
  error_code ec;
  attempt.socket.open(attempt.peer.protocol(), ec);
  if (!ec && !outgoing_.bind_address.empty()) {
    const asio::ip::address from = asio::ip::make_address(outgoing_.bind_address, ec);
    // Text that is no address gives 0.0.0.0, to which a socket can be bound too.
    if (!ec) attempt.socket.bind({from, 0}, ec);
    if (ec) return ended(attempt, "cannot bind to " + outgoing_.bind_address + ": " + ec.message());
  }
  if (ec) return ended(attempt, ec.message());
  attempt.socket.async_connect(attempt.peer, [self = shared_from_this(), &attempt](error_code connect_ec) {
    if (self->done_ == nullptr) return;
    if (connect_ec) return self->ended(attempt, connect_ec.message());
    self->finish({}, std::move(attempt.socket));
  });
}

void Dialer::ended(Attempt& attempt, const std::string& problem) {
  attempt.problem = problem;
  attempt.pending = false;
  if (!waiting_.empty()) return next();
  const bool all = std::none_of(attempts_.begin(), attempts_.end(), [](const Attempt& a) { return a.pending; });
  if (all) finish(so_far(), tcp::socket(io_));
}

void Dialer::finish(const std::string& problem, tcp::socket&& socket) {
  const Done done = std::exchange(done_, nullptr);
  const auto self = shared_from_this();
  tcp::socket taken = std::move(socket);
  cancel();
  done(problem, std::move(taken));
}

std::string Dialer::so_far() const {
  std::string out;
  std::size_t count = 0;
  for (const Attempt& attempt : attempts_) {
    if (++count > kMaxNamed) continue;
    out += out.empty() ? named(host_, attempt.peer) : "; (" + text_of(attempt.peer) + ')';
    out += ": " + (attempt.pending ? "timed out" : attempt.problem);
  }
  if (count > kMaxNamed) out += "; and " + std::to_string(count - kMaxNamed) + " more";
  return out;
}

}  // namespace gw::websocket
