#include "core/proxy/listener.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/admission/admission.hpp"
#include "core/base/descriptors.hpp"
#include "core/base/log.hpp"
#include "core/base/log_limit.hpp"
#include "core/base/url.hpp"
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

boost::system::error_code listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint, bool is_only_v6) {
  boost::system::error_code ec;
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec && endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(is_only_v6), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(4096, ec);
  return ec;
}

// An endpoint for each host with another address, all without port.
Result<std::vector<tcp::endpoint>> resolve(asio::io_context& io, const std::vector<std::string>& hosts) {
  std::vector<tcp::endpoint> all;
  for (const std::string& host : hosts) {
    boost::system::error_code ec;
    const auto found = tcp::resolver(io).resolve(host, "0", tcp::resolver::passive, ec);
    if (ec || found.empty()) return Error{"server.host: found " + host + ", expected an address of this machine"};
    const tcp::endpoint endpoint = *found.begin();
    if (std::find(all.begin(), all.end(), endpoint) == all.end()) all.push_back(endpoint);
  }
  return all;
}

bool has_ipv4(const std::vector<tcp::endpoint>& endpoints) {
  return std::any_of(endpoints.begin(), endpoints.end(), [](const tcp::endpoint& e) { return e.address().is_v4(); });
}

struct Opened {
  std::vector<tcp::acceptor> acceptors;
  boost::system::error_code ec;
  tcp::endpoint failed;
};

// All of them with this port; 0: with one that is free for the first.
Opened open_at(asio::io_context& io, const std::vector<tcp::endpoint>& endpoints, std::uint16_t port) {
  Opened opened;
  for (tcp::endpoint endpoint : endpoints) {
    endpoint.port(opened.acceptors.empty() ? port : opened.acceptors.front().local_endpoint().port());
    tcp::acceptor& acceptor = opened.acceptors.emplace_back(io);
    opened.ec = listen(acceptor, endpoint, has_ipv4(endpoints));
    opened.failed = endpoint;
    if (opened.ec) break;
  }
  return opened;
}

}  // namespace

Result<std::vector<std::unique_ptr<Listener>>> Listener::open(event_loop::EventLoop& loop,
                                                              const std::vector<session::Shard*>& shards,
                                                              const std::shared_ptr<admission::Admission>& admission,
                                                              const ListenAddress& address) {
  const auto endpoints = resolve(loop.io(), address.hosts);
  if (!endpoints) return endpoints.error();
  Opened opened;
  for (int attempt = 0; attempt < kPortsToTry; ++attempt) {
    const int port = address.port == 0 ? 0 : address.port + attempt;
    if (port > 65535) break;
    opened = open_at(loop.io(), *endpoints, static_cast<std::uint16_t>(port));
    if (!opened.ec && port != address.port)
      log::warning("proxy", "port " + std::to_string(address.port) + " is in use, using port " + std::to_string(port) +
                                " instead");
    const bool may_go_on = address.next_free || address.port == 0;
    if (opened.ec != asio::error::address_in_use || !may_go_on) break;
  }
  if (opened.ec)
    return Error{"cannot listen on " + with_port(opened.failed.address().to_string(), opened.failed.port()) + ": " +
                 opened.ec.message()};
  std::vector<std::unique_ptr<Listener>> listeners;
  for (tcp::acceptor& acceptor : opened.acceptors)
    listeners.push_back(std::make_unique<TcpListener>(loop, shards, admission, address.is_tls, std::move(acceptor)));
  return listeners;
}

ListenProblem check_address(const std::string& host, std::uint16_t port) {
  asio::io_context io;
  const auto endpoints = resolve(io, {host});
  if (!endpoints) return {ListenFault::host, "no address is known"};
  tcp::endpoint endpoint = endpoints->front();
  endpoint.port(port);
  boost::system::error_code ec;
  tcp::acceptor acceptor(io);
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec || ec == asio::error::address_in_use) return {};
  return {ec == asio::error::access_denied ? ListenFault::port : ListenFault::host, ec.message()};
}

}  // namespace gw::proxy
