// How this machine connects to a server: from which of its addresses, and by which protocol.
#pragma once

#include <string>

namespace gw {

enum class AddressFamily { any, ipv4, ipv6 };

struct Outgoing {
  std::string bind_address;  // of this machine; empty: the system chooses
  AddressFamily family = AddressFamily::any;
};

}  // namespace gw
