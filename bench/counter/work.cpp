// Loaded before the C library (LD_PRELOAD): counts what a process copies and allocates, into a file that others read
// while it runs. Copies that the compiler has made into instructions are not seen.
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "counter/counts_file.hpp"

namespace {

struct Counts {
  std::atomic<std::uint64_t> copied{0};
  std::atomic<std::uint64_t> allocations{0};
};

Counts nowhere;
Counts* counts = &nowhere;

__attribute__((constructor)) void open_counts() {
  if (void* memory = bench::map_counts("BENCH_COUNTS", sizeof(Counts))) counts = static_cast<Counts*>(memory);
}

// memcpy() would count itself here.
void copy_forward(void* to, const void* from, std::size_t size) {
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
}

void copy_backward(void* to, const void* from, std::size_t size) {
  auto* last = static_cast<char*>(to) + size - 1;
  const auto* source = static_cast<const char*>(from) + size - 1;
  asm volatile("std\n\trep movsb\n\tcld" : "+D"(last), "+S"(source), "+c"(size) : : "memory");
}

void count_allocation() { counts->allocations.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

extern "C" {

void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);

void* memcpy(void* to, const void* from, std::size_t size) {
  counts->copied.fetch_add(size, std::memory_order_relaxed);
  copy_forward(to, from, size);
  return to;
}

void* memmove(void* to, const void* from, std::size_t size) {
  counts->copied.fetch_add(size, std::memory_order_relaxed);
  if (to > from && static_cast<char*>(to) < static_cast<const char*>(from) + size)
    copy_backward(to, from, size);
  else
    copy_forward(to, from, size);
  return to;
}

void* malloc(std::size_t size) {
  count_allocation();
  return __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) {
  count_allocation();
  return __libc_calloc(count, size);
}

void* realloc(void* old, std::size_t size) {
  count_allocation();
  return __libc_realloc(old, size);
}

}  // extern "C"
