// Memory of many megabytes, in large pages if the system has them: every page costs a fault when it is first touched
// and an entry in the processor's tables, and there are far fewer large ones. Untouched pages cost nothing. Any thread.
#pragma once

#include <cstddef>
#include <memory>

namespace gw {

struct FreeLargeMemory {
  void operator()(std::byte* memory) const noexcept;
};
using LargeMemory = std::unique_ptr<std::byte[], FreeLargeMemory>;

// The bytes are not initialized.
LargeMemory large_memory(std::size_t bytes);

}  // namespace gw
