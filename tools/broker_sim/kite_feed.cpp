#include "tools/broker_sim/kite_feed.hpp"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "tools/broker_sim/fault.hpp"
#include "tools/broker_sim/kite_list.hpp"
#include "tools/broker_sim/session.hpp"

namespace sim {
namespace {

using Json = nlohmann::json;
using gw::websocket::Opcode;

constexpr std::size_t kPacketsPerFrame = 200;

const char* name_of(KiteMode mode) {
  return mode == KiteMode::ltp ? "ltp" : mode == KiteMode::quote ? "quote" : "full";
}

std::optional<KiteMode> mode_of(const Json& name) {
  if (name == "ltp") return KiteMode::ltp;
  if (name == "quote") return KiteMode::quote;
  if (name == "full") return KiteMode::full;
  return std::nullopt;
}

// Tokens that are no numbers are passed over in silence, as Kite does: such a client sees nothing but heartbeats.
std::vector<std::uint32_t> tokens_of(const Json& list) {
  std::vector<std::uint32_t> tokens;
  if (!list.is_array()) return tokens;
  for (const Json& token : list)
    if (token.is_number_unsigned() && token.get<std::uint64_t>() <= 0xffffffffU)
      tokens.push_back(token.get<std::uint32_t>());
  return tokens;
}

}  // namespace

void KiteFeed::on_open() {
  // Undocumented, but the first thing that a real connection gets.
  std::optional<ListMeta> list = session_.fault().list_meta;
  if (!list) {
    const auto served = session_.list();
    if (!served) return;
    list = ListMeta{served->etag, rows_in_kite_list(served->body)};
  }
  session_.say(Json{{"type", "instruments_meta"}, {"data", {{"count", list->count}, {"etag", list->etag}}}}.dump());
}

Heard KiteFeed::on_message(Opcode opcode, std::string_view payload) {
  return opcode == Opcode::text && obey(payload) ? Heard::request : Heard::wrong_request;
}

bool KiteFeed::obey(std::string_view payload) {
  const Json request = Json::parse(payload, nullptr, false);
  if (!request.is_object() || !request.contains("a") || !request["a"].is_string() || !request.contains("v"))
    return false;
  const std::string action = request["a"];
  const Json& value = request["v"];
  session_.count_action(action);
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
  change_mode(*mode, tokens_of(value[1]));
  return true;
}

void KiteFeed::change_mode(KiteMode mode, const std::vector<std::uint32_t>& tokens) {
  std::vector<std::uint32_t> changed;
  std::string refused;
  for (const std::uint32_t token : tokens) {
    const auto held = subscribed_.find(token);
    if (held == subscribed_.end() || held->second == mode) continue;
    if (session_.refuses_mode(std::to_string(token), name_of(mode))) {
      refused += (refused.empty() ? "" : ", ") + std::to_string(token);
      continue;
    }
    held->second = mode;
    changed.push_back(token);
  }
  if (!refused.empty()) complain(std::string("Mode ") + name_of(mode) + " refused: " + refused);
  send_state(changed);
}

void KiteFeed::subscribe(const std::vector<std::uint32_t>& tokens) {
  std::vector<std::uint32_t> fresh;
  std::string refused;
  for (const std::uint32_t token : tokens) {
    if (subscribed_.contains(token)) continue;
    if (session_.refuses(std::to_string(token))) {
      refused += (refused.empty() ? "" : ", ") + std::to_string(token);
      continue;
    }
    if (subscribed_.size() >= session_.instruments_allowed()) {
      complain("Subscription limit of " + std::to_string(session_.instruments_allowed()) + " instruments reached");
      break;
    }
    subscribed_.emplace(token, KiteMode::quote);
    fresh.push_back(token);
  }
  if (!refused.empty()) complain("Subscription refused: " + refused);
  send_state(fresh);
}

void KiteFeed::complain(const std::string& what) { session_.say(Json{{"type", "error"}, {"data", what}}.dump()); }

// Sends the last known state at once: the only sign that a subscription was taken.
void KiteFeed::send_state(const std::vector<std::uint32_t>& tokens) {
  if (tokens.empty() || !session_.subscribed()) return;
  const std::int64_t now = session_.exchange_time();
  std::vector<std::uint32_t> answered;
  for (const std::uint32_t token : tokens) {
    const Session::Answer answer = session_.answer_to(std::to_string(token), name_of(subscribed_.at(token)));
    if (answer == Session::Answer::none) continue;
    if (answer == Session::Answer::newer)
      market_.step_up(token, now);
    else if (answer == Session::Answer::present || !market_.has_time(token))
      market_.pass_time(token, now);
    answered.push_back(token);
  }
  for (const std::string& frame : frames_of(answered)) session_.send_data(frame);
}

std::vector<std::string> KiteFeed::update(std::int64_t epoch_milliseconds) {
  std::vector<std::uint32_t> tokens;
  for (const auto& [token, mode] : subscribed_) {
    const std::string name = std::to_string(token);
    if (!session_.ticks(name)) continue;
    const bool only_its_book = session_.only_its_book_changes(name);
    if (only_its_book && mode == KiteMode::ltp) continue;  // "ltp" shows nothing of a book
    if (only_its_book)
      market_.step_book(token, epoch_milliseconds);
    else
      market_.step(token, epoch_milliseconds);
    tokens.push_back(token);
  }
  return frames_of(tokens);
}

std::vector<std::string> KiteFeed::frames_of(const std::vector<std::uint32_t>& tokens) {
  std::vector<std::string> frames;
  for (std::size_t at = 0; at < tokens.size(); at += kPacketsPerFrame) {
    const std::size_t count = std::min(kPacketsPerFrame, tokens.size() - at);
    std::string frame{static_cast<char>(count >> 8), static_cast<char>(count & 0xff)};
    for (std::size_t i = at; i < at + count; ++i)
      market_.append_packet(frame, tokens[i], subscribed_.at(tokens[i]),
                            session_.milliseconds_behind(std::to_string(tokens[i])));
    frames.push_back(std::move(frame));
  }
  return frames;
}

Json KiteFeed::subscriptions() const {
  Json all = Json::object();
  for (const auto& [token, mode] : subscribed_) all[std::to_string(token)] = name_of(mode);
  return all;
}

}  // namespace sim
