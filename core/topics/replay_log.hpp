// The frames that were published last, one after the other in one bounded memory, for clients that come back after a
// lost connection. The frames of a topic are linked backwards, frame by frame and in strides. New frames overwrite the
// oldest. [routing]
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/large_memory.hpp"

namespace gw::topics {

class ReplayLog {
 public:
  // Counts bytes ever written and never wraps.
  using Position = std::uint64_t;
  static constexpr Position kNone = ~Position{0};

  // 0 bytes: nothing is kept. At most 16 GiB.
  explicit ReplayLog(std::size_t bytes);

  // What a topic has in the log.
  struct Chain {
    Position last = kNone;
    Position milestone = kNone;  // the last frame whose number can be divided by kStride
    std::uint32_t count = 0;
  };
  static constexpr std::uint32_t kStride = 512;

  // Keeps the topic's next frame. A frame that is larger than the log is not kept, and the topic's older ones are given
  // up.
  void append(Chain& topic, std::uint64_t seq, std::string_view frame);
  struct Entry {
    Position before;     // of the same topic
    Position milestone;  // of the same topic, at most kStride frames back
    std::uint64_t seq;
    std::string_view frame;  // valid until the next append
  };
  bool has(Position at) const { return at != kNone && at >= oldest(); }
  Entry at(Position position) const;  // only where has(position)

 private:
  struct Head {
    Position before;
    std::uint64_t seq;
    std::uint32_t size;
    std::uint32_t to_milestone;  // in words; 0: none
  };
  Position oldest() const { return end_ > size_ ? end_ - size_ : 0; }
  static std::size_t padded(std::size_t size) { return (sizeof(Head) + size + 7) & ~std::size_t{7}; }

  std::size_t size_;
  LargeMemory memory_;
  Position end_ = 0;
};

}  // namespace gw::topics
