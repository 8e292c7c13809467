#include "tools/broker_sim/kite_session.hpp"

#include <chrono>
#include <ctime>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <nlohmann/json.hpp>

#include "tools/broker_sim/kite_broker.hpp"

namespace sim {
namespace {

using Json = nlohmann::json;
using boost::system::error_code;
using gw::websocket::HttpAnswer;
using gw::websocket::Opcode;

constexpr std::size_t kConnectionsPerKey = 3;
constexpr std::size_t kTokensPerConnection = 3000;
constexpr std::chrono::seconds kHeartbeat{3};
constexpr std::size_t kPacketsPerFrame = 200;

std::string query_value(std::string_view target, std::string_view key) {
  std::size_t at = target.find('?');
  while (at != std::string_view::npos) {
    const std::size_t end = target.find('&', at + 1);
    const std::string_view pair = target.substr(at + 1, end == std::string_view::npos ? end : end - at - 1);
    if (pair.starts_with(key) && pair.size() > key.size() && pair[key.size()] == '=')
      return std::string(pair.substr(key.size() + 1));
    at = end;
  }
  return {};
}

HttpAnswer refusal(int status, const char* type, const char* message) {
  const Json body = {{"status", "error"}, {"message", message}, {"error_type", type}, {"data", nullptr}};
  return {status, "application/json", body.dump()};
}

std::optional<KiteMode> mode_of(const Json& name) {
  if (name == "ltp") return KiteMode::ltp;
  if (name == "quote") return KiteMode::quote;
  if (name == "full") return KiteMode::full;
  return std::nullopt;
}

// Tokens that are no numbers are passed over in silence, as Kite does: such a client sees nothing
// but heartbeats.
std::vector<std::uint32_t> tokens_of(const Json& list) {
  std::vector<std::uint32_t> tokens;
  if (!list.is_array()) return tokens;
  for (const Json& token : list)
    if (token.is_number_unsigned() && token.get<std::uint64_t>() <= 0xffffffffU)
      tokens.push_back(token.get<std::uint32_t>());
  return tokens;
}

}  // namespace

struct KiteSession::Timers {
  explicit Timers(boost::asio::io_context& io) : heartbeat(io), play(io) {}
  boost::asio::steady_timer heartbeat;
  boost::asio::steady_timer play;
};

KiteSession::KiteSession(KiteBroker& broker, std::uint64_t id, gw::TcpSocket&& socket)
    : broker_(broker), id_(id), timers_(std::make_shared<Timers>(broker.io())) {
  options_.output_limit = 16 << 20;
  options_.on_upgrade = [this](std::string_view target, std::vector<gw::websocket::Header>&) { return login(target); };
  connection_ = gw::websocket::Connection::accept(std::move(socket), options_, *this);
}

KiteSession::~KiteSession() = default;

HttpAnswer KiteSession::login(std::string_view target) {
  const auto refuse = [this](HttpAnswer answer) {
    ++broker_.counts().logins_refused;
    return answer;
  };
  if (const int status = broker_.fault().upgrade_status; status != 0)
    return refuse(refusal(status, "TokenException", "Incorrect `api_key` or `access_token`."));
  api_key_ = query_value(target, "api_key");
  if (api_key_.empty() || query_value(target, "access_token").empty())
    return refuse(refusal(403, "TokenException", "Incorrect `api_key` or `access_token`."));
  if (broker_.connections_of(api_key_) >= kConnectionsPerKey)
    return refuse(refusal(429, "NetworkException", "Too many connections"));
  ++broker_.counts().logins;
  return {0, "", ""};
}

void KiteSession::on_open() {
  open_ = true;
  // Undocumented, but the first thing that a real connection gets.
  send_text(R"({"type":"instruments_meta","data":{"count":114823,"etag":"W/\"6a7e998c-9757\""}})");
  heartbeat_later();
}

void KiteSession::send_binary(std::string_view frame) {
  if (!connection_->send(Opcode::binary, frame)) return;
  ++broker_.counts().frames_sent;
  connection_->flush();
}

void KiteSession::send_text(std::string_view text) {
  connection_->send(Opcode::text, text);
  connection_->flush();
}

void KiteSession::close(int code) { connection_->close(code, ""); }

void KiteSession::drop() {
  connection_.reset();
  on_closed({});
}

