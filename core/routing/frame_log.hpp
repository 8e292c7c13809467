// The frames that were published last, one after the other in one bounded memory, for clients that come back after a
// lost connection. Those of a topic are linked backwards. The oldest give way. [routing]
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/large_memory.hpp"

namespace gw::routing {

class FrameLog {
 public:
  // Counts bytes ever written and never wraps.
  using Position = std::uint64_t;
  static constexpr Position kNone = ~Position{0};

  // 0 bytes: nothing is kept.
  explicit FrameLog(std::size_t bytes);

  // Keeps a frame; `before` is the topic's previous one. kNone when it is too large to be kept at all.
  Position append(Position before, std::uint64_t seq, std::string_view frame);
  struct Entry {
    Position before;  // of the same topic
    std::uint64_t seq;
    std::string_view frame;  // valid until the next append
  };
  bool has(Position at) const { return at != kNone && at >= oldest(); }
  Entry at(Position position) const;  // of one that it has

 private:
  struct Head {
    Position before;
    std::uint64_t seq;
    std::uint64_t size;
  };
  Position oldest() const { return end_ > size_ ? end_ - size_ : 0; }
  static std::size_t padded(std::size_t size) { return (sizeof(Head) + size + 7) & ~std::size_t{7}; }

  std::size_t size_;
  LargeMemory memory_;
  Position end_ = 0;
};

}  // namespace gw::routing
