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
  std::string host;
  std::uint16_t port = 0;
  bool next_free = false;
  bool is_tls = false;
};

class Listener {
 public:
  // Port 0: any free one. A taken port: the next free one when `next_free`, else an error.
  static Result<std::unique_ptr<Listener>> open(event_loop::EventLoop& loop, std::vector<session::Shard*> shards,
                                                std::shared_ptr<admission::Admission> admission,
                                                const ListenAddress& address);
  virtual ~Listener() = default;
  virtual std::uint16_t port() const = 0;
  virtual void close() = 0;
};

}  // namespace gw::proxy
