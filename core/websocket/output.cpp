#include "core/websocket/output.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <vector>

#include "core/websocket/frame.hpp"

namespace gw::websocket {
namespace {

// Blocks whose sizes are powers of two, lent to outputs, one pool per thread. The block that was given back last is
// lent first: it is the likeliest to be in the cache.
class BlockPool {
 public:
  static constexpr std::size_t kSmallest = 1024;

  char* take(std::size_t size) {
    auto& free = free_[size_class(size)];
    if (free.empty()) return new char[size];
    char* block = free.back().release();
    free.pop_back();
    kept_ -= size;
    return block;
  }
  void give(char* block, std::size_t size) {
    std::unique_ptr<char[]> owned(block);
    if (kept_ + size > kMaxKept) return;
    kept_ += size;
    free_[size_class(size)].push_back(std::move(owned));
  }

 private:
  static constexpr std::size_t kMaxKept = 32 << 20;
  static std::size_t size_class(std::size_t size) { return static_cast<std::size_t>(std::countr_zero(size)); }
  std::array<std::vector<std::unique_ptr<char[]>>, 64> free_;
  std::size_t kept_ = 0;
};

BlockPool& pool() {
  thread_local BlockPool blocks;
  return blocks;
}

// Where the first frame at or behind `at` begins, given that one begins at `frame`. Called only for peers that do not
// keep up.
std::size_t frame_from(std::string_view bytes, std::size_t frame, std::size_t at) {
  while (frame < at && frame < bytes.size()) frame += frame_size(bytes.substr(frame));
  return std::min(frame, bytes.size());
}

}  // namespace

void Output::grow(std::size_t bytes) {
  const std::size_t waiting = size_ - sent_;
  if (sent_ != 0) frame_ = frame_from({data_, size_}, frame_, sent_) - sent_;
  if (waiting + bytes <= capacity_ && sent_ >= capacity_ / 2) {  // there is room at the front
    std::memmove(data_, data_ + sent_, waiting);
  } else {
    move_to_block(std::max(waiting + bytes, usual_));
  }
  size_ = waiting;
  sent_ = 0;
}

void Output::move_to_block(std::size_t capacity) {
  const std::size_t fresh_size = std::bit_ceil(std::max(capacity, BlockPool::kSmallest));
  char* fresh = pool().take(fresh_size);
  if (size_ != sent_) std::memcpy(fresh, data_ + sent_, size_ - sent_);
  if (data_ != nullptr) pool().give(data_, capacity_);
  data_ = fresh;
  capacity_ = fresh_size;
}

void Output::drop_frames(std::size_t bound) {
  shared_before_ += shared_.size();
  std::vector<std::uint32_t>().swap(shared_);
  shared_bytes_ = 0;
  usual_ = 0;
  size_ = frame_from({data_, size_}, frame_, sent_ + bound);
  if (size_ == sent_) return give_back();
  const std::size_t rest = size_ - sent_;
  move_to_block(rest);
  size_ = frame_ = rest;
  sent_ = 0;
}

void Output::shared_sent(std::size_t n) {
  shared_before_ += shared_.size();
  const bool all = n == std::exchange(shared_bytes_, 0);
  for (std::size_t i = 0; !all && i < shared_.size(); ++i) {
    std::string_view frame = (*frames_)[shared_[i]];
    const std::size_t gone = std::min(n, frame.size());
    n -= gone;
    // The own bytes begin with what is left of this frame.
    if (gone != 0 && gone != frame.size()) frame_ = frame_from(frame, 0, gone) - gone;
    frame.remove_prefix(gone);
    if (frame.empty()) continue;
    if (size_ + frame.size() > capacity_) grow(frame.size());
    std::memcpy(data_ + std::exchange(size_, size_ + frame.size()), frame.data(), frame.size());
  }
  shared_.clear();
}

void Output::give_back() {
  if (data_ == nullptr) return;
  usual_ = size_;
  pool().give(data_, capacity_);
  data_ = nullptr;
  size_ = sent_ = frame_ = capacity_ = 0;
}

}  // namespace gw::websocket
