// A client's request: a frame of dialect `json`, parsed and checked as far as that needs no broker. Sessions parse it,
// the request handler decides it. [any]
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/routing/names.hpp"

namespace gw::protocol {

enum class Action : std::uint8_t {
  authenticate,
  subscribe,
  unsubscribe,
  unsubscribe_all,
  list,
  ping,
  search,
  get_broker_info,
  invalid,  // `error` says why
};

// An error that is sent as it is: code and text of protocol.md's table.
struct RequestError {
  std::string_view code;
  std::string message;
};

// One instrument of a subscribe or unsubscribe.
struct Entry {
  std::string symbol;
  std::string exchange;
  routing::Stream stream;
  std::string mode_text = "2";  // as messages show it
  // The values as the client sent them, as JSON text, for answers about entries that are wrong.
  std::string symbol_json = "null";
  std::string exchange_json = "null";
  std::string mode_json = "2";
  std::string depth_json = "5";
  // At most one update in this interval; 0: all.
  std::int64_t min_interval_ns = 0;
  // The update of the topic that the client has already: its seq, in this epoch.
  struct Since {
    std::string epoch;
    std::uint64_t seq = 0;
  };
  std::optional<Since> since;
  std::optional<RequestError> error;
  bool other_level = false;  // a depth level other than 5, 20, 30 and 50
};

struct Request {
  Action action = Action::invalid;
  std::string id_json;  // of "id", as JSON text; empty: none
  std::optional<RequestError> error;
  std::string api_key;  // authenticate
  bool extras = false;  // authenticate
  bool batch = false;
  std::vector<Entry> entries;
  std::string text;      // search
  std::string exchange;  // search
  std::size_t limit = 50;
};

// The most values in a part of a request that is parsed in one go: the request without its symbols, and each entry.
// Long texts cost little; a megabyte of brackets costs much.
inline constexpr std::size_t kMaxParsedValues = 8 * 1024;

struct RequestLimits {
  std::size_t symbols_per_request = 5000;
};

// For a level that the client may not ask for.
RequestError invalid_depth_level();

// Never throws on any bytes. [shard]
Request parse_request(std::string_view frame, const RequestLimits& limits);

}  // namespace gw::protocol
