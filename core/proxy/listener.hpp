// The listening socket for clients; hands each accepted socket to a shard, in turn. [routing]
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace gw::admission {
class Admission;
}
namespace gw::session {
class Shard;
}
namespace gw::event_loop {
class EventLoop;
}

namespace gw::proxy {

struct ListenAddress {
  std::vector<std::string> hosts;  // names or addresses of this machine, all with the same port
  std::uint16_t port = 0;
  bool next_free = false;
  bool is_tls = false;
};

class Listener {
 public:
  // One listener for each host. Port 0: any free one. A taken port: the next one that is free at all hosts when
  // `next_free`, else an error. `::` takes IPv4 connections too, unless a host is an IPv4 address.
  static Result<std::vector<std::unique_ptr<Listener>>> open(event_loop::EventLoop& loop,
                                                             const std::vector<session::Shard*>& shards,
                                                             const std::shared_ptr<admission::Admission>& admission,
                                                             const ListenAddress& address);
  virtual ~Listener() = default;
  virtual std::uint16_t port() const = 0;
  virtual void close() = 0;
};

enum class ListenFault : std::uint8_t { none, host, port };

struct ListenProblem {
  ListenFault fault = ListenFault::none;
  std::string why;
};

// Whether a socket of this machine can have the address, also while another one has it.
ListenProblem check_address(const std::string& host, std::uint16_t port);

}  // namespace gw::proxy
