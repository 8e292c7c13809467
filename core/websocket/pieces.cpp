#include "core/websocket/pieces.hpp"

#include <array>
#include <cstring>
#include <utility>

namespace gw::websocket {
namespace {

// Pieces of so many bytes in the middle are worth a place of their own in what the system is handed; smaller ones go by
// way of one buffer that stays in the processor's cache.
constexpr std::size_t kLargePiece = 2 * 1024;
constexpr std::size_t kGathered = 64 * 1024;

std::string_view gathered(std::span<const std::string_view> pieces, std::size_t offset) {
  thread_local std::array<char, kGathered> buffer;
  std::size_t size = 0;
  for (std::string_view piece : pieces) {
    piece.remove_prefix(std::exchange(offset, 0));
    piece = piece.substr(0, buffer.size() - size);
    std::memcpy(buffer.data() + size, piece.data(), piece.size());
    size += piece.size();
    if (size == buffer.size()) break;
  }
  return {buffer.data(), size};
}

}  // namespace

std::size_t write_pieces(ByteStream& stream, std::span<const std::string_view> pieces, std::size_t bytes,
                         boost::system::error_code& ec) {
  const bool copies = bytes / pieces.size() < kLargePiece;
  std::size_t sent = 0;
  std::size_t offset = 0;  // in the first piece
  while (!ec && !pieces.empty()) {
    std::size_t n = 0;
    if (copies)
      n = stream.write_some(gathered(pieces, offset), ec);
    else if (offset != 0)
      n = stream.write_some(pieces.front().substr(offset), ec);
    else
      n = stream.write_some(pieces, ec);
    sent += n;
    offset += n;
    while (!pieces.empty() && offset >= pieces.front().size()) {
      offset -= pieces.front().size();
      pieces = pieces.subspan(1);
    }
  }
  return sent;
}

}  // namespace gw::websocket
