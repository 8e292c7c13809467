// Prints updates, one line each, as a client of the public protocol.
#include <cstdio>
#include <functional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <nlohmann/json.hpp>

#include "apps/gateway/commands/client_access.hpp"
#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/commands/feed_client.hpp"
#include "apps/gateway/commands/local_clock.hpp"
#include "apps/gateway/watch/number_text.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

std::string level_text(const Json& side, const char* name) {
  if (side.empty()) return "";
  return std::string(" ") + name + '=' + price_text(side.front(), "price") + ' ' + name +
         "_quantity=" + quantity_text(side.front(), "quantity");
}

// "TIME INSTRUMENT ltp=1424.05 volume=…", with the best level of each side of a book.
std::string line_of(const Json& message) {
  const Json& data = message.at("data");
  const auto time_ns = static_cast<std::int64_t>(data.value("timestamp", 0.0) * 1e3 + 0.5) * 1'000'000;
  std::string line = local_time(time_ns) + ' ' + data.value("symbol", "") + '.' + data.value("exchange", "");
  for (const char* name : {"ltp", "open", "high", "low", "close"})
    if (const std::string text = price_text(data, name); !text.empty()) line += std::string(" ") + name + '=' + text;
  for (const char* name : {"volume", "last_trade_quantity"})
    if (const std::string text = quantity_text(data, name); !text.empty()) line += std::string(" ") + name + '=' + text;
  if (data.contains("depth"))
    line += level_text(data["depth"]["buy"], "bid") + level_text(data["depth"]["sell"], "ask");
  line += " broker=" + message.value("broker", "");
  for (const char* mark : {"snapshot", "suspect", "simulated"})
    if (message.value(mark, false)) line += std::string(" ") + mark;
  return line;
}

class Tail {
 public:
  Tail(boost::asio::io_context& io, FeedClient::Settings settings, bool json, std::int64_t count, std::size_t wanted)
      : json_(json),
        left_(count),
        subscribed_(wanted),
        client_(io, std::move(settings),
                {[this](const Json& message, std::string_view text) { hear(message, text); },
                 [this](const Json& error) { return refuse(error); },
                 [](const std::string& why) {
                   std::fprintf(stderr, "lost the gateway: %s; connecting again\n", why.c_str());
                 },
                 tell_of_silence, tell_of_answer,
                 [this, &io](const std::string& why) {
                   failure_ = why;
                   io.stop();
                 }}) {}

  void end() { client_.end(); }
  int result() const {
    if (!failure_.empty()) return fail(failure_);
    return subscribed_ == 0 ? kCouldNot : kDone;
  }

 private:
  void hear(const Json& message, std::string_view text) {
    const std::string type = message.value("type", "");
    if (type == "subscription") hear_answer(message);
    if (type == "broker_status" && message.value("status", "") != "connected")
      std::fprintf(stderr, "broker %s: %s\n", message.value("broker", "").c_str(), message.value("status", "").c_str());
    if (type == "feed_status")
      std::fprintf(stderr, "feed of broker %s: %s\n", message.value("broker", "").c_str(),
                   message.value("status", "").c_str());
    if (type != "market_data" || is_over_) return;
    std::printf("%s\n", json_ ? std::string(text).c_str() : line_of(message).c_str());
    std::fflush(stdout);
    if (left_ > 0 && --left_ == 0) stop();
  }
  void hear_answer(const Json& message) {
    subscribed_ = 0;
    for (const Json& entry : message.value("subscriptions", Json::array())) {
      if (entry.value("status", "") != "error")
        ++subscribed_;
      else
        fail(error_text(entry));
    }
    if (subscribed_ == 0) stop();
  }
  // An instrument that is over, or refused later, ends only itself.
  bool refuse(const Json& error) {
    const std::string code = error.value("code", "");
    const bool is_of_one = code == "SUBSCRIPTION_ERROR" || code == "SYMBOL_NOT_FOUND";
    if (is_of_one) fail(error_text(error));
    if (code == "SYMBOL_NOT_FOUND" && subscribed_ > 0 && --subscribed_ == 0) stop();
    return !is_of_one;
  }
  void stop() {
    is_over_ = true;
    client_.end();
  }

  const bool json_;
  std::int64_t left_;       // updates to print; 0: no end
  std::size_t subscribed_;  // instruments that can still tick
  bool is_over_ = false;
  std::string failure_;
  FeedClient client_;
};

}  // namespace

int tail(const Options& options, const TailRequest& request) {
  const auto mode = parse_mode(request.mode);
  if (!mode) return fail(mode.error().message, kWrong);
  Json subscribe = {{"action", "subscribe"}, {"mode", *mode}, {"symbols", Json::array()}};
  if (request.mode == "depth") subscribe["depth_level"] = request.depth;
  for (const std::string& instrument : request.instruments) {
    const auto name = parse_instrument(instrument);
    if (!name) return fail(name.error().message, kWrong);
    subscribe["symbols"].push_back({{"symbol", name->symbol}, {"exchange", name->exchange}});
  }
  const auto key = find_key(options, request.key);
  if (!key) return fail(key.error().message, kWrong);
  const auto find_url = url_finder(options, request.url);
  if (!find_url) return kWrong;
  boost::asio::io_context io(1);
  Tail tail(io, {*find_url, *key, subscribe.dump(), true}, options.json, request.count, request.instruments.size());
  boost::asio::signal_set ending(io, SIGINT, SIGTERM);
  ending.async_wait([&tail](const boost::system::error_code& ec, int) {
    if (!ec) tail.end();
  });
  io.run();
  return tail.result();
}

}  // namespace gw::app
