// Fetches memory that will be needed soon into the processor's cache. Any thread.
#pragma once

#include <cstddef>

namespace gw {

inline constexpr std::size_t kCacheLine = 64;

// Fetches `bytes` bytes at `at`. Nothing is read, so `at` may be any address.
inline void prefetch(const void* at, std::size_t bytes = 1) noexcept {
  const auto* line = static_cast<const char*>(at);
  for (std::size_t i = 0; i < bytes; i += kCacheLine) __builtin_prefetch(line + i);
}
inline void prefetch_to_write(const void* at, std::size_t bytes = 1) noexcept {
  const auto* line = static_cast<const char*>(at);
  for (std::size_t i = 0; i < bytes; i += kCacheLine) __builtin_prefetch(line + i, 1);
}

}  // namespace gw
