// A WebSocket server on a free port of this machine, and listeners that note what they are told,
// all in one io_context.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "core/websocket/connection.hpp"

namespace gw::support {

// Runs until `done` says so. False: nothing is left to run, or it hangs.
inline bool run_until(boost::asio::io_context& io, const std::function<bool()>& done) {
  const auto hangs = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!done()) {
    io.restart();
    if (io.run_one_until(hangs) == 0) return done();
  }
  return true;
}

inline websocket::ClientOptions to(std::string url) {
  websocket::ClientOptions options;
  options.url = std::move(url);
  return options;
}

class Recorder final : public websocket::Listener {
 public:
  void on_open() override {
    opened = true;
    if (when_open) when_open();
  }
  void on_message(websocket::Opcode opcode, std::string_view payload) override {
    opcodes.push_back(opcode);
    messages.emplace_back(payload);
    if (when_message) when_message(payload);
  }
  void on_control_frame() override { ++control_frames; }
  void on_drained() override { ++drained; }
  void on_closed(const websocket::CloseInfo& info) override {
    ++closes;
    closed = info;
    if (when_closed) when_closed();
  }
  int code() const { return closed ? closed->code : 0; }

  bool opened = false;
  std::vector<websocket::Opcode> opcodes;
  std::vector<std::string> messages;
  int control_frames = 0;
  int drained = 0;
  int closes = 0;
  std::optional<websocket::CloseInfo> closed;
  std::function<void()> when_open;
  std::function<void(std::string_view)> when_message;
  std::function<void()> when_closed;
};

// One end of a connection.
struct End {
  Recorder heard;
  std::unique_ptr<websocket::Connection> connection;
};

class Server {
 public:
  explicit Server(boost::asio::io_context& io) : acceptor_(io, {boost::asio::ip::make_address("127.0.0.1"), 0}) {
    accept();
  }
  std::string url(const std::string& target = "/") const { return "ws://127.0.0.1:" + std::to_string(port()) + target; }
  unsigned short port() const { return acceptor_.local_endpoint().port(); }

  websocket::ServerOptions options;  // for those accepted from now on
  std::vector<std::unique_ptr<End>> ends;
  std::function<void(End&)> when_accepted;

 private:
  void accept() {
    acceptor_.async_accept([this](boost::system::error_code ec, boost::asio::ip::tcp::socket s) {
      if (ec) return;
      ends.push_back(std::make_unique<End>());
      End& end = *ends.back();
      end.connection = websocket::Connection::accept(std::move(s), options, end.heard);
      if (when_accepted) when_accepted(end);
      accept();
    });
  }

  boost::asio::ip::tcp::acceptor acceptor_;
};

}  // namespace gw::support
