#include "apps/gateway/commands/feed_client.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>
#include <nlohmann/json.hpp>

namespace gw::app {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{250};
constexpr milliseconds kLongestPause{5000};
constexpr int kBadAuthentication = 4401;

std::string words_of(const websocket::CloseInfo& info) {
  return info.reason.empty() ? std::to_string(info.code) : info.reason;
}

}  // namespace

FeedClient::FeedClient(boost::asio::io_context& io, Settings settings, Calls calls)
    : io_(io), settings_(std::move(settings)), calls_(std::move(calls)), retry_(io), pause_(kFirstPause) {
  connect();
}

void FeedClient::connect() {
  websocket::ClientOptions options;
  options.url = settings_.find_url();
  connection_ = websocket::Connection::connect(io_, std::move(options), *this);
}

void FeedClient::end() {
  if (ending_) return;
  ending_ = true;
  if (retry_.cancel() != 0)  // between two connections
    return boost::asio::post(io_, [this] { finish(""); });
  connection_->close(1000, "");
}

void FeedClient::on_open() {
  send(Json{{"action", "authenticate"}, {"api_key", settings_.key}, {"extras", true}}.dump());
}

void FeedClient::on_message(websocket::Opcode, std::string_view payload) {
  if (ending_) return;
  const Json message = Json::parse(payload, nullptr, false);
  if (!message.is_object()) return;
  const std::string type = message.value("type", "");
  if (type == "error" && (!admitted_ || calls_.on_error(message))) {
    failure_ = message.value("message", "refused");
    ending_ = true;
    return connection_->close(1000, "");
  }
  if (type == "authentication") {
    admitted_ = true;
    pause_ = kFirstPause;
    send(settings_.subscribe);
  }
  calls_.on_message(message, payload);
}

void FeedClient::on_closed(const websocket::CloseInfo& info) {
  if (ending_) return finish(failure_);
  if (!admitted_ || !settings_.reconnects || info.code == kBadAuthentication)
    return finish("disconnected: " + words_of(info));
  try_again(words_of(info));
}

void FeedClient::try_again(const std::string& why) {
  calls_.on_lost(why);
  retry_.expires_after(pause_);
  pause_ = std::min(2 * pause_, kLongestPause);
  retry_.async_wait([this](const boost::system::error_code& ec) {
    if (!ec && !ending_) connect();
  });
}

void FeedClient::send(std::string_view message) {
  connection_->send(websocket::Opcode::text, message);
  connection_->flush();
}

void FeedClient::finish(const std::string& why) {
  if (ended_) return;
  ended_ = true;
  calls_.on_ended(why);
}

}  // namespace gw::app
