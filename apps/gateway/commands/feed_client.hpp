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

// What an error of the gateway says, and what may have been meant in its place.
std::string error_text(const nlohmann::json& error);
// What is told where no screen is drawn, on standard error.
void tell_of_silence(int seconds);
void tell_of_answer();

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
    // Connecting or connected, nothing has come for `seconds`, pongs included; said once, until on_answer.
    std::function<void(int seconds)> on_silence;
    std::function<void()> on_answer;
    // The last call. `why`: empty after end().
    std::function<void(const std::string& why)> on_ended;
  };
  FeedClient(boost::asio::io_context& io, Settings settings, Calls calls);

  // Closes the connection with 1000, then on_ended follows.
  void end();

  void on_open() override;
  void on_message(websocket::Opcode opcode, std::string_view payload) override;
  void on_control_frame() override { hear(); }
  void on_closed(const websocket::CloseInfo& info) override;

 private:
  void connect();
  void hear();
  void watch();
  void try_again(const std::string& why);
  void send(std::string_view message);
  void finish(const std::string& why);

  boost::asio::io_context& io_;
  const Settings settings_;
  const Calls calls_;
  boost::asio::steady_timer retry_;
  boost::asio::steady_timer next_look_;
  std::chrono::steady_clock::time_point heard_;  // when the gateway last sent anything, or was called
  bool is_silent_ = false;
  bool is_connecting_or_open_ = false;
  std::chrono::milliseconds pause_;
  bool admitted_ = false;  // has been authenticated, once
  bool ending_ = false;
  bool ended_ = false;
  std::string failure_;  // why the gateway ends it
  std::unique_ptr<websocket::Connection> connection_;
};

}  // namespace gw::app
