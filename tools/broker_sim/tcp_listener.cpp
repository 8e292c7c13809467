#include "tools/broker_sim/tcp_listener.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace sim {
namespace {

using tcp = boost::asio::ip::tcp;
using boost::system::error_code;

class Acceptor final : public TcpListener {
 public:
  Acceptor(boost::asio::io_context& io, std::uint16_t port, OnSocket on_socket)
      : acceptor_(io), port_(port), on_socket_(std::move(on_socket)) {}

  std::uint16_t port() const override { return port_; }

  gw::Result<void> listen(bool listens) override {
    if (listens == acceptor_.is_open()) return {};
    error_code ec;
    if (!listens) {
      acceptor_.close(ec);
      return {};
    }
    const tcp::endpoint endpoint(boost::asio::ip::address_v4::loopback(), port_);
    acceptor_.open(endpoint.protocol(), ec);
    if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor_.bind(endpoint, ec);
    if (!ec) acceptor_.listen(128, ec);
    if (ec) {
      error_code ignored;
      acceptor_.close(ignored);
      return gw::Error{"cannot listen on 127.0.0.1:" + std::to_string(port_) + ": " + ec.message()};
    }
    port_ = acceptor_.local_endpoint().port();
    accept();
    return {};
  }

 private:
  void accept() {
    acceptor_.async_accept([this](error_code ec, tcp::socket socket) {
      if (ec == boost::asio::error::operation_aborted) return;
      if (!ec) on_socket_(std::move(socket));
      accept();
    });
  }

  tcp::acceptor acceptor_;
  std::uint16_t port_;
  OnSocket on_socket_;
};

}  // namespace

gw::Result<std::unique_ptr<TcpListener>> TcpListener::open(boost::asio::io_context& io, std::uint16_t port,
                                                           OnSocket on_socket) {
  auto listener = std::make_unique<Acceptor>(io, port, std::move(on_socket));
  if (const auto opened = listener->listen(true); !opened) return opened.error();
  return std::unique_ptr<TcpListener>(std::move(listener));
}

}  // namespace sim
