#include "tools/broker_sim/dead_address.hpp"

#include <list>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace sim {
namespace {

using tcp = boost::asio::ip::tcp;
using boost::system::error_code;

// Linux queues one connection more than it is told (0); our others wait for their SYN to be answered.
constexpr int kOwnConnections = 3;

class Full final : public DeadAddress {
 public:
  explicit Full(boost::asio::io_context& io) : acceptor_(io), io_(io) {}

  error_code fill(const tcp::endpoint& endpoint) {
    error_code ec;
    acceptor_.open(endpoint.protocol(), ec);
    if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor_.bind(endpoint, ec);
    if (!ec) acceptor_.listen(0, ec);
    for (int i = 0; !ec && i < kOwnConnections; ++i) own_.emplace_back(io_).async_connect(endpoint, [](error_code) {});
    return ec;
  }

 private:
  tcp::acceptor acceptor_;
  boost::asio::io_context& io_;
  std::list<tcp::socket> own_;
};

}  // namespace

gw::Result<std::unique_ptr<DeadAddress>> DeadAddress::open(boost::asio::io_context& io, const std::string& address,
                                                           std::uint16_t port) {
  error_code ec;
  const auto parsed = boost::asio::ip::make_address(address, ec);
  auto dead = std::make_unique<Full>(io);
  if (!ec) ec = dead->fill({parsed, port});
  if (ec) return gw::Error{"cannot listen on " + address + " port " + std::to_string(port) + ": " + ec.message()};
  return std::unique_ptr<DeadAddress>(std::move(dead));
}

}  // namespace sim
