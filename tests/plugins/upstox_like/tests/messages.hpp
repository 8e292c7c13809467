// Writes protobuf messages, for tests: Message().real(1, 2450.5).integer(2, 7). Zeros are written too where a test asks
// for them.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace upstox_like {

class Message {
 public:
  Message& integer(std::uint32_t number, std::int64_t value) {
    tag(number, 0);
    varint(static_cast<std::uint64_t>(value));
    return *this;
  }
  Message& real(std::uint32_t number, double value) {
    tag(number, 1);
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int i = 0; i < 8; ++i) bytes_ += static_cast<char>(bits >> (8 * i) & 0xff);
    return *this;
  }
  Message& text(std::uint32_t number, std::string_view value) {
    tag(number, 2);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  Message& message(std::uint32_t number, const Message& value) { return text(number, value.bytes_); }

  const std::string& bytes() const { return bytes_; }

 private:
  void tag(std::uint32_t number, std::uint32_t type) { varint(std::uint64_t{number} << 3 | type); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7f) | 0x80);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

// A FeedResponse's entry for `key`.
inline Message entry(std::string_view key, const Message& feed) { return Message().text(1, key).message(2, feed); }
inline Message frame(std::string_view key, const Message& feed) { return Message().message(2, entry(key, feed)); }
inline Message ltpc(double ltp, std::int64_t time_ms = 1'793'000'000'000, std::int64_t quantity = 5,
                    double close = 2400) {
  return Message().real(1, ltp).integer(2, time_ms).integer(3, quantity).real(4, close);
}
inline Message quote(std::int64_t bid_quantity, double bid, std::int64_t ask_quantity, double ask) {
  Message m;  // as proto3 does, without zeros
  if (bid_quantity != 0) m.integer(1, bid_quantity);
  if (bid != 0) m.real(2, bid);
  if (ask_quantity != 0) m.integer(3, ask_quantity);
  if (ask != 0) m.real(4, ask);
  return m;
}
// A Feed of the mode `full` or `full_d30`.
inline Message full(const Message& market, std::int64_t request_mode = 1) {
  return Message().message(2, Message().message(1, market)).integer(4, request_mode);
}

}  // namespace upstox_like
