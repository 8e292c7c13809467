// Shows one instrument live in the terminal, as a client of the public protocol.
#include <cstdio>
#include <cstdlib>
#include <map>

#include <unistd.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <nlohmann/json.hpp>

#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/commands/ladder.hpp"
#include "core/control/control_socket.hpp"
#include "core/websocket/connection.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

class Watcher final : public websocket::Listener {
 public:
  Watcher(boost::asio::io_context& io, std::string url, std::string key, Json subscribe, bool json)
      : io_(io),
        key_(std::move(key)),
        subscribe_(std::move(subscribe)),
        json_(json),
        terminal_(::isatty(STDOUT_FILENO) != 0) {
    websocket::ClientOptions options;
    options.url = std::move(url);
    connection_ = websocket::Connection::connect(io, std::move(options), *this);
  }
  int result() const { return result_; }
  // Closes the connection; io.run() returns when the gateway has answered.
  void end() {
    ended_ = true;
    connection_->close(1000, "");
  }

  void on_open() override { send({{"action", "authenticate"}, {"api_key", key_}, {"extras", true}}); }
  void on_message(websocket::Opcode, std::string_view payload) override {
    const Json message = Json::parse(payload, nullptr, false);
    if (!message.is_object()) return;
    const std::string type = message.value("type", "");
    if (type == "authentication") {
      if (message.value("simulated", false))
        std::fprintf(stderr, "broker %s: simulated prices, none of them is real\n",
                     message.value("broker", "").c_str());
      send(subscribe_);
    }
    if (type == "error") {
      fail(message.value("message", "refused"));
      result_ = kCouldNot;
      io_.stop();
    }
    if (type == "subscription" && message.value("is_fallback", false))
      std::fprintf(stderr, "%s\n", message.value("message", "").c_str());
    if (type == "broker_status" && !json_)
      std::fprintf(stderr, "broker %s: %s\n", message.value("broker", "").c_str(), message.value("status", "").c_str());
    if (type == "market_data") show(message, payload);
  }
  void on_closed(const websocket::CloseInfo& info) override {
    if (result_ == kDone && !ended_)
      result_ = fail("disconnected: " + (info.reason.empty() ? std::to_string(info.code) : info.reason));
    io_.stop();
  }

 private:
  void send(const Json& message) {
    connection_->send(websocket::Opcode::text, message.dump());
    connection_->flush();
  }
  void show(const Json& message, std::string_view payload) {
    std::string text = json_ ? std::string(payload) + '\n' : draw(message, terminal_);
    // Draws from the top and then clears below it: clearing the whole screen first would flicker.
    if (terminal_ && !json_) text = "\033[H" + text + "\033[J";
    if (terminal_ && !json_ && !cleared_) text = "\033[2J" + text;
    cleared_ = true;
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }

  boost::asio::io_context& io_;
  std::string key_;
  Json subscribe_;
  bool json_;
  bool terminal_;
  bool cleared_ = false;
  bool ended_ = false;
  int result_ = kDone;
  std::unique_ptr<websocket::Connection> connection_;
};

std::string find_key(const Options& options, const std::string& given) {
  if (!given.empty()) return given;
  if (const char* variable = std::getenv("BROKER_GATEWAY_KEY"); variable != nullptr && *variable != '\0')
    return variable;
  const auto stored = config::read_secret_file(local_key_path(options));
  return stored && *stored ? **stored : "";
}

// Where the running gateway really listens: its port may differ from that of the file.
std::string find_url(const config::Config& config) {
  int port = config.server.port;
  if (const auto answer = control::ask(control_path(config.database), R"({"command":"status"})"); answer)
    port = Json::parse(*answer, nullptr, false).value("port", port);
  return "ws://" + config.server.host + ":" + std::to_string(port) + "/";
}

}  // namespace

int watch(const Options& options, const WatchRequest& request) {
  static const std::map<std::string, int> kModes = {{"ltp", 1}, {"quote", 2}, {"depth", 4}};
  const auto mode = kModes.find(request.mode);
  if (mode == kModes.end()) return fail("--mode: found " + request.mode + ", expected ltp, quote or depth", kWrong);
  const std::size_t dot = request.instrument.rfind('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == request.instrument.size())
    return fail("INSTRUMENT: found " + request.instrument + ", expected SYMBOL.EXCHANGE, like RELIANCE.NSE", kWrong);
  const std::string key = find_key(options, request.key);
  if (key.empty())
    return fail(
        "no API key: give --key, or set BROKER_GATEWAY_KEY; scripts/run makes one in "
        "state/local.key",
        kWrong);
  std::string url = request.url;
  if (url.empty()) {
    const auto loaded = load_config(options);
    if (!loaded) return kWrong;
    url = find_url(loaded->config);
  }
  Json subscribe = {{"action", "subscribe"},
                    {"symbol", request.instrument.substr(0, dot)},
                    {"exchange", request.instrument.substr(dot + 1)},
                    {"mode", mode->second}};
  if (mode->second == 4) subscribe["depth_level"] = request.depth;
  boost::asio::io_context io(1);
  boost::asio::signal_set ending(io, SIGINT, SIGTERM);
  Watcher watcher(io, url, key, std::move(subscribe), options.json);
  ending.async_wait([&watcher](const boost::system::error_code& ec, int) {
    if (!ec) watcher.end();
  });
  io.run();
  return watcher.result();
}

}  // namespace gw::app
