#include "core/websocket/intake.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace gw::websocket {

Intake intake_of(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  return {info.tcpi_bytes_acked, info.tcpi_unacked != 0 || info.tcpi_notsent_bytes != 0};
}

}  // namespace gw::websocket
