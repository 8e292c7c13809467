#include "core/base/networks.hpp"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

namespace gw {
namespace {

constexpr int kBits = 128;
constexpr int kBitsBeforeIpv4 = 96;
constexpr std::array<unsigned char, 12> kBeforeIpv4 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_ipv4(const IpAddress& address) {
  return std::equal(kBeforeIpv4.begin(), kBeforeIpv4.end(), address.bytes.begin());
}

// The bits of byte `i` that belong to a prefix of `bits` bits.
unsigned char mask(int bits, std::size_t i) {
  const int left = std::clamp(bits - static_cast<int>(i) * 8, 0, 8);
  return static_cast<unsigned char>(0xff00U >> static_cast<unsigned>(left));
}

}  // namespace

std::optional<IpAddress> parse_ip(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string ended(text);
  IpAddress address;
  if (inet_pton(AF_INET6, ended.c_str(), address.bytes.data()) == 1) return address;
  std::copy(kBeforeIpv4.begin(), kBeforeIpv4.end(), address.bytes.begin());
  if (inet_pton(AF_INET, ended.c_str(), address.bytes.data() + kBeforeIpv4.size()) == 1) return address;
  return std::nullopt;
}

std::string text_of(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_ipv4(address))
    inet_ntop(AF_INET, address.bytes.data() + kBeforeIpv4.size(), text.data(), text.size());
  else
    inet_ntop(AF_INET6, address.bytes.data(), text.data(), text.size());
  return text.data();
}

bool Network::has(const IpAddress& address) const {
  for (std::size_t i = 0; i < address.bytes.size(); ++i)
    if (((address.bytes[i] ^ first.bytes[i]) & mask(bits, i)) != 0) return false;
  return true;
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_ip(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network network{*address, kBits};
  if (slash == std::string_view::npos) return network;
  const std::string_view digits = text.substr(slash + 1);
  // An IPv4 address counts its bits from its own beginning.
  const bool counts_from_ipv4 = text.substr(0, slash).find(':') == std::string_view::npos;
  int bits = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (problem != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (digits.front() == '-' || bits > kBits) return std::nullopt;
  if (counts_from_ipv4) bits += kBitsBeforeIpv4;
  if (bits > kBits) return std::nullopt;
  network.bits = bits;
  for (std::size_t i = 0; i < network.first.bytes.size(); ++i) network.first.bytes[i] &= mask(bits, i);
  return network;
}

std::string text_of(const Network& network) {
  const bool is_v4 = is_ipv4(network.first) && network.bits >= kBitsBeforeIpv4;
  return text_of(network.first) + '/' + std::to_string(is_v4 ? network.bits - kBitsBeforeIpv4 : network.bits);
}

bool has(const std::vector<Network>& networks, const IpAddress& address) {
  return std::any_of(networks.begin(), networks.end(), [&](const Network& n) { return n.has(address); });
}

}  // namespace gw
