#include "core/bus/shared_memory.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gw::bus {
namespace {

Error system_error() { return Error{std::string("shared memory: ") + std::strerror(errno)}; }

}  // namespace

Result<SharedMemory> SharedMemory::map(int descriptor, std::size_t size) {
  void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (at != MAP_FAILED) return SharedMemory(descriptor, {static_cast<std::byte*>(at), size});
  const Error error = system_error();
  ::close(descriptor);
  return error;
}

Result<SharedMemory> SharedMemory::make(const char* name, std::size_t size) {
  const int descriptor = ::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor < 0) return system_error();
  if (::ftruncate(descriptor, static_cast<off_t>(size)) != 0 ||
      ::fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    const Error error = system_error();
    ::close(descriptor);
    return error;
  }
  return map(descriptor, size);
}

Result<SharedMemory> SharedMemory::join(int descriptor) {
  struct stat found {};
  if (::fstat(descriptor, &found) != 0) return system_error();
  return map(descriptor, static_cast<std::size_t>(found.st_size));
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), bytes_(std::exchange(other.bytes_, {})) {}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

SharedMemory::~SharedMemory() {
  if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace gw::bus
