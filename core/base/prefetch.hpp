// Memory that will be looked at soon, fetched into the processor's cache meanwhile.
#pragma once

#include <cstddef>

namespace gw {

inline constexpr std::size_t kCacheLine = 64;

// The first so many bytes of what is there; nothing is read, so that the address may be any.
inline void prefetch(const void* at, std::size_t bytes = 1) noexcept {
  const auto* line = static_cast<const char*>(at);
  for (std::size_t i = 0; i < bytes; i += kCacheLine) __builtin_prefetch(line + i);
}
inline void prefetch_to_write(const void* at, std::size_t bytes = 1) noexcept {
  const auto* line = static_cast<const char*>(at);
  for (std::size_t i = 0; i < bytes; i += kCacheLine) __builtin_prefetch(line + i, 1);
}

}  // namespace gw
