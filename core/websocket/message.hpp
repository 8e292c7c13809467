// One incoming message: in place while it is small; memory for a larger one grows with the bytes that have come.
// Thread: the connection's.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace gw::websocket {

class Message {
 public:
  // For owners that get large messages all the time: clear() keeps the memory.
  void keep_memory() {
    keeps_ = true;
    grow(kFirstKept);
  }
  // Where the next bytes go, never empty. `expected`: how many are known to come.
  std::span<char> room(std::size_t expected) {
    if (size_ == capacity_) grow(std::max(2 * capacity_, size_ + std::min(expected, kMaxAhead)));
    return {data() + size_, capacity_ - size_};
  }
  void add(std::size_t n) { size_ += n; }
  std::string_view bytes() const { return {large_ ? large_.get() : small_, size_}; }
  // Whether UTF-8 that is valid so far stops inside a character: Beast does not look when the last fragment is empty.
  bool cut_off() const {
    const std::string_view text = bytes();
    for (std::size_t back = 1; back <= std::min<std::size_t>(3, size_); ++back) {
      const auto c = static_cast<unsigned char>(text[size_ - back]);
      if ((c & 0xc0) != 0x80) return back < (c >= 0xf0 ? 4U : c >= 0xe0 ? 3U : c >= 0xc0 ? 2U : 1U);
    }
    return false;
  }
  void clear() {
    size_ = 0;
    if (keeps_ || !large_) return;
    large_.reset();
    capacity_ = sizeof small_;
  }

 private:
  // A peer that announces much gets no memory for it before it has sent about as much.
  static constexpr std::size_t kMaxAhead = 16 * 1024;
  static constexpr std::size_t kFirstKept = 4 * 1024;

  char* data() { return large_ ? large_.get() : small_; }
  void grow(std::size_t capacity) {
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    std::memcpy(larger.get(), data(), size_);
    large_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> large_;
  std::size_t size_ = 0;
  std::size_t capacity_ = sizeof small_;
  bool keeps_ = false;
  char small_[39];
};

}  // namespace gw::websocket
