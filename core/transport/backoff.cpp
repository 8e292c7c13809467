#include "core/transport/backoff.hpp"

#include <algorithm>

namespace gw::transport {

std::optional<std::int64_t> Backoff::next() {
  if (options_.attempts != 0 && made_ >= options_.attempts) return std::nullopt;
  double delay = static_cast<double>(options_.first_ns);
  for (int i = 0; i < made_ && delay < static_cast<double>(options_.max_ns); ++i) delay *= 2;
  delay = std::min(delay, static_cast<double>(options_.max_ns));
  ++made_;
  const double unit = static_cast<double>(random_() >> 11) * 0x1p-53;  // [0, 1)
  return static_cast<std::int64_t>(delay * (1 + options_.jitter * (2 * unit - 1)));
}

}  // namespace gw::transport
