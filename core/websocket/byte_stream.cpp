#include "core/websocket/byte_stream.hpp"

#include <poll.h>

namespace gw::websocket {

bool ByteStream::hung_up() {
  pollfd entry{socket().native_handle(), POLLRDHUP, 0};
  return poll(&entry, 1, 0) > 0;
}

std::shared_ptr<ByteStream> make_server_stream(boost::asio::ip::tcp::socket&& socket, std::weak_ptr<void> life,
                                               StreamOwner& owner, const ServerTls* tls) {
  return tls != nullptr ? make_tls_stream(std::move(socket), std::move(life), owner, *tls)
                        : make_plain_stream(std::move(socket), std::move(life), owner);
}

}  // namespace gw::websocket
