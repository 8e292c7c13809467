#include "core/bus/ring.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "core/base/prefetch.hpp"

namespace gw::bus {
namespace {

// Each record: its length, then its bytes, padded to eight. A length of kSkip sends the reader to the start of the
// data.
constexpr std::uint64_t kPrefix = 8;
constexpr std::uint64_t kSkip = ~std::uint64_t{0};
// Both sides fetch memory this far ahead into their caches, since it was last in the other side's: the reader what has
// been written, the writer what it will write. With each record it is as much as a quote takes.
constexpr std::uint64_t kAhead = 4096;
constexpr std::size_t kAheadStep = 256;

constexpr std::uint64_t padded(std::uint64_t size) { return kPrefix + ((size + 7) & ~std::uint64_t{7}); }

void store_length(std::byte* at, std::uint64_t length) { std::memcpy(at, &length, sizeof length); }
std::uint64_t load_length(const std::byte* at) {
  std::uint64_t length = 0;
  std::memcpy(&length, at, sizeof length);
  return length;
}

}  // namespace

Ring::Ring(std::span<std::byte> memory, bool create)
    : header_(create ? new (memory.data()) RingHeader{} : std::launder(reinterpret_cast<RingHeader*>(memory.data()))),
      data_(memory.data() + sizeof(RingHeader)),
      capacity_(std::bit_floor(memory.size() - sizeof(RingHeader))),
      mask_(capacity_ - 1) {
  read_ = header_->read.load(std::memory_order_acquire);
  written_ = header_->written.load(std::memory_order_acquire);
}

std::size_t Ring::largest_record() const noexcept {
  // A record that does not fit before the end starts anew at the front: in the worst case half of the ring is lost to
  // the jump.
  return static_cast<std::size_t>(capacity_ / 2 - kPrefix);
}

std::span<std::byte> Ring::reserve(std::size_t size) noexcept {
  const std::uint64_t need = padded(size);
  std::uint64_t at = written_;
  const std::uint64_t to_end = capacity_ - (at & mask_);
  const std::uint64_t jump = need > to_end ? to_end : 0;
  if (at + jump + need - cached_read_ > capacity_) {
    cached_read_ = header_->read.load(std::memory_order_acquire);
    if (at + jump + need - cached_read_ > capacity_) return {};
  }
  if (jump != 0) {
    store_length(data_ + (at & mask_), kSkip);
    at += jump;
  }
  prefetch_to_write(data_ + ((at + kAhead) & mask_), kAheadStep);
  store_length(data_ + (at & mask_), size);
  reserved_end_ = at + need;
  return {data_ + (at & mask_) + kPrefix, size};
}

std::span<const std::byte> Ring::next(std::uint64_t& position) noexcept {
  const std::uint64_t filled = cached_written_ - position;
  std::uint64_t at = position & mask_;
  std::uint64_t room = capacity_ - at;
  std::uint64_t most = filled;
  if (filled >= kPrefix && filled <= capacity_ && at % kPrefix == 0) {
    std::uint64_t length = load_length(data_ + at);
    if (length == kSkip && filled >= room + kPrefix) {
      most -= room;
      position += room;
      at = 0;
      room = capacity_;
      length = load_length(data_);
    }
    if (length != 0 && length < capacity_ && padded(length) <= std::min(most, room)) {
      position += padded(length);
      return {data_ + at + kPrefix, static_cast<std::size_t>(length)};
    }
  }
  set_broken();
  return {};
}

std::span<const std::byte> Ring::front() noexcept {
  std::span<const std::byte> record;
  peek({&record, 1});
  return record;
}

std::size_t Ring::peek(std::span<std::span<const std::byte>> records) noexcept {
  std::uint64_t at = read_;
  std::size_t count = 0;
  for (; count < records.size() && !is_broken(); ++count) {
    if (at == cached_written_) {
      cached_written_ = header_->written.load(std::memory_order_acquire);
      if (at == cached_written_) break;
    }
    if (cached_written_ - at > kAhead) prefetch(data_ + ((at + kAhead) & mask_), kAheadStep);
    records[count] = next(at);
    if (records[count].empty()) break;
  }
  peeked_ = count;
  peeked_end_ = at;
  return count;
}

void Ring::release(std::size_t count) noexcept {
  if (count == peeked_ && !is_broken()) {
    read_ = peeked_end_;
  } else {
    for (; count != 0 && !is_broken(); --count) next(read_);
  }
  peeked_ = 0;
  peeked_end_ = read_;
  header_->read.store(read_, std::memory_order_release);
}

// The writer stores its request and then looks for room; the reader frees room and then takes the request. Both are
// sequentially consistent: either the writer sees the room, or the reader sees the request.
void Ring::ask_for_room() noexcept {
  if (header_->writer_waits.load(std::memory_order_relaxed) == 0) header_->writer_waits.store(1);
}

bool Ring::take_request_for_room() noexcept { return header_->writer_waits.exchange(0) != 0; }

bool Ring::empty() const noexcept {
  return header_->read.load(std::memory_order_acquire) == header_->written.load(std::memory_order_acquire);
}

}  // namespace gw::bus
