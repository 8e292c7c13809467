// The frames of one turn, made once and referred to by the outputs of all clients that get them until those are
// written. [shard]
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace gw::proxy {

class TurnFrames {
 public:
  // A copy that stays where it is until clear().
  std::string_view add(std::string_view frame) {
    if (current_ == chunks_.size() || used_ + frame.size() > chunks_[current_].size) next_chunk(frame.size());
    char* place = chunks_[current_].memory.get() + used_;
    std::memcpy(place, frame.data(), frame.size());
    used_ += frame.size();
    bytes_ += frame.size();
    return {place, frame.size()};
  }
  std::size_t bytes() const { return bytes_; }
  void clear() { current_ = used_ = bytes_ = 0; }

 private:
  static constexpr std::size_t kChunk = 1 << 20;
  struct Chunk {
    std::unique_ptr<char[]> memory;
    std::size_t size;
  };
  void next_chunk(std::size_t least) {
    if (current_ < chunks_.size() && used_ != 0) ++current_;
    used_ = 0;
    if (current_ < chunks_.size() && chunks_[current_].size >= least) return;
    const std::size_t size = std::max(kChunk, least);
    chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(current_),
                   Chunk{std::make_unique_for_overwrite<char[]>(size), size});
  }

  std::vector<Chunk> chunks_;
  std::size_t current_ = 0;
  std::size_t used_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace gw::proxy