void KiteSession::on_closed(const gw::websocket::CloseInfo&) {
  open_ = false;
  boost::asio::post(broker_.io(), [this] { broker_.remove(*this); });
}

void KiteSession::on_message(Opcode opcode, std::string_view payload) {
  ++broker_.counts().requests;
  if (opcode != Opcode::text || !obey(payload)) ++broker_.counts().requests_wrong;
}

bool KiteSession::obey(std::string_view payload) {
  const Json request = Json::parse(payload, nullptr, false);
  if (!request.is_object() || !request.contains("a") || !request["a"].is_string() || !request.contains("v"))
    return false;
  const std::string action = request["a"];
  const Json& value = request["v"];
  ++broker_.counts().by_action[action];
  if (action == "subscribe") {
    subscribe(tokens_of(value));
    return true;
  }
  if (action == "unsubscribe") {
    for (const std::uint32_t token : tokens_of(value)) subscribed_.erase(token);
    return true;
  }
  if (action != "mode" || !value.is_array() || value.size() != 2) return false;
  const auto mode = mode_of(value[0]);
  if (!mode) return false;
  std::vector<std::uint32_t> changed;
  for (const std::uint32_t token : tokens_of(value[1])) {
    const auto held = subscribed_.find(token);
    if (held == subscribed_.end() || held->second == *mode) continue;
    held->second = *mode;
    changed.push_back(token);
  }
  send_state(changed);
  return true;
}

void KiteSession::subscribe(const std::vector<std::uint32_t>& tokens) {
  std::vector<std::uint32_t> fresh;
  for (const std::uint32_t token : tokens) {
    if (subscribed_.contains(token)) continue;
    if (subscribed_.size() >= kTokensPerConnection) {
      send_text(R"({"type":"error","data":"Subscription limit of 3000 instruments reached"})");
      break;
    }
    subscribed_.emplace(token, KiteMode::quote);
    fresh.push_back(token);
  }
  send_state(fresh);
  if (!playing_ && !subscribed_.empty()) {
    playing_ = true;
    play_later();
  }
}

// The last known state, at once: the only sign that a subscription was taken. Recorded frames speak
// for themselves.
void KiteSession::send_state(const std::vector<std::uint32_t>& tokens) {
  if (!broker_.options().recorded.empty() || broker_.fault().no_ticks) return;
  const auto seconds = static_cast<std::uint32_t>(std::time(nullptr));
  for (std::size_t at = 0; at < tokens.size(); at += kPacketsPerFrame) {
    const std::size_t count = std::min(kPacketsPerFrame, tokens.size() - at);
    std::string frame{static_cast<char>(count >> 8), static_cast<char>(count & 0xff)};
    for (std::size_t i = at; i < at + count; ++i)
      broker_.market().append_packet(frame, tokens[i], subscribed_.at(tokens[i]), seconds);
    send_binary(frame);
  }
}

void KiteSession::heartbeat_later() {
  timers_->heartbeat.expires_after(kHeartbeat);
  timers_->heartbeat.async_wait([this, alive = std::weak_ptr(timers_)](error_code ec) {
    if (ec || alive.expired() || !open_) return;
    if (!broker_.fault().no_heartbeats) send_binary(std::string_view("\0", 1));
    heartbeat_later();
  });
}

void KiteSession::play_later() {
  timers_->play.expires_after(std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / broker_.options().rate)));
  timers_->play.async_wait([this, alive = std::weak_ptr(timers_)](error_code ec) {
    if (ec || alive.expired() || !open_) return;
    play();
  });
}

void KiteSession::play() {
  const std::vector<RecordedFrame>& recorded = broker_.options().recorded;
  if (broker_.fault().no_ticks) return play_later();
  if (recorded.empty()) {
    std::vector<std::uint32_t> tokens;
    for (const auto& [token, mode] : subscribed_) {
      broker_.market().step(token);
      tokens.push_back(token);
    }
    send_state(tokens);
    return play_later();
  }
  if (next_frame_ == recorded.size()) {
    if (!broker_.options().loop) return;
    next_frame_ = 0;
  }
  const RecordedFrame& frame = recorded[next_frame_++];
  frame.is_text ? send_text(frame.bytes) : send_binary(frame.bytes);
  play_later();
}

}  // namespace sim
