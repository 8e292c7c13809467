// Frames that are made once and referred to by the outputs of all connections that get them, until those were written.
// Thread: the shard's.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace gw::websocket {

// A reference is small: thousands of outputs hold hundreds of them, which then stay in the processor's cache.
struct SharedFrame {
  std::uint32_t number;
  std::uint32_t size;
};

class SharedFrames {
 public:
  // Copies the frame to where it stays until clear().
  SharedFrame add(std::string_view frame) {
    if (current_ == chunks_.size() || used_ + frame.size() > chunks_[current_].size) next_chunk(frame.size());
    char* at = chunks_[current_].memory.get() + used_;
    std::memcpy(at, frame.data(), frame.size());
    used_ += frame.size();
    bytes_ += frame.size();
    frames_.emplace_back(at, frame.size());
    return {static_cast<std::uint32_t>(frames_.size() - 1), static_cast<std::uint32_t>(frame.size())};
  }
  std::string_view operator[](std::uint32_t number) const { return frames_[number]; }
  std::size_t bytes() const { return bytes_; }
  void clear() {
    current_ = used_ = bytes_ = 0;
    frames_.clear();
  }

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
  std::vector<std::string_view> frames_;
  std::size_t current_ = 0;
  std::size_t used_ = 0;
  std::size_t bytes_ = 0;
};

// The frames that one connection gets, in this order: the bytes of all of them, and in how many pieces they lie in
// memory, where frames that follow one another are one piece.
struct SharedRun {
  const SharedFrames* frames;
  std::span<const std::uint32_t> numbers;
  std::size_t bytes;
  std::size_t pieces;
};

}  // namespace gw::websocket
