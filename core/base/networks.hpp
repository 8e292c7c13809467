// IP addresses and networks as text: what operators and reverse proxies write. [any]
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gw {

// An address in IPv6's form. An IPv4 address is kept as IPv4 inside IPv6: 10.0.0.1 and ::ffff:10.0.0.1 are one.
struct IpAddress {
  std::array<unsigned char, 16> bytes{};
  bool operator==(const IpAddress&) const = default;
};

// "192.0.2.7", "2001:db8::7"; nothing for a text with a port, a zone or brackets.
std::optional<IpAddress> parse_ip(std::string_view text);
// The shortest form; IPv4 as such.
std::string text_of(const IpAddress& address);

// All addresses whose first `bits` bits are those of `first`.
struct Network {
  IpAddress first;
  int bits = 128;
  bool operator==(const Network&) const = default;
  bool has(const IpAddress& address) const;
};

// "10.0.0.0/8", "2001:db8::/32", or one address. Bits behind the prefix become zero.
std::optional<Network> parse_network(std::string_view text);
std::string text_of(const Network& network);

bool has(const std::vector<Network>& networks, const IpAddress& address);

}  // namespace gw
