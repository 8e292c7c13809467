// Headers and masks of whole data frames. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/websocket/connection.hpp"

namespace gw::websocket {

// Appends a masked (client to server) frame.
void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask);

// Bytes of the whole frame, header and payload, that begins here.
std::size_t frame_size(std::string_view bytes) noexcept;

}  // namespace gw::websocket
