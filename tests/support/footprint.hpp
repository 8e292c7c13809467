// What this process holds, for tests that must leave nothing behind. Linux: /proc.
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>

namespace gw::support {

// Not under sanitizers, which keep what was freed.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kMemoryIsOurs = false;
#else
inline constexpr bool kMemoryIsOurs = true;
#endif

struct Footprint {
  std::size_t descriptors = 0;
  std::size_t threads = 0;
  std::size_t memory_kib = 0;  // resident
};

inline Footprint footprint() {
  const auto entries = [](const char* folder) {
    std::size_t n = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++n;
    return n;
  };
  Footprint now;
  now.descriptors = entries("/proc/self/fd");
  now.threads = entries("/proc/self/task");
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) now.memory_kib = std::stoul(line.substr(6));
  return now;
}

}  // namespace gw::support
