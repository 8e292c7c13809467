// Whether a record is what a writer of updates writes. The writer may be another process, whose memory a plugin may
// have damaged.
#pragma once

#include <cstddef>
#include <span>

namespace gw::bus {

// Whatever reads a record that is sound touches no byte outside of it. [any]
bool is_sound(std::span<const std::byte> record) noexcept;

}  // namespace gw::bus
