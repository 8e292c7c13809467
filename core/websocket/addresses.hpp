// A host's addresses: which is tried first, and what is remembered of them.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "core/base/outgoing.hpp"

namespace gw::websocket {

// Which address of a host answered an upgrade last, and which ones failed since they last worked. Kept over reconnects.
// One thread. Hosts are named with their port.
class AddressMemory {
 public:
  using Endpoint = boost::asio::ip::tcp::endpoint;
  void answered(const std::string& host, const Endpoint& at);
  // The address connected and then gave no upgrade, and the fault is its own: no answer, or an error of the server.
  void failed(const std::string& host, const Endpoint& at);
  // The order in which to try `found`: the address that answered last, then those that have not failed, by RFC 8305
  // (the protocols in turn, beginning with that of the first address), then those that failed, the oldest failure
  // first. Every address of a host gets its turn.
  std::vector<Endpoint> order(const std::string& host, const std::vector<Endpoint>& found) const;

 private:
  // A bound for names whose addresses change all the time.
  static constexpr std::size_t kMaxFailed = 64;
  struct Known {
    std::optional<Endpoint> good;
    std::vector<Endpoint> failed;  // the oldest failure first
  };
  std::map<std::string, Known> hosts_;
};

// The addresses of `found` to which `outgoing` allows connections, each once.
std::vector<AddressMemory::Endpoint> allowed(std::vector<AddressMemory::Endpoint> found, const Outgoing& outgoing);
std::string text_of(const AddressMemory::Endpoint& endpoint);  // "203.0.113.9:443", "[2001:db8::1]:443"
// "ws.example.com (203.0.113.9:443)"; the address alone where the host is one.
std::string named(const std::string& host, const AddressMemory::Endpoint& endpoint);

}  // namespace gw::websocket
