#include "core/base/secret_filter.hpp"

#include <algorithm>

namespace gw {
namespace {

constexpr std::string_view kHidden = "***";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool continues_utf8(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }
bool is_first_of_utf8(char c) { return static_cast<unsigned char>(c) >= 0xc0; }

}  // namespace

void SecretFilter::add(std::string_view secret) {
  secrets_.emplace_back(secret);
  first_bytes_.set(static_cast<unsigned char>(secret.front()));
}

bool SecretFilter::knows(std::string_view secret) const {
  return std::find(secrets_.begin(), secrets_.end(), secret) != secrets_.end();
}

std::size_t SecretFilter::match(std::string_view text, std::size_t at) const {
  if (!first_bytes_.test(static_cast<unsigned char>(text[at]))) return 0;
  std::size_t longest = 0;
  for (const std::string& secret : secrets_)
    if (text.substr(at).starts_with(secret)) longest = std::max(longest, secret.size());
  return longest;
}

std::string SecretFilter::apply(std::string_view text, std::size_t limit) const {
  std::string out;
  out.reserve(std::min(text.size(), limit) + kHidden.size());
  std::size_t hidden_to = 0;  // the end of the secret that covers the byte at `at`, if one does
  std::size_t at = 0;
  for (; at < text.size() && out.size() < limit; ++at) {
    const std::size_t length = match(text, at);
    if (length != 0 && at >= hidden_to) out += kHidden;
    hidden_to = std::max(hidden_to, at + length);
    if (at >= hidden_to) out += is_control(text[at]) ? ' ' : text[at];
  }
  at = std::max(at, std::min(hidden_to, text.size()));
  if (at == text.size()) return out;
  if (at >= hidden_to && continues_utf8(text[at])) {  // no half of a character
    std::size_t half = 1;
    while (half < std::min<std::size_t>(4, out.size()) && continues_utf8(out[out.size() - half])) ++half;
    if (is_first_of_utf8(out[out.size() - half])) {
      out.resize(out.size() - half);
      at -= half;
    }
  }
  return out + " … (" + std::to_string(text.size() - at) + " more bytes were cut off)";
}

}  // namespace gw
