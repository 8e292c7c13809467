#include "core/proxy/listener.hpp"

#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/admission/admission.hpp"
#include "core/base/descriptors.hpp"
#include "core/base/log.hpp"
#include "core/base/log_limit.hpp"
#include "core/event_loop/event_loop.hpp"
#include "core/session/shard.hpp"

namespace gw::proxy {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

constexpr int kPortsToTry = 100;

log::Limited of_shortages("proxy", "listener");

class TcpListener final : public Listener {
 public:
  TcpListener(event_loop::EventLoop& loop, std::vector<session::Shard*> shards,
              std::shared_ptr<admission::Admission> admission, bool is_tls, tcp::acceptor&& acceptor)
      : loop_(loop),
        shards_(std::move(shards)),
        admission_(std::move(admission)),
        is_tls_(is_tls),
        acceptor_(std::move(acceptor)),
        pause_(loop.io()) {
    accept();
  }
  std::uint16_t port() const override { return acceptor_.local_endpoint().port(); }
  void close() override {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    waiting_.reset();
  }

 private:
  void accept() {
    session::Shard& shard = *shards_[next_++ % shards_.size()];
    acceptor_.async_accept(shard.loop().io(), [this, &shard](const boost::system::error_code& ec, tcp::socket socket) {
      if (ec == asio::error::operation_aborted || !acceptor_.is_open()) return;
      if (ec) return wait_for_descriptors(ec.message());
      waiting_ = std::move(socket);
      take(shard);
    });
  }

  // The last descriptors are the gateway's own, for the control socket, brokers and files: a client that would get one
  // of them waits, accepted, until others have gone.
  void take(session::Shard& shard) {
    if (is_kept_back(lowest_free_descriptor())) return wait_for_descriptors("too few descriptors are left");
    if (is_full_) tell_when_over();
    hand_over(shard, std::exchange(waiting_, std::nullopt).value());
    accept();
  }

  void wait_for_descriptors(const std::string& reason) {
    if (!std::exchange(is_full_, true))
      of_shortages.error("", "cannot accept new clients: " + reason + "; connected clients are served, new ones wait");
    pause_.expires_after(std::chrono::milliseconds(100));
    pause_.async_wait([this](const boost::system::error_code& stopped) {
      if (stopped) return;
      if (waiting_)
        take(*shards_[(next_ - 1) % shards_.size()]);
      else
        accept();
    });
  }

  // Descriptors become free one by one and are used again at once: the shortage is over when no accept has failed for a
  // second.
  void tell_when_over() {
    pause_.expires_after(std::chrono::seconds(1));
    pause_.async_wait([this](const boost::system::error_code& stopped) {
      if (stopped) return;
      is_full_ = false;
      of_shortages.info("", "accepting clients again");
    });
  }

  void hand_over(session::Shard& shard, tcp::socket&& socket) {
    boost::system::error_code ec;
    const auto peer = socket.remote_endpoint(ec);
    if (ec) return;  // the client has gone already
    auto slot = admission_->enter(peer.address().to_string());
    if (slot == nullptr) return;
    if (&shard.loop() == &loop_) return shard.adopt(std::move(socket), is_tls_, std::move(slot));
    struct Client {
      tcp::socket socket;
      std::shared_ptr<admission::ConnectionSlot> slot;
    };
    shard.loop().post([&shard, is_tls = is_tls_, c = std::make_shared<Client>(std::move(socket), std::move(slot))] {
      shard.adopt(std::move(c->socket), is_tls, std::move(c->slot));
    });
  }

  event_loop::EventLoop& loop_;
  const std::vector<session::Shard*> shards_;
  const std::shared_ptr<admission::Admission> admission_;
  const bool is_tls_;
  std::size_t next_ = 0;
  bool is_full_ = false;
  std::optional<tcp::socket> waiting_;  // accepted, and not handed over yet
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
};

boost::system::error_code bind(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  boost::system::error_code ec;
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(4096, ec);
  if (ec) {
    boost::system::error_code ignored;
    acceptor.close(ignored);
  }
  return ec;
}

}  // namespace

Result<std::unique_ptr<Listener>> Listener::open(event_loop::EventLoop& loop, std::vector<session::Shard*> shards,
                                                 std::shared_ptr<admission::Admission> admission,
                                                 const ListenAddress& address) {
  const auto& [host, port, next_free, is_tls] = address;
  boost::system::error_code ec;
  tcp::resolver resolver(loop.io());
  const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, ec);
  if (ec || found.empty()) return Error{"server.host: found " + host + ", expected an address of this machine"};
  tcp::endpoint endpoint = *found.begin();
  for (int attempt = 0; attempt < kPortsToTry; ++attempt) {
    tcp::acceptor acceptor(loop.io());
    ec = bind(acceptor, endpoint);
    if (!ec) {
      if (attempt > 0)
        log::warning("proxy", "port " + std::to_string(port) + " is in use, using port " +
                                  std::to_string(acceptor.local_endpoint().port()) + " instead");
      return std::unique_ptr<Listener>(
          std::make_unique<TcpListener>(loop, std::move(shards), std::move(admission), is_tls, std::move(acceptor)));
    }
    if (ec != asio::error::address_in_use || !next_free || endpoint.port() == 65535) break;
    endpoint.port(static_cast<std::uint16_t>(endpoint.port() + 1));
  }
  return Error{"cannot listen on " + host + ":" + std::to_string(port) + ": " + ec.message()};
}

}  // namespace gw::proxy
