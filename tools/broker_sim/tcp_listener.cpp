#include "tools/broker_sim/tcp_listener.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace sim {
namespace {

using tcp = boost::asio::ip::tcp;
using boost::system::error_code;

class Acceptor final : public TcpListener {
 public:
  Acceptor(boost::asio::io_context& io, const tcp::endpoint& endpoint, OnSocket on_socket)
      : acceptor_(io), endpoint_(endpoint), on_socket_(std::move(on_socket)) {}

  std::uint16_t port() const override { return endpoint_.port(); }

  gw::Result<void> listen(bool listens) override {
    if (listens == acceptor_.is_open()) return {};
    error_code ec;
    if (!listens) {
      acceptor_.close(ec);
      return {};
    }
    acceptor_.open(endpoint_.protocol(), ec);
    if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor_.bind(endpoint_, ec);
    if (!ec) acceptor_.listen(128, ec);
    if (ec) {
      error_code ignored;
      acceptor_.close(ignored);
      return gw::Error{"cannot listen on " + endpoint_.address().to_string() + " port " +
                       std::to_string(endpoint_.port()) + ": " + ec.message()};
    }
    endpoint_ = acceptor_.local_endpoint();
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
  tcp::endpoint endpoint_;
  OnSocket on_socket_;
};

}  // namespace

gw::Result<std::unique_ptr<TcpListener>> TcpListener::open(boost::asio::io_context& io, const std::string& address,
                                                           std::uint16_t port, OnSocket on_socket) {
  error_code ec;
  const auto parsed = boost::asio::ip::make_address(address, ec);
  if (ec) return gw::Error{"found the address " + address + ", expected an IPv4 or IPv6 address"};
  auto listener = std::make_unique<Acceptor>(io, tcp::endpoint(parsed, port), std::move(on_socket));
  if (const auto opened = listener->listen(true); !opened) return opened.error();
  return std::unique_ptr<TcpListener>(std::move(listener));
}

}  // namespace sim
