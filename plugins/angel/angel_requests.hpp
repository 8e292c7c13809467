// The texts that go between Angel's feed and its clients: requests, and the errors that answer them. Source:
// smartapi.angelone.in/docs, "WebSocket Streaming 2.0", request and error response.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "angel_wire.hpp"

namespace angel {

enum class Action : std::uint8_t { kUnsubscribe = 0, kSubscribe = 1 };

struct Instrument {
  std::uint8_t exchange_type = 0;
  std::uint64_t token = 0;
  friend bool operator==(const Instrument&, const Instrument&) = default;
};

// Ten letters and digits, different for each number.
std::string correlation_id(std::uint64_t number);

// The text of one request; its tokens are grouped by exchange type, in the order given.
std::string request(std::string_view correlation, Action action, Mode mode, std::span<const Instrument> instruments);

struct ErrorReply {
  std::string correlation;
  std::string code;  // "E1001": Angel cannot read the request; "E1002": it is beyond the limits
  std::string message;
};
// Nothing: the text is no error.
std::optional<ErrorReply> read_error(std::string_view text);

}  // namespace angel
