#include "core/websocket/compressed_marks.hpp"

#include <algorithm>

namespace gw::websocket {
namespace {

enum : unsigned { kCompressed = 0x40, kOpcode = 0x0f, kText = 1, kBinary = 2, kMasked = 0x80, kLength = 0x7f };

}  // namespace

void CompressedMarks::take_off(std::span<char> bytes) {
  while (!bytes.empty()) {
    if (payload_left_ == 0) {
      take_header_byte(bytes.front());
      bytes = bytes.subspan(1);
      continue;
    }
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, bytes.size()));
    payload_left_ -= n;
    bytes = bytes.subspan(n);
  }
}

void CompressedMarks::take_header_byte(char& c) {
  const auto byte = static_cast<unsigned char>(c);
  const unsigned opcode = byte & kOpcode;
  if (have_ == 0 && (opcode == kText || opcode == kBinary)) {
    kinds_ += static_cast<char>(opcode | (byte & kCompressed));
    if ((byte & kCompressed) != 0) c = static_cast<char>((byte & ~(kCompressed | kOpcode)) | kBinary);
  }
  header_[have_++] = byte;
  if (have_ < 2 || have_ < header_size()) return;
  payload_left_ = payload_size();
  have_ = 0;
}

std::size_t CompressedMarks::header_size() const {
  const unsigned length = header_[1] & kLength;
  return 2U + (length == 127 ? 8U : length == 126 ? 2U : 0U) + ((header_[1] & kMasked) != 0 ? 4U : 0U);
}

std::uint64_t CompressedMarks::payload_size() const {
  const unsigned length = header_[1] & kLength;
  if (length < 126) return length;
  std::uint64_t size = 0;
  for (std::size_t i = 2; i < (length == 126 ? 4U : 10U); ++i) size = size << 8U | header_[i];
  return size;
}

CompressedMarks::Kind CompressedMarks::next() {
  const auto kind = static_cast<unsigned char>(kinds_[asked_++]);
  if (asked_ == kinds_.size()) {
    kinds_.clear();
    asked_ = 0;
  }
  return {(kind & kOpcode) == kText, (kind & kCompressed) != 0};
}

}  // namespace gw::websocket
