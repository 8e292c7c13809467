// Memory that two processes see: one makes it, and the other joins it by a descriptor that it inherits. POSIX stays in
// the .cpp. [any]
#pragma once

#include <cstddef>
#include <span>

#include "core/base/result.hpp"

namespace gw::bus {

class SharedMemory {
 public:
  // Zeroed, at the start of a page, of a size that nobody can change. `name` is what tools show.
  static Result<SharedMemory> make(const char* name, std::size_t size);
  // Takes the descriptor over.
  static Result<SharedMemory> join(int descriptor);
  ~SharedMemory();
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;

  std::span<std::byte> bytes() const { return bytes_; }
  int descriptor() const { return descriptor_; }

 private:
  SharedMemory(int descriptor, std::span<std::byte> bytes) : descriptor_(descriptor), bytes_(bytes) {}
  static Result<SharedMemory> map(int descriptor, std::size_t size);

  int descriptor_ = -1;
  std::span<std::byte> bytes_;
};

}  // namespace gw::bus
