#include "core/protocol/answers.hpp"

#include "core/base/text.hpp"
#include "core/protocol/notices.hpp"
#include "core/protocol/number_writer.hpp"

namespace gw::protocol {
namespace {

using routing::Code;
using routing::Outcome;

std::string number(std::int64_t value) { return std::to_string(value); }

// Closes an object, with the request's id when it had one.
std::string end(std::string text, std::string_view id_json) {
  if (!id_json.empty()) text.append(",\"id\":").append(id_json);
  return text += '}';
}

std::string_view code_name(Code code) {
  switch (code) {
    case Code::ok:
      return "";
    case Code::symbol_not_found:
      return "SYMBOL_NOT_FOUND";
    case Code::broker_limitation:
      return "BROKER_LIMITATION";
    case Code::broker_unavailable:
      return "BROKER_UNAVAILABLE";
    case Code::subscription_limit:
      return "SUBSCRIPTION_LIMIT";
    case Code::not_subscribed:
      return "NOT_SUBSCRIBED";
  }
  return "INTERNAL_ERROR";
}

std::string_view broker_of(const Outcome& o, const Context& c) { return o.broker.empty() ? c.broker : o.broker; }

std::string message_of(const Entry& e, const Outcome& o, const Context& c) {
  const std::string symbol(cut(e.symbol));
  const std::string exchange(cut(e.exchange));
  switch (o.code) {
    case Code::symbol_not_found:
      return "Symbol " + symbol + " not found for exchange " + exchange;
    case Code::broker_limitation:
      return "Feature '" + o.detail + "' is not supported by broker " + std::string(broker_of(o, c)) +
             " for exchange " + exchange;
    case Code::broker_unavailable:
      return o.detail;
    case Code::subscription_limit:
      if (!o.detail.empty()) return "No room for " + symbol + '.' + exchange + ": " + o.detail;
      return "Limit of " + std::to_string(c.subscription_limit) +
             " subscriptions per client reached: unsubscribe some first";
    case Code::not_subscribed:
      return "Not subscribed to " + symbol + '.' + exchange + " mode " + e.mode_text;
    case Code::ok:
      break;
  }
  return {};
}

std::string supported_values(const Outcome& o) {
  std::string text = "[";
  for (const int value : o.supported) text += (text.size() > 1 ? "," : "") + std::to_string(value);
  return text + ']';
}

// The part of an answer after "message" that an error adds.
std::string details(const Entry& e, const Outcome& o, const Context& c) {
  if (o.code == Code::symbol_not_found && c.extras) return gone_text(o.gone);
  if (o.code != Code::broker_limitation) return {};
  std::string text = ",\"broker\":" + json_text(broker_of(o, c)) + ",\"exchange\":" + json_text(cut(e.exchange)) +
                     ",\"feature\":" + json_text(o.detail);
  if (!o.supported.empty()) text += ",\"supported_values\":" + supported_values(o);
  return text;
}

std::string failure(const Entry& e, const Outcome& o, const Context& c) {
  return end("{\"type\":\"error\",\"code\":" + json_text(code_name(o.code)) +
                 ",\"message\":" + json_text(message_of(e, o, c)) + details(e, o, c),
             c.id_json);
}

std::string depth_json(const Entry& e) {
  return e.stream.mode == BGW_MODE_DEPTH ? std::to_string(e.stream.depth_level) : "null";
}

// The part of a confirmed subscription that only clients with extras get.
std::string subscription_extras(const Entry& e, const Outcome& o) {
  const bool depth = e.stream.mode == BGW_MODE_DEPTH;
  const bool fallback = depth && o.actual_depth != e.stream.depth_level;
  std::string message = "Subscription requested";
  if (fallback)
    message = "Using depth level " + number(o.actual_depth) + " instead of requested " + number(e.stream.depth_level);
  std::string text = ",\"message\":" + json_text(message);
  if (!o.broker.empty()) text += ",\"broker\":" + json_text(o.broker);
  if (depth)
    text += ",\"requested_depth\":" + number(e.stream.depth_level) + ",\"actual_depth\":" + number(o.actual_depth) +
            ",\"is_fallback\":" + (fallback ? "true" : "false");
  return text;
}

// Empty where prices are real.
std::string simulated_text(bool simulated) { return simulated ? ",\"simulated\":true" : ""; }

std::string_view overall(std::size_t good, std::size_t all) {
  if (good == all) return "success";
  return good == 0 ? "error" : "partial";
}

std::string batch_entry(std::string_view kind, const Entry& e, const Outcome& o, const Context& c) {
  const bool good = !e.error && o.code == Code::ok;
  std::string text = "{\"symbol\":" + e.symbol_json + ",\"exchange\":" + e.exchange_json + ",\"mode\":" + e.mode_json +
                     ",\"depth_level\":";
  const bool unsubscribing = kind == "unsubscription";
  if (e.error) {
    text += e.error->code == "INVALID_DEPTH_LEVEL" ? e.depth_json : "null";
  } else if (unsubscribing) {
    const bool named = e.stream.mode == BGW_MODE_DEPTH && e.stream.depth_level != 0;
    const std::string asked = e.stream.depth_level > 0 ? std::to_string(e.stream.depth_level) : e.depth_json;
    text += named ? asked : c.extras && o.ended_depth != 0 ? number(o.ended_depth) : "null";
  } else {
    text += depth_json(e);
  }
  text += std::string(",\"status\":\"") + (good ? "success" : "error") + '"';
  if (e.error)
    text += ",\"code\":" + json_text(e.error->code) + ",\"message\":" + json_text(e.error->message);
  else if (!good)
    text += ",\"code\":" + json_text(code_name(o.code)) + ",\"message\":" + json_text(message_of(e, o, c)) +
            details(e, o, c);
  else if (c.extras)
    text += unsubscribing ? ",\"message\":\"Unsubscription successful\"" : subscription_extras(e, o);
  return text + '}';
}

}  // namespace

std::string error(std::string_view code, std::string_view message, std::string_view id_json) {
  return end("{\"type\":\"error\",\"code\":" + json_text(code) + ",\"message\":" + json_text(message), id_json);
}

std::string authenticated(const AuthenticatedExtras* extras, std::string_view id_json) {
  std::string text = R"({"type":"authentication","status":"success","message":"Authentication successful")";
  if (extras != nullptr)
    text += ",\"user_id\":" + json_text(extras->user) + ",\"broker\":" + json_text(extras->broker) +
            simulated_text(extras->simulated) + ",\"broker_status\":" + json_text(extras->broker_status) +
            ",\"epoch\":" + json_text(extras->epoch);
  return end(std::move(text), id_json);
}

std::string error_text(const Entry& e, const Outcome& o, const Context& c) {
  if (e.error) return std::string(e.error->code) + ": " + std::string(e.error->message);
  if (o.code == Code::ok) return {};
  return std::string(code_name(o.code)) + ": " + message_of(e, o, c);
}

std::string subscribed(const Entry& e, const Outcome& o, const Context& c) {
  if (o.code != Code::ok) return failure(e, o, c);
  std::string text = "{\"type\":\"subscription\",\"status\":\"success\",\"symbol\":" + json_text(e.symbol) +
                     ",\"exchange\":" + json_text(e.exchange) + ",\"mode\":" + e.mode_json +
                     ",\"depth_level\":" + depth_json(e);
  if (c.extras) text += subscription_extras(e, o);
  return end(std::move(text), c.id_json);
}

std::string unsubscribed(const Entry& e, const Outcome& o, const Context& c) {
  if (o.code != Code::ok) return failure(e, o, c);
  std::string text = "{\"type\":\"unsubscription\",\"status\":\"success\",\"symbol\":" + json_text(e.symbol) +
                     ",\"exchange\":" + json_text(e.exchange) + ",\"mode\":" + e.mode_json;
  if (c.extras && o.ended_depth != 0) text += ",\"depth_level\":" + number(o.ended_depth);
  if (c.extras) text += ",\"message\":\"Unsubscription successful\"";
  return end(std::move(text), c.id_json);
}

void BatchAnswer::add(const Entry& e, const Outcome& o, const Context& c) {
  ++all_;
  if (!e.error && o.code == Code::ok) ++good_;
  if (!list_.empty()) list_ += ',';
  list_ += batch_entry(kind_, e, o, c);
}

std::string BatchAnswer::text(std::string_view id_json) const {
  return end("{\"type\":" + json_text(kind_) + ",\"status\":" + json_text(overall(good_, all_)) +
                 ",\"subscriptions\":[" + list_ + ']',
             id_json);
}

std::string unsubscribed_all(std::size_t count, std::string_view id_json) {
  return end("{\"type\":\"unsubscription\",\"status\":\"success\",\"count\":" + std::to_string(count), id_json);
}

std::string pong(std::int64_t wall_ns, std::string_view id_json) {
  return end("{\"type\":\"pong\",\"timestamp\":" + milliseconds_text(wall_ns), id_json);
}

void HeldStreams::add(const routing::TopicInfo& topic) {
  const bool depth = topic.stream.mode == BGW_MODE_DEPTH;
  if (!list_.empty()) list_ += ',';
  list_ += "{\"symbol\":" + json_text(topic.symbol) + ",\"exchange\":" + json_text(topic.exchange) +
           ",\"mode\":" + number(topic.stream.mode) +
           ",\"depth_level\":" + (depth ? number(topic.stream.depth_level) : "null") +
           ",\"actual_depth\":" + (depth ? number(topic.actual_depth) : "null") + '}';
}

std::string HeldStreams::text(std::string_view id_json) const {
  return end("{\"type\":\"subscriptions\",\"subscriptions\":[" + list_ + ']', id_json);
}

std::string found_instruments(const std::vector<instruments::InstrumentView>& found,
                              const instruments::Expiries& expiries, std::string_view id_json,
                              const std::vector<std::string>& suggestions) {
  std::string list;
  for (const instruments::InstrumentView& i : found) {
    if (!list.empty()) list += ',';
    list += "{\"symbol\":" + json_text(i.symbol) + ",\"exchange\":" + json_text(i.exchange) +
            ",\"name\":" + json_text(i.name) + ",\"instrument_type\":" + json_text(i.instrument_type) +
            ",\"lot_size\":" + quantity_text(i.lot_size, i.exponents.quantity) +
            ",\"tick_size\":" + price_text(i.tick_size, i.exponents.price);
    if (!i.expiry.empty()) list += ",\"expiry\":" + json_text(i.expiry);
    if (expiries.is_over(i.exchange, i.expiry)) list += ",\"expired\":true";
    if (i.strike != 0) list += ",\"strike\":" + price_text(i.strike, i.exponents.price);
    list += '}';
  }
  std::string text = "{\"type\":\"instruments\",\"instruments\":[" + list + ']';
  if (!suggestions.empty()) text += ",\"suggestions\":" + json_list(suggestions);
  return end(std::move(text), id_json);
}

std::string broker_info(std::string_view broker, bool simulated, std::string_view status,
                        const registry::Capabilities& can, std::string_view id_json) {
  std::string list;
  for (const std::string& exchange : can.exchanges()) {
    if (!list.empty()) list += ',';
    std::string modes;
    for (const int mode : {1, 2, 4})
      if (can.supports_mode(exchange, static_cast<std::uint32_t>(mode)))
        modes += (modes.empty() ? "" : ",") + std::to_string(mode);
    std::string levels;
    for (const std::uint16_t level : can.depth_levels(exchange))
      levels += (levels.empty() ? "" : ",") + std::to_string(level);
    list += json_text(exchange) + ":{\"modes\":[" + modes + "],\"depth_levels\":[" + levels + "],\"feed\":\"" +
            (can.feed(exchange) == BGW_FEED_TICK_BY_TICK ? "tick_by_tick" : "snapshot") + "\"}";
  }
  return end("{\"type\":\"broker_info\",\"broker\":" + json_text(broker) + simulated_text(simulated) +
                 ",\"status\":" + json_text(status) + ",\"exchanges\":{" + list + '}',
             id_json);
}

}  // namespace gw::protocol
