#include "core/protocol/notices.hpp"

#include "core/base/text.hpp"
#include "core/protocol/number_writer.hpp"

namespace gw::protocol {
namespace {

std::string_view word(routing::SubscriptionState state) {
  switch (state) {
    case routing::SubscriptionState::pending:
      return "pending";
    case routing::SubscriptionState::active:
      return "active";
    case routing::SubscriptionState::failed:
      break;
  }
  return "failed";
}

}  // namespace

std::string broker_status(std::string_view broker, std::string_view status, std::string_view message,
                          std::int64_t wall_ns, std::string_view epoch) {
  std::string text = "{\"type\":\"broker_status\",\"broker\":" + json_text(broker) +
                     ",\"status\":" + json_text(status) + ",\"message\":" + json_text(message) +
                     ",\"timestamp\":" + milliseconds_text(wall_ns);
  if (!epoch.empty()) text += ",\"epoch\":" + json_text(epoch);
  return text + '}';
}

std::string feed_status(std::string_view broker, const routing::Feed& feed) {
  std::string text = "{\"type\":\"feed_status\",\"broker\":" + json_text(broker) + ",\"status\":\"" +
                     bus::word(feed.state) + "\",\"since\":" + milliseconds_text(feed.since_ns);
  if (feed.exchanges.empty()) return text + '}';
  text += ",\"exchanges\":[";
  for (const std::string& exchange : feed.exchanges) text += json_text(exchange) + ',';
  text.back() = ']';
  return text + ",\"message\":" + json_text(feed.message) + '}';
}

std::string subscription_status(const routing::Topic& topic, std::string_view note) {
  const routing::Stream stream = topic.info.stream;
  const bool depth = stream.mode == BGW_MODE_DEPTH;
  std::string text = "{\"type\":\"subscription_status\",\"symbol\":" + json_text(topic.info.symbol) +
                     ",\"exchange\":" + json_text(topic.info.exchange) + ",\"mode\":" + std::to_string(stream.mode) +
                     ",\"depth_level\":" + (depth ? std::to_string(stream.depth_level) : "null") + ",\"status\":\"" +
                     std::string(word(topic.state)) + '"';
  if (depth && topic.info.actual_depth != stream.depth_level && topic.state != routing::SubscriptionState::failed)
    text += ",\"actual_depth_level\":" + std::to_string(topic.info.actual_depth);
  if (topic.state == routing::SubscriptionState::failed)
    text += ",\"code\":\"SUBSCRIPTION_ERROR\",\"message\":" + json_text(topic.reason);
  else if (!note.empty())
    text += ",\"message\":" + json_text(note);
  else if (!topic.info.broker_message.empty())
    text += ",\"message\":" + json_text(topic.info.broker_message);
  return text + '}';
}

std::string market_status(std::string_view exchange, std::string_view status, std::string_view source) {
  return "{\"type\":\"market_status\",\"exchange\":" + json_text(exchange) + ",\"status\":" + json_text(status) +
         ",\"source\":" + json_text(source) + '}';
}

std::string slow(std::string_view status, std::uint64_t conflated) {
  return "{\"type\":\"slow\",\"status\":" + json_text(status) + ",\"conflated\":" + std::to_string(conflated) + '}';
}

std::string closing(int code, int reconnect_after_ms) {
  return "{\"type\":\"closing\",\"code\":" + std::to_string(code) +
         ",\"reconnect_after_ms\":" + std::to_string(reconnect_after_ms) + '}';
}

std::string recovered(const routing::TopicInfo& topic, std::optional<std::uint64_t> missing) {
  const routing::Stream stream = topic.stream;
  const bool depth = stream.mode == BGW_MODE_DEPTH;
  std::string text = "{\"type\":\"recovered\",\"symbol\":" + json_text(topic.symbol) +
                     ",\"exchange\":" + json_text(topic.exchange) + ",\"mode\":" + std::to_string(stream.mode) +
                     ",\"depth_level\":" + (depth ? std::to_string(stream.depth_level) : "null") +
                     ",\"complete\":" + (missing == std::uint64_t{0} ? "true" : "false");
  if (missing) text += ",\"missing\":" + std::to_string(*missing);
  return text + '}';
}

namespace {

std::string error_of(const routing::TopicInfo& topic, std::string_view code, std::string_view message, bool extras,
                     const std::string& more = {}) {
  std::string text = "{\"type\":\"error\",\"code\":" + json_text(code) + ",\"message\":" + json_text(message);
  if (extras)
    text += ",\"symbol\":" + json_text(topic.symbol) + ",\"exchange\":" + json_text(topic.exchange) +
            ",\"mode\":" + std::to_string(topic.stream.mode) + more;
  return text + '}';
}

}  // namespace

std::string refused(const routing::TopicInfo& topic, std::string_view reason, bool extras) {
  return error_of(topic, "SUBSCRIPTION_ERROR",
                  "Error subscribing to " + topic.symbol + '.' + topic.exchange + ": " + std::string(reason), extras);
}

std::string ended(const routing::TopicInfo& topic, const routing::Gone& why, bool extras) {
  return error_of(topic, "SYMBOL_NOT_FOUND", "Symbol " + topic.symbol + " not found for exchange " + topic.exchange,
                  extras, gone_text(why));
}

std::string json_list(const std::vector<std::string>& texts) {
  std::string list = "[";
  for (const std::string& text : texts) list += (list.size() > 1 ? "," : "") + json_text(text);
  return list + ']';
}

std::string gone_text(const routing::Gone& why) {
  std::string text;
  if (why.list_time_ns != 0) text += ",\"list_time\":" + milliseconds_text(why.list_time_ns);
  if (!why.renamed_to.empty()) text += ",\"renamed_to\":" + json_text(why.renamed_to);
  if (!why.expired_on.empty()) text += ",\"expired_on\":" + json_text(why.expired_on);
  if (!why.suggestions.empty()) text += ",\"suggestions\":" + json_list(why.suggestions);
  return text;
}

}  // namespace gw::protocol
