// The bounded bytes that wait for one socket: own ones, contiguous, and behind them frames that are shared with other
// connections and only referred to until they are sent. The memory of own ones is lent by the thread's pool while there
// are any: an idle connection holds none, and a busy one gets what was used last. Thread: the connection's.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/prefetch.hpp"
#include "core/websocket/shared_frames.hpp"

namespace gw::websocket {

class Output {
 public:
  explicit Output(std::size_t limit) : limit_(limit) { static_assert(offsetof(Output, frames_) <= kCacheLine); }
  ~Output() { give_back(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  std::size_t backlog() const { return size_ - sent_ + shared_bytes_; }
  std::size_t room() const { return backlog() < limit_ ? limit_ - backlog() : 0; }
  // The own bytes; what is shared comes behind them.
  std::string_view waiting() const { return {data_ + sent_, size_ - sent_}; }
  SharedRun shared() const { return {frames_, shared_, shared_bytes_, shared_pieces_}; }
  std::size_t shared_bytes() const { return shared_bytes_; }
  // Frames that share() has taken so far.
  std::uint64_t shared_count() const { return shared_before_ + shared_.size(); }

  // Whether append() and share() take anything at all: not before the connection is open, nor while it is closing.
  void set_open(bool open) { open_ = open; }
  bool is_open() const { return open_; }
  // Bounds the backlog for share(), besides the limit that it is given: for an owner that wants it to be small.
  static constexpr std::uint32_t kAny = ~std::uint32_t{0};
  void bound_shared(std::uint32_t most) { max_shared_ = most; }
  // Appends all of the bytes, or nothing when that would pass the limit. Allocates only until the pool is warm.
  bool append(std::string_view bytes) {
    if (!open_ || bytes.size() > room()) return false;
    std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
    return true;
  }
  // Sets the frames of which share() gets the numbers.
  void refer_to(const SharedFrames& frames) { frames_ = &frames; }
  // Appends a frame without a copy, when the backlog stays within `limit`. The frame must stay where it is until it was
  // sent or own() was called. This is the one call per update and client.
  bool share(SharedFrame frame, std::size_t limit) {
    if (!open_ || backlog() + frame.size > std::min<std::size_t>(limit, max_shared_)) return false;
    if (shared_bytes_ == 0)
      shared_pieces_ = 1;
    else if (frame.number != last_ + 1)
      ++shared_pieces_;
    last_ = frame.number;
    shared_.push_back(frame.number);
    shared_bytes_ += frame.size;
    return true;
  }
  // Fetches what share() looks at. It has the size of one line of the cache but may lie on two: aligning it would cost
  // each idle connection some 75 bytes.
  void prefetch_share() const { prefetch_to_write(this, 2 * kCacheLine); }
  // Fetches where share() writes.
  void prefetch_end() const { prefetch_to_write(shared_.data() + shared_.size()); }
  // `n` of the shared bytes were sent, and there are no own ones; the other shared bytes become own ones.
  void shared_sent(std::size_t n);
  void own() {
    if (shared_bytes_ != 0) shared_sent(0);
  }
  // For bytes that must not be refused: control frames, handshakes. Returns where the caller writes `bytes` bytes.
  char* extend(std::size_t bytes) {
    own();
    if (size_ + bytes > capacity_) grow(bytes);
    return data_ + std::exchange(size_, size_ + bytes);
  }
  void append_always(std::string_view bytes) { std::memcpy(extend(bytes.size()), bytes.data(), bytes.size()); }
  void sent(std::size_t n) {
    sent_ += n;
    if (sent_ == size_) give_back();
  }
  // The bytes that were appended up to now are no frames; everything after them is.
  void frames_begin() { frame_ = size_; }
  // Leaves only the frames of which the socket has taken something already, or must take it: the next `bound` own
  // bytes.
  void drop_frames(std::size_t bound);

 private:
  void grow(std::size_t bytes);
  void move_to_block(std::size_t capacity);
  void give_back();

  // What share() looks at.
  std::size_t size_ = 0;
  std::size_t sent_ = 0;
  std::size_t shared_bytes_ = 0;
  std::vector<std::uint32_t> shared_;
  std::uint32_t shared_pieces_ = 0;  // runs of frames that follow one another
  std::uint32_t last_ = 0;           // the last number in shared_
  bool open_ = false;
  std::uint32_t max_shared_ = kAny;

  const SharedFrames* frames_ = nullptr;
  std::uint64_t shared_before_ = 0;  // frames that share() took and that are no longer in shared_
  char* data_ = nullptr;
  std::size_t frame_ = 0;  // where a frame begins in the own bytes; before it is the rest of one
  std::size_t capacity_ = 0;
  std::size_t limit_;
  std::size_t usual_ = 0;  // what was needed last time
};

}  // namespace gw::websocket
