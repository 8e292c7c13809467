#include "core/websocket/byte_stream.hpp"

#include <poll.h>

namespace gw::websocket {

bool ByteStream::hung_up() {
  pollfd entry{socket().native_handle(), POLLRDHUP, 0};
  return poll(&entry, 1, 0) > 0;
}

}  // namespace gw::websocket
