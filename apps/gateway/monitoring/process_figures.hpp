// What the system says of this process. [any]
#pragma once

#include <cstdint>

namespace gw::app {

struct ProcessFigures {
  double cpu_seconds = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t open_files = 0;
  std::uint64_t max_files = 0;
  std::uint64_t threads = 0;
};

// Reads /proc; what cannot be read is 0.
ProcessFigures process_figures();

}  // namespace gw::app
