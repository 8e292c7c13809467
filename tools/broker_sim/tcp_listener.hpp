// A listening socket that hands over what it accepts.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "core/websocket/asio_fwd.hpp"

namespace sim {

class TcpListener {
 public:
  using OnSocket = std::function<void(gw::TcpSocket&&)>;

  // Port 0: any free one.
  static gw::Result<std::unique_ptr<TcpListener>> open(boost::asio::io_context& io, const std::string& address,
                                                       std::uint16_t port, OnSocket on_socket);
  virtual ~TcpListener() = default;
  virtual std::uint16_t port() const = 0;
  // Closes the socket, so that clients are refused, and opens the same port again.
  virtual gw::Result<void> listen(bool listens) = 0;
};

}  // namespace sim
