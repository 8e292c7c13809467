#include "core/websocket/deflate_offer.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "core/base/text.hpp"
#include "core/websocket/deflater.hpp"

namespace gw::websocket {
namespace {

constexpr int kInflateWindowBits = 10;  // asked of clients, whose messages are short

// Cuts off and returns what stands before the next separator.
std::string_view next(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = trimmed(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

// 0: the value is no number of bits.
int window_bits(std::string_view value) {
  if (value.size() > 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  int bits = 0;
  const char* end = value.data() + value.size();
  if (value.starts_with('0') || std::from_chars(value.data(), end, bits).ptr != end) return 0;
  return bits >= 8 && bits <= 15 ? bits : 0;
}

std::optional<std::string> kept(std::string_view parameters) {
  bool server_flag = false;
  bool client_flag = false;
  int server_bits = 0;
  int client_bits = 0;
  while (!parameters.empty()) {
    std::string_view value = next(parameters, ';');
    const bool has_value = value.find('=') != std::string_view::npos;
    const std::string_view name = next(value, '=');
    const int bits = has_value ? window_bits(trimmed(value)) : 15;
    if (name == "server_no_context_takeover" && !has_value && !server_flag) {
      server_flag = true;
    } else if (name == "client_no_context_takeover" && !has_value && !client_flag) {
      client_flag = true;
    } else if (name == "server_max_window_bits" && has_value && bits >= kDeflateWindowBits && server_bits == 0) {
      server_bits = kDeflateWindowBits;
    } else if (name == "client_max_window_bits" && bits != 0 && client_bits == 0) {
      client_bits = std::min(bits, kInflateWindowBits);
    } else {
      return std::nullopt;
    }
  }
  std::string offer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  if (server_bits != 0) offer += "; server_max_window_bits=" + std::to_string(server_bits);
  if (client_bits != 0) offer += "; client_max_window_bits=" + std::to_string(client_bits);
  return offer;
}

}  // namespace

std::optional<std::string> choose_offer(std::string_view header) {
  while (!header.empty()) {
    std::string_view parameters = next(header, ',');
    if (next(parameters, ';') != "permessage-deflate") continue;
    if (auto offer = kept(parameters)) return offer;
  }
  return std::nullopt;
}

std::optional<AgreedDeflate> agreed_deflate(std::string_view header) {
  if (next(header, ';') != "permessage-deflate") return std::nullopt;
  AgreedDeflate agreed;
  std::vector<std::string_view> seen;
  while (!header.empty()) {
    std::string_view value = next(header, ';');
    const bool has_value = value.find('=') != std::string_view::npos;
    const std::string_view name = next(value, '=');
    const bool is_flag = name == "server_no_context_takeover" || name == "client_no_context_takeover";
    const bool is_window = name == "server_max_window_bits" || name == "client_max_window_bits";
    if (!(is_flag && !has_value) && !(is_window && has_value && window_bits(trimmed(value)) != 0)) return std::nullopt;
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) return std::nullopt;
    seen.push_back(name);
    if (name == "server_no_context_takeover") agreed.keeps_window = false;
  }
  return agreed;
}

}  // namespace gw::websocket
