#include "core/protocol/request.hpp"

#include <cmath>
#include <utility>

#include "core/base/exponents.hpp"
#include "core/base/text.hpp"
#include "core/protocol/json_reader.hpp"
#include "core/protocol/outline.hpp"
#include "core/protocol/request_json.hpp"

namespace gw::protocol {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxResults = 1000;
constexpr double kLongestIntervalMs = 3'600'000;
constexpr std::size_t kLongestId = 64;
constexpr std::int64_t kLargestId = std::int64_t{1} << 53;  // what every client's numbers can hold

std::string dump(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 64) text = json_text(cut(value.is_string() ? value.get_ref<const std::string&>() : text));
  return text;
}

// The value as Python prints it into a sentence: clients of the Python proxy know these texts.
std::string spoken(const Json& value) {
  if (value.is_null()) return "None";
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_string()) return std::string(cut(value.get_ref<const std::string&>()));
  return std::string(cut(value.dump(-1, ' ', false, Json::error_handler_t::replace)));
}

const Json* member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

// The whole number that `value` equals; nothing for any other value. 2.0 is 2; true and "2" are not.
std::optional<int> whole(const Json& value) {
  if (!value.is_number()) return std::nullopt;
  const double number = value.get<double>();
  if (!(std::abs(number) < 1e6) || number != std::floor(number)) return std::nullopt;
  return static_cast<int>(number);
}

void set_text(const Json& object, const char* key, std::string& text, std::string& json) {
  const Json* value = member(object, key);
  if (value == nullptr) return;
  json = dump(*value);
  if (value->is_string()) text = value->get<std::string>();
}

void set_mode(const Json& value, Entry& e) {
  e.mode_json = dump(value);
  e.mode_text = spoken(value);
  const auto number = whole(value);
  e.stream.mode = number.value_or(0);
  if (number) e.mode_text = e.mode_json = std::to_string(*number);
}

void check_names(Entry& e) {
  if (e.symbol.empty() || e.exchange.empty()) e.error = {"INVALID_PARAMETERS", "Symbol and exchange are required"};
}

void check_stream(Entry& e, const Json* depth) {
  const int mode = e.stream.mode;
  if (mode != BGW_MODE_LTP && mode != BGW_MODE_QUOTE && mode != BGW_MODE_DEPTH) {
    e.error = {"INVALID_MODE", "Mode must be 1 (LTP), 2 (QUOTE), or 4 (DEPTH)"};
    return;
  }
  if (mode != BGW_MODE_DEPTH) return;
  const auto level = depth == nullptr ? std::optional<int>(5) : whole(*depth);
  e.stream.depth_level = level.value_or(0);
  e.other_level = upstream::index_of(e.stream) >= upstream::kIndexedStreams;
  if (e.other_level && (e.stream.depth_level < 1 || e.stream.depth_level > static_cast<int>(kMaxBookLevels)))
    e.error = invalid_depth_level();
  else
    e.depth_json = std::to_string(e.stream.depth_level);
}

void set_interval(const Json& value, Entry& e) {
  const double number = value.is_number() ? value.get<double>() : -1;
  if (number >= 0 && number <= kLongestIntervalMs)
    e.min_interval_ns = static_cast<std::int64_t>(number * 1e6);
  else
    e.error = {"INVALID_PARAMETERS", "min_interval_ms must be a number of milliseconds, at most 3600000"};
}

void set_since(const Json& value, Entry& e) {
  const Json* epoch = value.is_object() ? member(value, "epoch") : nullptr;
  const Json* seq = value.is_object() ? member(value, "seq") : nullptr;
  if (epoch != nullptr && epoch->is_string() && seq != nullptr && seq->is_number_unsigned())
    e.since = {epoch->get<std::string>(), seq->get<std::uint64_t>()};
  else
    e.error = {"INVALID_PARAMETERS", R"(since must be {"epoch": the text from the gateway, "seq": a whole number})"};
}

void parse_entries(const Json& object, bool subscribe, const RequestLimits& limits, Request& r) {
  const Json* symbols = member(object, "symbols");
  if (symbols == nullptr) {
    r.entries.push_back(entry_of(object, nullptr, subscribe));
    r.error = r.entries.front().error;
    return;
  }
  r.batch = true;
  if (!symbols->is_array() || symbols->empty()) {
    r.error = {"INVALID_PARAMETERS", "Symbol and exchange are required"};
  } else if (symbols->size() > limits.symbols_per_request) {
    r.error = too_many_symbols(symbols->size(), limits);
  } else {
    r.entries.reserve(symbols->size());
    for (const Json& entry : *symbols) r.entries.push_back(entry_of(entry, &object, subscribe));
  }
}

void parse_search(const Json& object, Request& r) {
  std::string ignored;
  set_text(object, "text", r.text, ignored);
  set_text(object, "exchange", r.exchange, ignored);
  if (const Json* limit = member(object, "limit"); limit != nullptr)
    if (const auto number = whole(*limit); number && *number > 0)
      r.limit = std::min(static_cast<std::size_t>(*number), kMaxResults);
}

// Whether a text that has what stands for half of a surrogate pair was written so.
bool is_whole(const std::string& text, std::string_view written) {
  if (text.find(kNoCharacter) == std::string::npos) return true;
  bool is_mended = false;
  read_json(written, &is_mended);
  return !is_mended;
}

bool can_be_echoed(const Json& id, std::string_view written) {
  if (id.is_number_unsigned()) return id.get<std::uint64_t>() <= static_cast<std::uint64_t>(kLargestId);
  if (id.is_number_integer()) return id.get<std::int64_t>() >= -kLargestId;
  if (!id.is_string()) return false;
  const std::string& text = id.get_ref<const std::string&>();
  return text.size() <= kLongestId && is_whole(text, written);
}

