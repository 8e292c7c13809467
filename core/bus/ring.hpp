// A bounded ring of variable-length records for one writer and one reader, laid over memory that the caller gives (heap
// or shared memory). It holds offsets only, no pointers, so that both sides may be different processes. Each side
// trusts nothing that the other one writes: whatever is in the memory, it touches no byte outside.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace gw::bus {

// At the start of the ring's memory. Positions count bytes and never wrap; the data area is a power of two.
struct RingHeader {
  alignas(64) std::atomic<std::uint64_t> written;
  alignas(64) std::atomic<std::uint64_t> read;
  std::atomic<std::uint32_t> writer_waits;  // the writer wants to be woken once there is room
};
static_assert(sizeof(RingHeader) == 128);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

class Ring {
 public:
  // `memory`: RingHeader plus a power of two of data bytes, aligned to 64. `create`: formats it; else the ring there is
  // joined.
  Ring(std::span<std::byte> memory, bool create);

  // Contiguous room for a record of `size` bytes, or an empty span when the ring is full. stage() makes it a record,
  // and publish() all that were staged visible: each costs the reader's core a miss in its cache. commit() does both.
  // [writer]
  std::span<std::byte> reserve(std::size_t size) noexcept;
  void stage() noexcept { written_ = reserved_end_; }
  void publish() noexcept { header_->written.store(written_, std::memory_order_release); }
  void commit() noexcept {
    stage();
    publish();
  }

  // The oldest record, or an empty span. It stays valid until release(). [reader]
  std::span<const std::byte> front() noexcept;
  void release() noexcept { release(1); }
  // Frees the oldest `count` records; peek() must have given them before. [reader]
  void release(std::size_t count) noexcept;
  // The oldest records, as many as there are and fit into `records`, without releasing them. [reader]
  std::size_t peek(std::span<std::span<const std::byte>> records) noexcept;
  // The memory does not hold what a writer writes: there is nothing to read any more. [any]
  bool is_broken() const noexcept { return is_broken_.load(std::memory_order_relaxed); }
  // So does a record that is none. [reader]
  void set_broken() noexcept { is_broken_.store(true, std::memory_order_relaxed); }
  bool empty() const noexcept;  // [reader, writer]

  // A writer that found the ring full asks for room; the reader takes the request after draining and wakes the writer.
  void ask_for_room() noexcept;           // [writer]
  bool take_request_for_room() noexcept;  // [reader]

  // The largest record that always fits into an empty ring.
  std::size_t largest_record() const noexcept;

 private:
  // The record at or behind `position`, which is moved behind it; an empty one when the memory is broken.
  std::span<const std::byte> next(std::uint64_t& position) noexcept;

  RingHeader* header_;
  std::byte* data_;
  std::uint64_t capacity_;
  std::uint64_t mask_;

  // The writer's.
  alignas(64) std::uint64_t written_ = 0;  // what the header says too, once it is published
  std::uint64_t reserved_end_ = 0;         // where stage() moves to
  std::uint64_t cached_read_ = 0;          // what was last seen of `read`

  // The reader's.
  alignas(64) std::uint64_t read_ = 0;  // what the header says too
  std::uint64_t cached_written_ = 0;    // what was last seen of `written`
  std::size_t peeked_ = 0;              // how many records the last peek() gave that are not released,
  std::uint64_t peeked_end_ = 0;        // and where they end
  std::atomic<bool> is_broken_{false};
};

}  // namespace gw::bus
