#include "tools/broker_sim/tcp_listener.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace sim {
namespace {

using tcp = boost::asio::ip::tcp;
using boost::system::error_code;

class Acceptor final : public TcpListener {
 public:
  Acceptor(tcp::acceptor&& acceptor, OnSocket on_socket)
      : acceptor_(std::move(acceptor)), on_socket_(std::move(on_socket)) {
    accept();
  }
  std::uint16_t port() const override { return acceptor_.local_endpoint().port(); }

 private:
  void accept() {
    acceptor_.async_accept([this](error_code ec, tcp::socket socket) {
      if (ec == boost::asio::error::operation_aborted) return;
      if (!ec) on_socket_(std::move(socket));
      accept();
    });
  }

  tcp::acceptor acceptor_;
  OnSocket on_socket_;
};

}  // namespace

gw::Result<std::unique_ptr<TcpListener>> TcpListener::open(boost::asio::io_context& io, std::uint16_t port,
                                                           OnSocket on_socket) {
  tcp::acceptor acceptor(io);
  const tcp::endpoint endpoint(boost::asio::ip::address_v4::loopback(), port);
  error_code ec;
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(128, ec);
  if (ec) return gw::Error{"cannot listen on 127.0.0.1:" + std::to_string(port) + ": " + ec.message()};
  return std::unique_ptr<TcpListener>(std::make_unique<Acceptor>(std::move(acceptor), std::move(on_socket)));
}

}  // namespace sim
