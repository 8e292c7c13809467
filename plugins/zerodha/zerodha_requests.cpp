#include "zerodha_requests.hpp"

#include <algorithm>

namespace zerodha {
namespace {

std::vector<std::string> messages(std::string_view before, std::string_view after,
                                  std::span<const std::uint32_t> tokens) {
  std::vector<std::string> all;
  while (!tokens.empty()) {
    const auto part = tokens.first(std::min(tokens.size(), kTokensPerMessage));
    tokens = tokens.subspan(part.size());
    std::string text(before);
    for (const std::uint32_t token : part) {
      text += std::to_string(token);
      text += ',';
    }
    text.back() = ']';
    text += after;
    all.push_back(std::move(text));
  }
  return all;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15U];
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> subscribe_messages(std::span<const std::uint32_t> tokens) {
  return messages(R"({"a":"subscribe","v":[)", "}", tokens);
}

std::vector<std::string> unsubscribe_messages(std::span<const std::uint32_t> tokens) {
  return messages(R"({"a":"unsubscribe","v":[)", "}", tokens);
}

std::vector<std::string> mode_messages(std::string_view mode, std::span<const std::uint32_t> tokens) {
  return messages(R"({"a":"mode","v":[")" + std::string(mode) + R"(",[)", "]}", tokens);
}

std::string login_url(std::string_view url, std::string_view api_key, std::string_view access_token) {
  std::string out(url);
  const std::size_t host = out.find("://") == std::string::npos ? 0 : out.find("://") + 3;
  if (out.find('/', host) == std::string::npos && out.find('?', host) == std::string::npos) out += '/';
  out += out.find('?') == std::string::npos ? '?' : '&';
  return out + "api_key=" + percent_encoded(api_key) + "&access_token=" + percent_encoded(access_token);
}

}  // namespace zerodha
