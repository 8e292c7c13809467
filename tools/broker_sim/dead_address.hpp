// An address that swallows what is sent to it: it neither takes a connection nor refuses it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "core/websocket/asio_fwd.hpp"

namespace sim {

// A listening socket whose queue of connections that nobody accepts is kept full by some of our own: Linux then drops
// every further SYN in silence, as a firewall does.
class DeadAddress {
 public:
  static gw::Result<std::unique_ptr<DeadAddress>> open(boost::asio::io_context& io, const std::string& address,
                                                       std::uint16_t port);
  virtual ~DeadAddress() = default;
};

}  // namespace sim
