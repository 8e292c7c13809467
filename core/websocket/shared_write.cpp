#include "core/websocket/shared_write.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "core/base/prefetch.hpp"

namespace gw::websocket {
namespace {

// Pieces of at least this size on average are handed to the system one by one; smaller ones are first copied together
// in one buffer that stays in the processor's cache.
constexpr std::size_t kLargePiece = 2 * 1024;
constexpr std::size_t kGathered = 128 * 1024;
// Frames whose beginning is fetched before they are copied; the processor sees the rest coming.
constexpr std::size_t kAhead = 4;

// Copies frames together: those of `numbers`, from `offset` of the first on, as much as there is room for.
std::string_view gathered(const SharedFrames& frames, std::span<const std::uint32_t> numbers, std::size_t offset) {
  thread_local std::array<char, kGathered> buffer;
  std::size_t size = 0;
  for (std::size_t i = 0; i < numbers.size() && size < buffer.size(); ++i) {
    if (i + kAhead < numbers.size()) prefetch(frames[numbers[i + kAhead]].data());
    const std::string_view frame = frames[numbers[i]].substr(std::exchange(offset, 0)).substr(0, buffer.size() - size);
    std::memcpy(buffer.data() + size, frame.data(), frame.size());
    size += frame.size();
  }
  return {buffer.data(), size};
}

std::size_t write_gathered(ByteStream& stream, const SharedRun& run, boost::system::error_code& ec) {
  std::span<const std::uint32_t> numbers = run.numbers;
  std::size_t sent = 0;
  std::size_t offset = 0;  // in the first frame
  while (!ec && !numbers.empty()) {
    const std::size_t n = stream.write_some(gathered(*run.frames, numbers, offset), ec);
    sent += n;
    if (sent == run.bytes) return sent;
    offset += n;
    for (std::size_t size; !numbers.empty() && offset >= (size = (*run.frames)[numbers.front()].size()); offset -= size)
      numbers = numbers.subspan(1);
  }
  return sent;
}

std::span<const std::string_view> pieces_of(const SharedRun& run) {
  thread_local std::vector<std::string_view> pieces;
  pieces.clear();
  for (const std::uint32_t number : run.numbers) {
    const std::string_view frame = (*run.frames)[number];
    if (!pieces.empty() && pieces.back().data() + pieces.back().size() == frame.data())
      pieces.back() = {pieces.back().data(), pieces.back().size() + frame.size()};
    else
      pieces.push_back(frame);
  }
  return pieces;
}

std::size_t write_pieces(ByteStream& stream, std::span<const std::string_view> pieces, boost::system::error_code& ec) {
  std::size_t sent = 0;
  std::size_t offset = 0;  // in the first piece
  while (!ec && !pieces.empty()) {
    const std::size_t n =
        offset != 0 ? stream.write_some(pieces.front().substr(offset), ec) : stream.write_some(pieces, ec);
    sent += n;
    offset += n;
    while (!pieces.empty() && offset >= pieces.front().size()) {
      offset -= pieces.front().size();
      pieces = pieces.subspan(1);
    }
  }
  return sent;
}

}  // namespace

std::size_t write_shared(ByteStream& stream, const SharedRun& run, boost::system::error_code& ec) {
  return run.bytes / run.pieces < kLargePiece ? write_gathered(stream, run, ec)
                                              : write_pieces(stream, pieces_of(run), ec);
}

}  // namespace gw::websocket
