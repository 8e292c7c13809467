#include "core/topics/replay_log.hpp"

#include <algorithm>
#include <cstring>

#include "core/base/prefetch.hpp"

namespace gw::topics {
namespace {

constexpr ReplayLog::Position kWord = 8;
constexpr std::size_t kMax = std::size_t{16} << 30;  // distances in words fit 32 bits

}  // namespace

ReplayLog::ReplayLog(std::size_t bytes)
    : size_(std::min(bytes, kMax) & ~std::size_t{7}), memory_(large_memory(size_)) {}

void ReplayLog::append(Chain& topic, std::uint64_t seq, std::string_view frame) {
  const std::size_t need = padded(frame.size());
  if (need > size_) {
    topic = {};
    return;
  }
  const std::size_t to_end = size_ - static_cast<std::size_t>(end_ % size_);
  if (need > to_end) end_ += to_end;  // an entry is in one piece
  const Position at = end_;
  const Head head{topic.last, seq, static_cast<std::uint32_t>(frame.size()),
                  has(topic.milestone) ? static_cast<std::uint32_t>((at - topic.milestone) / kWord) : 0};
  std::byte* entry = memory_.get() + at % size_;
  std::memcpy(entry, &head, sizeof head);
  std::memcpy(entry + sizeof head, frame.data(), frame.size());
  end_ += need;
  topic.last = at;
  if (++topic.count % kStride == 0) topic.milestone = at;
  // The memory of the next entry was not touched for seconds: it is fetched into the cache while this frame is sent.
  prefetch_to_write(entry + need, std::min(need, size_ - static_cast<std::size_t>(end_ % size_)));
}

ReplayLog::Entry ReplayLog::at(Position position) const {
  const std::byte* entry = memory_.get() + position % size_;
  Head head{};
  std::memcpy(&head, entry, sizeof head);
  return {head.before,
          head.to_milestone == 0 ? kNone : position - head.to_milestone * kWord,
          head.seq,
          {reinterpret_cast<const char*>(entry + sizeof head), head.size}};
}

}  // namespace gw::topics
