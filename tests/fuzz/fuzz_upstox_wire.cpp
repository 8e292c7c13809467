// Any bytes as a protobuf message: each field lies within the message, the reader ends, and what it has read is what an
// encoder would write, in the same order.
#include <cstdlib>
#include <string>
#include <vector>

#include "protobuf_reader.hpp"

namespace {

using upstox_like::ProtobufField;
using upstox_like::ProtobufReader;
using upstox_like::WireType;

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
  out += static_cast<char>(value);
}

void put(std::string& out, const ProtobufField& field) {
  put_varint(out, std::uint64_t{field.number} << 3 | static_cast<std::uint32_t>(field.type));
  switch (field.type) {
    case WireType::kVarint:
      return put_varint(out, field.scalar);
    case WireType::kFixed64:
      return static_cast<void>(out.append(reinterpret_cast<const char*>(&field.scalar), 8));
    case WireType::kFixed32:
      return static_cast<void>(out.append(reinterpret_cast<const char*>(&field.scalar), 4));
    case WireType::kBytes:
      put_varint(out, field.bytes.size());
      out += field.text();
      return;
  }
  std::abort();
}

// The fields of a message, encoded anew; `good` says whether it was whole.
std::string encoded(std::span<const std::byte> message, bool& good) {
  std::string out;
  ProtobufReader reader(message);
  std::size_t count = 0;
  for (ProtobufField field; reader.next(field); ++count) {
    if (field.number == 0 || field.number >= 1U << 29 || count > message.size()) std::abort();
    put(out, field);
  }
  good = reader.problem() == nullptr;
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // An exact copy, so that one byte too far is seen.
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> message(begin, begin + size);
  bool good = false;
  const std::string once = encoded(message, good);
  if (once.size() > size) std::abort();
  const std::string twice = encoded(std::as_bytes(std::span(once)), good);
  if (!good || twice != once) std::abort();
  return 0;
}
