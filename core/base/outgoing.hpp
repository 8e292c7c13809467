// How this machine connects to a server: from which of its addresses, and by IPv4 or IPv6.
#pragma once

#include <optional>
#include <string>

namespace gw {

enum class AddressFamily { any, ipv4, ipv6 };

struct Outgoing {
  std::string bind_address;  // of this machine; empty: the system chooses
  AddressFamily family = AddressFamily::any;
};

// The family of a plain address that a socket can be bound to: "192.0.2.7", "2001:db8::7". Nothing for any other text:
// with a port, a zone or brackets, a shortened IPv4 address, IPv4 inside IPv6, or the address that means all. [any]
std::optional<AddressFamily> family_of(const std::string& bind_address);

}  // namespace gw
