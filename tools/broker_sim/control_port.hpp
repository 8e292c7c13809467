// HTTP on loopback: `GET /books`, `POST /fault`, `POST /reset`.
#pragma once

#include <list>
#include <memory>

#include "core/websocket/asio_fwd.hpp"
#include "core/websocket/connection.hpp"

namespace sim {

class Broker;

class ControlPort {
 public:
  explicit ControlPort(Broker& broker);
  ~ControlPort();
  // Serves one request on the socket.
  void adopt(gw::TcpSocket&& socket);

 private:
  struct Visit;
  Broker& broker_;
  gw::websocket::ServerOptions options_;
  std::list<Visit> visits_;
};

}  // namespace sim
