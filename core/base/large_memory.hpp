// Memory of many megabytes that the system is asked to give in large pages: of small ones each costs a fault when it is
// touched first, and so many more places in the processor's tables. Untouched pages cost nothing.
#pragma once

#include <cstddef>
#include <memory>

namespace gw {

struct FreeLargeMemory {
  void operator()(std::byte* memory) const noexcept;
};
using LargeMemory = std::unique_ptr<std::byte[], FreeLargeMemory>;

// Not set to anything.
LargeMemory large_memory(std::size_t bytes);

}  // namespace gw
