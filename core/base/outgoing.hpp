// How this machine connects to a server: from which of its addresses, and by which protocol.
#pragma once

#include <optional>
#include <string>

namespace gw {

enum class AddressFamily { any, ipv4, ipv6 };

struct Outgoing {
  std::string bind_address;  // of this machine; empty: the system chooses
  AddressFamily family = AddressFamily::any;
};

// The family of an address that a socket can be bound to, written plainly: "192.0.2.7", "2001:db8::7". Nothing for any
// other text: a port, a zone, brackets, a shortened IPv4 address, IPv4 inside IPv6, or the address that stands for all.
std::optional<AddressFamily> family_of(const std::string& bind_address);

}  // namespace gw
