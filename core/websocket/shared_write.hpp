// Writes frames that many connections share to one of them. For Writer.
// Thread: the connection's.
#pragma once

#include <cstddef>

#include "core/websocket/byte_stream.hpp"
#include "core/websocket/shared_frames.hpp"

namespace gw::websocket {

// How many bytes of the run the stream took; `ec` says why not all.
std::size_t write_shared(ByteStream& stream, const SharedRun& run, boost::system::error_code& ec);

}  // namespace gw::websocket
