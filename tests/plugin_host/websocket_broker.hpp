// A broker on this machine that speaks WebSocket: it accepts one connection after another and keeps the newest. It
// lives on the event loop of the test.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "core/websocket/connection.hpp"

namespace gw::plugin_host {

class WebsocketBroker final : public websocket::Listener {
 public:
  using tcp = boost::asio::ip::tcp;
  explicit WebsocketBroker(boost::asio::io_context& io)
      : acceptor_(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {
    accept();
  }
  std::string url() const { return "ws://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/feed"; }
  void send(const std::string& text) {
    connection->send(websocket::Opcode::binary, text);
    connection->flush();
  }

  websocket::ServerOptions options;
  std::unique_ptr<websocket::Connection> connection;
  std::vector<std::string> received;
  int accepted = 0;
  int control_frames = 0;  // pings and pongs
  bool is_open = false;
  int closed_with = 0;

 private:
  void accept() {
    acceptor_.async_accept([this](boost::system::error_code ec, tcp::socket socket) {
      if (ec) return;
      ++accepted;
      connection = websocket::Connection::accept(std::move(socket), options, *this);
      accept();
    });
  }
  void on_open() override { is_open = true; }
  void on_message(websocket::Opcode, std::string_view payload) override { received.emplace_back(payload); }
  void on_control_frame() override { ++control_frames; }
  void on_closed(const websocket::CloseInfo& info) override {
    is_open = false;
    closed_with = info.code;
  }

  tcp::acceptor acceptor_;
};

}  // namespace gw::plugin_host
