#include "core/base/descriptors.hpp"

#include <algorithm>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace gw {

int lowest_free_descriptor() {
  const int free = ::open("/", O_PATH | O_CLOEXEC);
  if (free >= 0) ::close(free);
  return free;
}

bool is_kept_back(int descriptor) {
  constexpr rlim_t kKept = 64;
  rlimit limit{};
  if (descriptor < 0) return true;
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return false;
  return static_cast<rlim_t>(descriptor) >= limit.rlim_cur - std::min(kKept, limit.rlim_cur / 4);
}

}  // namespace gw
