// The file for the counts of a library that is loaded before the C library.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>

namespace bench {

// The file that the environment variable names, mapped into memory; null: there is none.
inline void* map_counts(const char* variable, std::size_t size) {
  const char* path = std::getenv(variable);
  const int file = path == nullptr ? -1 : ::open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return nullptr;
  void* memory = ::ftruncate(file, static_cast<off_t>(size)) != 0
                     ? MAP_FAILED
                     : ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  return memory == MAP_FAILED ? nullptr : memory;
}

}  // namespace bench
