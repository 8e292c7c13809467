// A client of the public protocol, with extras, for the commands that show updates. It authenticates, subscribes, and
// where that is wanted connects again after a loss. [the io_context's thread]
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <nlohmann/json_fwd.hpp>

#include "core/websocket/connection.hpp"

namespace gw::app {

class FeedClient final : public websocket::Listener {
 public:
  struct Settings {
    std::function<std::string()> find_url;  // asked before each attempt
    std::string key;
    std::string subscribe;  // the request, as JSON text
    bool reconnects;        // once it has been connected
  };
  // `message` is valid during the call.
  struct Calls {
    std::function<void(const nlohmann::json& message, std::string_view text)> on_message;
    // An error of the gateway. True: it ends the client.
    std::function<bool(const nlohmann::json& error)> on_error;
    // The connection is lost; the next attempt follows.
    std::function<void(const std::string& why)> on_lost;
    // The last call. `why`: empty after end().
    std::function<void(const std::string& why)> on_ended;
  };
  FeedClient(boost::asio::io_context& io, Settings settings, Calls calls);

  // Closes the connection with 1000, then on_ended follows.
  void end();

  void on_open() override;
  void on_message(websocket::Opcode opcode, std::string_view payload) override;
  void on_closed(const websocket::CloseInfo& info) override;

 private:
  void connect();
  void try_again(const std::string& why);
  void send(std::string_view message);
  void finish(const std::string& why);

  boost::asio::io_context& io_;
  const Settings settings_;
  const Calls calls_;
  boost::asio::steady_timer retry_;
  std::chrono::milliseconds pause_;
  bool admitted_ = false;  // has been authenticated, once
  bool ending_ = false;
  bool ended_ = false;
  std::string failure_;  // why the gateway ends it
  std::unique_ptr<websocket::Connection> connection_;
};

}  // namespace gw::app
