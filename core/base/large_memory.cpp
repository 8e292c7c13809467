#include "core/base/large_memory.hpp"

#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace gw {
namespace {

constexpr std::align_val_t kLargePage{2 << 20};

}  // namespace

void FreeLargeMemory::operator()(std::byte* memory) const noexcept { ::operator delete[](memory, kLargePage); }

LargeMemory large_memory(std::size_t bytes) {
  LargeMemory memory(static_cast<std::byte*>(::operator new[](bytes, kLargePage)));
#ifdef __linux__
  ::madvise(memory.get(), bytes, MADV_HUGEPAGE);  // if the system refuses, pages are small
#endif
  return memory;
}

}  // namespace gw
