// A host's addresses: which is tried first, and what is remembered of them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "core/base/outgoing.hpp"

namespace gw::websocket {

// Which address of a host answered an upgrade last. Kept over reconnects; one thread. Hosts are named with their port.
class AddressMemory {
 public:
  using Endpoint = boost::asio::ip::tcp::endpoint;
  void answered(const std::string& host, const Endpoint& at) { hosts_[host] = {at, std::nullopt}; }
  // Connected, and then no upgrade: neither accepted nor refused.
  void failed(const std::string& host, const Endpoint& at);
  // In the order in which they are tried (RFC 8305): the one that answered last, then the protocols in turn, beginning
  // with that of the first address; what failed last comes at the end.
  std::vector<Endpoint> order(const std::string& host, const std::vector<Endpoint>& found) const;

 private:
  struct Known {
    std::optional<Endpoint> good;
    std::optional<Endpoint> bad;
  };
  std::map<std::string, Known> hosts_;
};

// Those that may be connected to. Nothing when there are none.
std::vector<AddressMemory::Endpoint> allowed(std::vector<AddressMemory::Endpoint> found, const Outgoing& outgoing);
std::string text_of(const AddressMemory::Endpoint& endpoint);  // "203.0.113.9:443", "[2001:db8::1]:443"
// "ws.example.com (203.0.113.9:443)"; the address alone where the host is one.
std::string named(const std::string& host, const AddressMemory::Endpoint& endpoint);

}  // namespace gw::websocket
