#pragma once

#include <cstdint>

namespace gw::support {

inline constexpr std::int64_t kSecond = 1'000'000'000;  // in nanoseconds

}  // namespace gw::support
