// The WebSockets that an adapter has open. Thread: feed.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bgw/abi.h"
#include "core/plugin_host/adapter_socket.hpp"
#include "core/plugin_host/link_context.hpp"
#include "core/registry/limits.hpp"

namespace gw::plugin_host {

class AdapterSockets {
 public:
  static constexpr std::size_t kMaxSockets = 16;

  AdapterSockets(LinkContext& link, AdapterSocket::Owner& owner);

  // Opens one more. `number` is set when it returns BGW_OK; else `why` is.
  bgw_status open(const bgw_websocket_request& request, std::int64_t stall_limit_ns, std::uint32_t& number,
                  std::string& why);
  // Null: there is none with this number (any more).
  AdapterSocket* find(std::uint32_t number) const;
  bool any() const { return !sockets_.empty(); }
  std::vector<std::uint32_t> numbers() const;
  void set_stall_limit(std::int64_t ns);
  // Ends a socket. Allowed inside its own callbacks; what is queued for it is never delivered.
  void drop(std::uint32_t number);
  void drop_all() { sockets_.clear(); }

 private:
  LinkContext& link_;
  AdapterSocket::Owner& owner_;
  std::map<std::uint32_t, std::unique_ptr<AdapterSocket>> sockets_;  // by number
  // What earlier connections of each class found.
  std::array<std::shared_ptr<websocket::AddressMemory>, registry::Limits::kMaxClasses> addresses_;
};

}  // namespace gw::plugin_host