// False: the request has an id that its answer cannot carry.
bool parse_id(const Json* id, std::string_view written, Request& r) {
  if (id == nullptr) return true;
  if (!can_be_echoed(*id, written)) return false;
  r.id_json = id->dump(-1, ' ', false, Json::error_handler_t::replace);
  return true;
}

RequestError too_many_values(const char* what, std::size_t count) {
  return {"INVALID_PARAMETERS", std::string(what) + " may have " + std::to_string(kMaxParsedValues) +
                                    " values, this one has " + std::to_string(count)};
}

Action action_of(const Json* action) {
  if (action == nullptr || !action->is_string()) return Action::invalid;
  const std::string& name = action->get_ref<const std::string&>();
  if (name == "subscribe") return Action::subscribe;
  if (name == "unsubscribe") return Action::unsubscribe;
  if (name == "authenticate") return Action::authenticate;
  if (name == "unsubscribe_all") return Action::unsubscribe_all;
  if (name == "list") return Action::list;
  if (name == "ping") return Action::ping;
  if (name == "search") return Action::search;
  if (name == "get_broker_info") return Action::get_broker_info;
  return Action::invalid;
}

}  // namespace

Entry entry_of(const Json& object, const Json* defaults, bool subscribe) {
  Entry e;
  if (!object.is_object()) {
    check_names(e);
    return e;
  }
  set_text(object, "symbol", e.symbol, e.symbol_json);
  set_text(object, "exchange", e.exchange, e.exchange_json);
  const auto pick = [&](const char* key) {
    const Json* own = member(object, key);
    return own == nullptr && defaults != nullptr ? member(*defaults, key) : own;
  };
  if (const Json* mode = pick("mode"); mode != nullptr) set_mode(*mode, e);
  const Json* depth = pick("depth_level");
  if (depth != nullptr) e.depth_json = dump(*depth);
  check_names(e);
  if (e.error) return e;
  if (subscribe) {
    check_stream(e, depth);
    if (const Json* interval = pick("min_interval_ms"); interval != nullptr && !e.error) set_interval(*interval, e);
    if (const Json* since = pick("since"); since != nullptr && !e.error) set_since(*since, e);
  } else if (depth != nullptr && e.stream.mode == BGW_MODE_DEPTH) {
    const int level = whole(*depth).value_or(-1);
    e.stream.depth_level = level == 0 ? -1 : level;  // nobody holds an explicit 0; to routing 0 means every depth
  }
  return e;
}

RequestError invalid_depth_level() { return {"INVALID_DEPTH_LEVEL", "Depth level must be 5, 20, 30, or 50"}; }

RequestError too_many_symbols(std::size_t count, const RequestLimits& limits) {
  return {"SUBSCRIPTION_LIMIT", "A request may name at most " + std::to_string(limits.symbols_per_request) +
                                    " symbols, this one names " + std::to_string(count) + ": send it in parts"};
}

RequestError invalid_json() { return {"INVALID_JSON", "Invalid JSON message"}; }

std::optional<RequestError> unreadable(std::string_view frame, const Outline& outline) {
  // The parser would take a NUL for the end, and recurse into what is nested.
  if (frame.find('\0') != std::string_view::npos || outline.too_deep) return invalid_json();
  if (outline.head_values > kMaxParsedValues)
    return too_many_values("A request without its symbols", outline.head_values);
  if (outline.max_entry_values > kMaxParsedValues)
    return too_many_values("An entry of symbols", outline.max_entry_values);
  return std::nullopt;
}

Request parse_request(std::string_view frame, const RequestLimits& limits) {
  const Outline outline = outline_of(frame, 0);
  if (std::optional<RequestError> error = unreadable(frame, outline)) return refused(std::move(*error), outline);
  return request_of(read_json(frame), outline, limits);
}

Request refused(RequestError error, const Outline& outline) {
  Request r;
  r.error = std::move(error);
  // In what is no JSON, nothing is an id.
  if (r.error->code == invalid_json().code || outline.id.empty()) return r;
  const Json id = read_json(outline.id);
  if (!id.is_discarded()) parse_id(&id, outline.id, r);
  return r;
}

Request request_of(const Json& object, const Outline& outline, const RequestLimits& limits) {
  Request r;
  if (!object.is_object()) {
    r.error = invalid_json();
    return r;
  }
  const Json* action = member(object, "action");
  r.action = action_of(action);
  std::string ignored;
  if (r.action == Action::authenticate) set_text(object, "api_key", r.api_key, ignored);
  if (!parse_id(member(object, "id"), outline.id, r) && r.action != Action::invalid) {
    r.error = {"INVALID_PARAMETERS", "id must be a text of at most 64 bytes or a whole number within 2^53"};
    return r;
  }
  switch (r.action) {
    case Action::authenticate: {
      const Json* extras = member(object, "extras");
      r.extras = extras != nullptr && extras->is_boolean() && extras->get<bool>();
      break;
    }
    case Action::subscribe:
      parse_entries(object, true, limits, r);
      break;
    case Action::unsubscribe:
      parse_entries(object, false, limits, r);
      break;
    case Action::search:
      parse_search(object, r);
      break;
    case Action::invalid:
      r.error = {"INVALID_ACTION", "Invalid action: " + (action == nullptr ? std::string("None") : spoken(*action))};
      break;
    case Action::unsubscribe_all:
    case Action::list:
    case Action::ping:
    case Action::get_broker_info:
      break;
  }
  return r;
}

}  // namespace gw::protocol
