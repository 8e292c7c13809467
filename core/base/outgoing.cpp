#include "core/base/outgoing.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace gw {

std::optional<AddressFamily> family_of(const std::string& bind_address) {
  if (bind_address.find('\0') != std::string::npos) return std::nullopt;
  in_addr v4{};
  if (inet_pton(AF_INET, bind_address.c_str(), &v4) == 1) {
    if (v4.s_addr == INADDR_ANY) return std::nullopt;
    return AddressFamily::ipv4;
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, bind_address.c_str(), &v6) != 1) return std::nullopt;
  if (IN6_IS_ADDR_UNSPECIFIED(&v6) || IN6_IS_ADDR_V4MAPPED(&v6)) return std::nullopt;
  return AddressFamily::ipv6;
}

}  // namespace gw
