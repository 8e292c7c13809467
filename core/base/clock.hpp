// The two clocks of this machine. Code that must be testable takes them as arguments.
#pragma once

#include <cstdint>
#include <string>

namespace gw {

std::int64_t wall_ns() noexcept;       // since 1970, UTC; may jump [any]
std::int64_t monotonic_ns() noexcept;  // never jumps [any]

// "2026-11-24T09:15:00.123Z" [any]
std::string iso_time(std::int64_t wall_ns);

}  // namespace gw
