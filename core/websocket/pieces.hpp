// Frames that are shared by many connections, written to one of them. For connection.cpp.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "core/websocket/byte_stream.hpp"

namespace gw::websocket {

// Of `bytes` together. How many of these the stream took; `ec` says why not all.
std::size_t write_pieces(ByteStream& stream, std::span<const std::string_view> pieces, std::size_t bytes,
                         boost::system::error_code& ec);

}  // namespace gw::websocket
