#include "tools/broker_sim/angel_feed.hpp"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "tools/broker_sim/fault.hpp"
#include "tools/broker_sim/session.hpp"

namespace sim {
namespace {

using Json = nlohmann::json;
using gw::websocket::Opcode;

constexpr const char* kInvalid = "E1001";
constexpr const char* kTooMany = "E1002";
constexpr std::size_t kDepth20Tokens = 50;
constexpr std::uint8_t kNseCash = 1;
constexpr std::size_t kTokenLength = 25;

struct Request {
  bool subscribes;
  AngelMode mode;
  std::set<AngelToken> tokens;
};

std::optional<std::int64_t> whole(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

bool read_tokens(const Json& group, std::set<AngelToken>& tokens) {
  constexpr std::int64_t kExchanges[] = {1, 2, 3, 4, 5, 7, 13};
  if (!group.is_object()) return false;
  const auto exchange = whole(group, "exchangeType");
  const auto list = group.find("tokens");
  if (!exchange || std::find(std::begin(kExchanges), std::end(kExchanges), *exchange) == std::end(kExchanges) ||
      list == group.end() || !list->is_array() || list->empty())
    return false;
  for (const Json& token : *list) {
    if (!token.is_string()) return false;
    std::string text = token.get<std::string>();
    if (text.empty() || text.size() > kTokenLength) return false;
    tokens.insert({static_cast<std::uint8_t>(*exchange), std::move(text)});
  }
  return true;
}

std::optional<Request> read_request(const Json& request) {
  if (!request.is_object()) return std::nullopt;
  const auto action = whole(request, "action");
  const auto params = request.find("params");
  if (!action || *action < 0 || *action > 1 || params == request.end() || !params->is_object()) return std::nullopt;
  const auto mode = whole(*params, "mode");
  const auto groups = params->find("tokenList");
  if (!mode || *mode < 1 || *mode > 4 || groups == params->end() || !groups->is_array() || groups->empty())
    return std::nullopt;
  Request read{*action == 1, static_cast<AngelMode>(*mode), {}};
  for (const Json& group : *groups)
    if (!read_tokens(group, read.tokens)) return std::nullopt;
  return read;
}

std::string error_of(const Json& request, const char* code) {
  const bool echoes = request.is_object() && request.contains("correlationID") && request["correlationID"].is_string();
  return Json{
      {"correlationID", echoes ? request["correlationID"] : Json("")},
      {"errorCode", code},
      {"errorMessage", code == kTooMany ? "Invalid Request. Subscription Limit Exceeded" : "Invalid Request Payload."}}
      .dump();
}

}  // namespace

Heard AngelFeed::on_message(Opcode opcode, std::string_view payload) {
  if (opcode == Opcode::text && payload == "ping") {
    session_.say("pong");
    return Heard::ping;
  }
  const Json json = opcode == Opcode::text ? Json::parse(payload, nullptr, false) : Json();
  const auto request = read_request(json);
  if (!request) {
    session_.say(error_of(json, kInvalid));
    return Heard::wrong_request;
  }
  session_.count_action(request->subscribes ? "subscribe" : "unsubscribe");
  if (!request->subscribes) {
    unsubscribe(request->mode, request->tokens);
  } else if (const char* code = subscribe(request->mode, request->tokens)) {
    session_.say(error_of(json, code));
  }
  return Heard::request;
}

const char* AngelFeed::subscribe(AngelMode mode, const std::set<AngelToken>& tokens) {
  std::vector<AngelToken> fresh;
  for (const AngelToken& token : tokens) {
    if (mode == AngelMode::depth20 && token.exchange != kNseCash) return kInvalid;
    const std::string mode_name = std::to_string(static_cast<int>(mode));
    if (session_.refuses(name_of(token)) || session_.refuses_mode(name_of(token), mode_name))
      return session_.fault().refused->code == kTooMany ? kTooMany : kInvalid;
    const auto held = subscribed_.find(token);
    if (held == subscribed_.end() || !held->second.contains(mode)) fresh.push_back(token);
  }
  const std::size_t depth20 = mode == AngelMode::depth20 ? fresh.size() : 0;
  if (depth20_held_ + depth20 > kDepth20Tokens) return kInvalid;
  if (held_ + fresh.size() > session_.instruments_allowed()) return kTooMany;
  held_ += fresh.size();
  depth20_held_ += depth20;
  for (const AngelToken& token : fresh) subscribed_[token].insert(mode);
  if (fresh.empty() || !session_.subscribed()) return nullptr;
  for (const AngelToken& token : fresh) send_state(token, mode);
  return nullptr;
}

void AngelFeed::send_state(const AngelToken& token, AngelMode mode) {
  const std::int64_t now = session_.exchange_time();
  const Session::Answer answer = session_.answer_to(name_of(token), std::to_string(static_cast<int>(mode)));
  if (answer == Session::Answer::none) return;
  if (answer == Session::Answer::newer)
    market_.step_up(token, now);
  else if (answer == Session::Answer::present || !market_.has_time(token))
    market_.pass_time(token, now);
  session_.send_data(market_.frame(token, mode, session_.milliseconds_behind(name_of(token))));
}

void AngelFeed::unsubscribe(AngelMode mode, const std::set<AngelToken>& tokens) {
  for (const AngelToken& token : tokens) {
    const auto held = subscribed_.find(token);
    if (held == subscribed_.end() || held->second.erase(mode) == 0) continue;
    --held_;
    if (mode == AngelMode::depth20) --depth20_held_;
    if (held->second.empty()) subscribed_.erase(held);
  }
}

std::vector<std::string> AngelFeed::update(std::int64_t epoch_milliseconds) {
  std::vector<std::string> frames;
  for (const auto& [token, modes] : subscribed_) {
    const std::string name = name_of(token);
    if (!session_.ticks(name)) continue;
    const bool only_its_book = session_.only_its_book_changes(name);
    if (only_its_book)
      market_.step_book(token, epoch_milliseconds);
    else
      market_.step(token, epoch_milliseconds);
    for (const AngelMode mode : modes)
      if (!only_its_book || mode != AngelMode::ltp)  // LTP shows nothing of a book
        frames.push_back(market_.frame(token, mode, session_.milliseconds_behind(name)));
  }
  return frames;
}

Json AngelFeed::subscriptions() const {
  Json all = Json::object();
  for (const auto& [token, modes] : subscribed_) {
    Json list = Json::array();
    for (const AngelMode mode : modes) list.push_back(static_cast<int>(mode));
    all[name_of(token)] = std::move(list);
  }
  return all;
}

}  // namespace sim
