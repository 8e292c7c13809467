// What the operating system knows of the server's process.
#pragma once

#include <cstdint>

namespace bench {

struct ServerUse {
  double cpu_seconds = 0;  // of user and system since its start
  std::int64_t memory_kib = 0;
  std::int64_t peak_kib = 0;
};

ServerUse server_use(int process);

}  // namespace bench
