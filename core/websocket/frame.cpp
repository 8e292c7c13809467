#include "core/websocket/frame.hpp"

#include <cstring>

namespace gw::websocket {

std::size_t frame_header(char* out, Opcode opcode, std::size_t length) noexcept {
  out[0] = static_cast<char>(0x80U | static_cast<unsigned>(opcode));
  if (length < 126) {
    out[1] = static_cast<char>(length);
    return 2;
  }
  const int bytes = length < 65536 ? 2 : 8;
  out[1] = bytes == 2 ? 126 : 127;
  for (int i = 0; i < bytes; ++i) out[2 + i] = static_cast<char>(length >> (8 * (bytes - 1 - i)));
  return static_cast<std::size_t>(2 + bytes);
}

std::size_t compressed_frame_header(char* out, Opcode opcode, std::size_t length) noexcept {
  const std::size_t size = frame_header(out, opcode, length);
  out[0] = static_cast<char>(static_cast<unsigned char>(out[0]) | 0x40U);
  return size;
}

void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask) {
  char header[14];
  const std::size_t size = frame_header(header, opcode, payload.size());
  header[1] = static_cast<char>(static_cast<unsigned char>(header[1]) | 0x80U);
  std::memcpy(header + size, &mask, sizeof mask);
  out.append(header, size + sizeof mask);
  const std::size_t begin = out.size();
  out.append(payload);
  const char* key = header + size;
  for (std::size_t i = 0; i < payload.size(); ++i) out[begin + i] = static_cast<char>(out[begin + i] ^ key[i & 3]);
}

std::size_t frame_size(std::string_view bytes) noexcept {
  if (bytes.size() < 2) return bytes.size();
  const auto byte = [bytes](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  const std::size_t mask = (byte(1) & 0x80) != 0 ? 4 : 0;
  const std::size_t kind = byte(1) & 0x7f;
  if (kind < 126) return 2 + mask + kind;
  const std::size_t wide = kind == 126 ? 2 : 8;
  if (bytes.size() < 2 + wide) return bytes.size();
  std::size_t length = 0;
  for (std::size_t i = 0; i < wide; ++i) length = length << 8 | byte(2 + i);
  return 2 + wide + mask + length;
}

}  // namespace gw::websocket
