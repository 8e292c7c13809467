// Reads the fields of one protobuf message from its bytes. Any thread; copies nothing and allocates nothing.
// Source: protobuf.dev/programming-guides/encoding.
//
// The reader never descends into a field: a message nests as deep as its decoder has functions, and a field that the
// decoder does not know is skipped unread. Groups, which proto3 does not have, are refused.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace upstox_like {

enum class WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

struct ProtobufField {
  std::uint32_t number = 0;
  WireType type = WireType::kVarint;
  std::uint64_t scalar = 0;            // of kVarint, kFixed64 and kFixed32
  std::span<const std::byte> bytes{};  // of kBytes

  std::int64_t integer() const { return static_cast<std::int64_t>(scalar); }
  double real() const { return std::bit_cast<double>(scalar); }  // of kFixed64
  std::string_view text() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};

class ProtobufReader {
 public:
  explicit ProtobufReader(std::span<const std::byte> message) : rest_(message) {}

  // False: the message is at its end, or problem() says what is wrong with it.
  bool next(ProtobufField& field) {
    if (rest_.empty() || problem_ != nullptr) return false;
    std::uint64_t tag = 0;
    if (!take_varint(tag)) return false;
    if (tag > UINT32_MAX || tag >> 3 == 0) return refuse("found a field number that is 0 or above 536870911");
    field.number = static_cast<std::uint32_t>(tag >> 3);
    field.type = static_cast<WireType>(tag & 7);
    field.scalar = 0;
    field.bytes = {};
    switch (field.type) {
      case WireType::kVarint:
        return take_varint(field.scalar);
      case WireType::kFixed64:
        return take_fixed(8, field.scalar);
      case WireType::kFixed32:
        return take_fixed(4, field.scalar);
      case WireType::kBytes: {
        std::uint64_t length = 0;
        if (!take_varint(length)) return false;
        if (length > rest_.size()) return refuse("found a length beyond the end of the message");
        field.bytes = rest_.first(static_cast<std::size_t>(length));
        rest_ = rest_.subspan(static_cast<std::size_t>(length));
        return true;
      }
    }
    return refuse("found a wire type other than 0, 1, 2 and 5");
  }
  // NULL: nothing is wrong so far.
  const char* problem() const { return problem_; }

 private:
  bool refuse(const char* why) {
    problem_ = why;
    return false;
  }
  bool take_varint(std::uint64_t& value) {
    value = 0;
    for (std::size_t i = 0; i < 10; ++i) {
      if (i == rest_.size()) return refuse("found the end within a varint");
      const auto byte = std::to_integer<std::uint64_t>(rest_[i]);
      if (i == 9 && byte > 1) return refuse("found a varint of more than 64 bits");
      value |= (byte & 0x7f) << (7 * i);
      if (byte < 0x80) {
        rest_ = rest_.subspan(i + 1);
        return true;
      }
    }
    return refuse("found a varint of more than 10 bytes");
  }
  bool take_fixed(std::size_t size, std::uint64_t& value) {
    if (rest_.size() < size) return refuse("found the end within a fixed number");
    std::memcpy(&value, rest_.data(), size);  // bgw/abi.h: little-endian machines only
    rest_ = rest_.subspan(size);
    return true;
  }

  std::span<const std::byte> rest_;
  const char* problem_ = nullptr;
};

}  // namespace upstox_like
