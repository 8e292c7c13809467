#include "core/routing/frame_log.hpp"

#include <algorithm>
#include <cstring>

#include "core/base/prefetch.hpp"

namespace gw::routing {

FrameLog::FrameLog(std::size_t bytes) : size_(bytes & ~std::size_t{7}), memory_(large_memory(size_)) {}

FrameLog::Position FrameLog::append(Position before, std::uint64_t seq, std::string_view frame) {
  const std::size_t need = padded(frame.size());
  if (need > size_) return kNone;
  const std::size_t to_end = size_ - static_cast<std::size_t>(end_ % size_);
  if (need > to_end) end_ += to_end;  // an entry is in one piece
  const Position at = end_;
  const Head head{before, seq, frame.size()};
  std::byte* place = memory_.get() + at % size_;
  std::memcpy(place, &head, sizeof head);
  std::memcpy(place + sizeof head, frame.data(), frame.size());
  end_ += need;
  // Nobody has looked for seconds at where the next one goes: it is fetched while this one is on its way.
  prefetch_to_write(place + need, std::min(need, size_ - static_cast<std::size_t>(end_ % size_)));
  return at;
}

FrameLog::Entry FrameLog::at(Position position) const {
  const std::byte* place = memory_.get() + position % size_;
  Head head{};
  std::memcpy(&head, place, sizeof head);
  return {head.before, head.seq, {reinterpret_cast<const char*>(place + sizeof head), head.size}};
}

}  // namespace gw::routing
