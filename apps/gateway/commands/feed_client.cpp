#include "apps/gateway/commands/feed_client.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <boost/asio/post.hpp>
#include <nlohmann/json.hpp>

namespace gw::app {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{250};
constexpr milliseconds kLongestPause{5000};
// A gateway that lives answers a ping at once.
constexpr std::chrono::seconds kLook{2};
constexpr std::chrono::seconds kSilence{5};
constexpr int kBadAuthentication = 4401;

std::string words_of(const websocket::CloseInfo& info) {
  return info.reason.empty() ? std::to_string(info.code) : info.reason;
}

}  // namespace

std::string error_text(const Json& error) {
  std::string text = error.value("message", "refused");
  std::string meant;
  for (const Json& one : error.value("suggestions", Json::array()))
    if (one.is_string()) meant += (meant.empty() ? "" : ", ") + one.get<std::string>();
  return text + (meant.empty() ? "" : "; did you mean " + meant + '?');
}

void tell_of_silence(int seconds) {
  std::fprintf(stderr, "the gateway has not answered for %d s; waiting for it\n", seconds);
}

void tell_of_answer() { std::fputs("the gateway answers again\n", stderr); }

FeedClient::FeedClient(boost::asio::io_context& io, Settings settings, Calls calls)
    : io_(io),
      settings_(std::move(settings)),
      calls_(std::move(calls)),
      retry_(io),
      next_look_(io),
      pause_(kFirstPause) {
  connect();
  watch();
}

void FeedClient::hear() {
  heard_ = std::chrono::steady_clock::now();
  if (std::exchange(is_silent_, false)) calls_.on_answer();
}

void FeedClient::watch() {
  next_look_.expires_after(kLook);
  next_look_.async_wait([this](const boost::system::error_code& ec) {
    if (ec || ended_) return;
    watch();
    if (!is_connecting_or_open_ || ending_) return;
    const auto silence = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - heard_);
    if (silence >= kSilence && !std::exchange(is_silent_, true)) calls_.on_silence(static_cast<int>(silence.count()));
    if (!connection_->is_open()) return;
    connection_->ping("");
    connection_->flush();
  });
}

void FeedClient::connect() {
  heard_ = std::chrono::steady_clock::now();
  is_connecting_or_open_ = true;
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
  hear();
  send(Json{{"action", "authenticate"}, {"api_key", settings_.key}, {"extras", true}}.dump());
}

void FeedClient::on_message(websocket::Opcode, std::string_view payload) {
  if (ending_) return;
  hear();
  const Json message = Json::parse(payload, nullptr, false);
  if (!message.is_object()) return;
  const std::string type = message.value("type", "");
  if (type == "error" && (!admitted_ || calls_.on_error(message))) {
    failure_ = error_text(message);
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
  is_connecting_or_open_ = false;
  is_silent_ = false;
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
  next_look_.cancel();
  calls_.on_ended(why);
}

}  // namespace gw::app
