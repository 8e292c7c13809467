#include "tools/broker_sim/kite_broker.hpp"

#include <algorithm>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <nlohmann/json.hpp>

#include "tools/broker_sim/kite_session.hpp"

namespace sim {
namespace {

using Json = nlohmann::json;
using gw::websocket::HttpAnswer;
using gw::websocket::HttpRequest;

const char* name_of(KiteMode mode) {
  return mode == KiteMode::ltp ? "ltp" : mode == KiteMode::quote ? "quote" : "full";
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool from_hex(const std::string& text, std::string& bytes) {
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return false;
    bytes += static_cast<char>(high * 16 + low);
  }
  return text.size() % 2 == 0;
}

}  // namespace

KiteBroker::KiteBroker(boost::asio::io_context& io, KiteOptions options) : io_(io), options_(std::move(options)) {}
KiteBroker::~KiteBroker() = default;

void KiteBroker::adopt(gw::TcpSocket&& socket) {
  sessions_.push_back(std::make_unique<KiteSession>(*this, ++counts_.connections, std::move(socket)));
}

std::size_t KiteBroker::connections_of(std::string_view api_key) const {
  return static_cast<std::size_t>(std::count_if(
      sessions_.begin(), sessions_.end(), [&](const auto& s) { return s->is_open() && s->api_key() == api_key; }));
}

void KiteBroker::remove(KiteSession& session) {
  std::erase_if(sessions_, [&](const auto& s) { return s.get() == &session; });
}

HttpAnswer KiteBroker::control(const HttpRequest& request) {
  if (request.method == "GET" && request.target == "/books") return {200, "application/json", books() + "\n"};
  if (request.method == "POST" && request.target == "/fault") {
    const auto applied = apply_fault(request.body);
    if (applied) return {200, "application/json", "{\"ok\":true}\n"};
    return {400, "application/json", Json{{"ok", false}, {"error", applied.error().message}}.dump() + "\n"};
  }
  return {404, "text/plain", "GET /books, POST /fault\n"};
}

std::string KiteBroker::books() const {
  Json connections = Json::array();
  Json subscriptions = Json::object();
  for (const auto& session : sessions_) {
    if (!session->is_open()) continue;
    connections.push_back(
        {{"id", session->id()}, {"api_key", session->api_key()}, {"instruments", session->subscribed().size()}});
    for (const auto& [token, mode] : session->subscribed()) subscriptions[std::to_string(token)] = name_of(mode);
  }
  return Json{
      {"broker", "zerodha"},
      {"connections", {{"open", connections.size()}, {"total", counts_.connections}, {"list", connections}}},
      {"logins", {{"accepted", counts_.logins}, {"refused", counts_.logins_refused}}},
      {"requests", {{"total", counts_.requests}, {"wrong", counts_.requests_wrong}, {"by_action", counts_.by_action}}},
      {"frames_sent", counts_.frames_sent},
      {"subscriptions", subscriptions}}
      .dump();
}

// {"fault": NAME, …}: see README.md beside this file.
gw::Result<void> KiteBroker::apply_fault(std::string_view body) {
  const Json request = Json::parse(body, nullptr, false);
  if (!request.is_object()) return gw::Error{"found no JSON object, expected {\"fault\":NAME}"};
  const std::string name = request.value("fault", "");
  std::vector<KiteSession*> open;
  for (const auto& session : sessions_)
    if (session->is_open()) open.push_back(session.get());
  if (name == "none") {
    fault_ = {};
  } else if (name == "upgrade") {
    fault_.upgrade_status = request.value("status", 403);
  } else if (name == "mute") {
    fault_.no_ticks = true;
  } else if (name == "silence") {
    fault_.no_ticks = fault_.no_heartbeats = true;
  } else if (name == "drop") {
    for (KiteSession* session : open) session->drop();
  } else if (name == "close") {
    for (KiteSession* session : open) session->close(request.value("code", 1001));
  } else if (name == "text") {
    for (KiteSession* session : open) session->send_text(request.value("text", ""));
  } else if (name == "frame") {
    std::string bytes;
    if (!from_hex(request.value("hex", ""), bytes)) return gw::Error{"hex: expected pairs of 0-9 and a-f"};
    for (KiteSession* session : open) session->send_binary(bytes);
  } else {
    return gw::Error{"fault: found '" + name + "', expected none, upgrade, mute, silence, drop, close, text or frame"};
  }
  return {};
}

}  // namespace sim
