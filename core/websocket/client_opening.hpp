// How a client's connection opens: its name is resolved, one of the addresses is connected to, and the answer to the
// upgrade is read before Beast gets it. Thread: the connection's.
#pragma once

#include <array>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "core/websocket/address.hpp"
#include "core/websocket/addresses.hpp"
#include "core/websocket/dialer.hpp"
#include "core/websocket/opening.hpp"
#include "core/websocket/upgrade_answer.hpp"

namespace gw::websocket {

class ClientOpening final : public Opening {
 public:
  ClientOpening(OpeningHost& host, boost::asio::io_context& io, ClientOptions options);

  void start();
  void on_ready(boost::system::error_code ec) override;
  bool reads() const override { return !is_decided_; }
  void on_read(boost::system::error_code ec, std::size_t n) override;
  void on_handshake(boost::system::error_code ec) override;
  void on_timeout() override;
  void cancel() override;

 private:
  using tcp = boost::asio::ip::tcp;

  void connect_to(const tcp::resolver::results_type& found);
  void connected(tcp::socket&& socket);
  void read_answer();
  void accepted();
  void refused();
  void fail(std::string why);
  std::string peer() const { return named(url_.host, at_); }
  std::string too_late() const;

  OpeningHost& host_;
  boost::asio::io_context& io_;
  ClientOptions options_;
  Address url_;
  tcp::resolver resolver_;
  std::shared_ptr<Dialer> dialer_;
  tcp::endpoint at_;
  bool is_one_of_several_ = false;  // the host has other addresses too
  bool is_connected_ = false;
  bool is_decided_ = false;  // the answer goes on to Beast
  UpgradeAnswer answer_;
  std::array<char, 4096> bytes_;
};

}  // namespace gw::websocket
