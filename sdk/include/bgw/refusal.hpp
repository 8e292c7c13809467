// bgw/refusal.hpp - reading the answer to an upgrade that was refused: what it says, for an operator, and when to come
// again. A status alone proves little: 403 is said by brokers of dead tokens, and by the firewalls before them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "bgw/adapter.hpp"

namespace bgw {

namespace detail {

inline std::size_t find_without_case(std::string_view text, std::string_view word, std::size_t from = 0) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  for (std::size_t at = from; at + word.size() <= text.size(); ++at)
    if (std::equal(word.begin(), word.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                   [&](char a, char b) { return lower(a) == lower(b); }))
      return at;
  return std::string_view::npos;
}

}  // namespace detail

// The page's title, or its first words without tags, at most 80 bytes; empty: it says nothing.
inline std::string words_of(std::string_view page) {
  if (const std::size_t open = detail::find_without_case(page, "<title"); open != std::string_view::npos) {
    const std::size_t begin = page.find('>', open);
    const std::size_t end = detail::find_without_case(page, "</title", open);
    if (begin != std::string_view::npos && begin < end) page = page.substr(begin + 1, end - begin - 1);
  }
  constexpr std::size_t kMost = 80;
  std::string words;
  bool in_tag = false;
  for (const char c : page) {
    if (c == '<') in_tag = true;
    const bool shown = !in_tag && static_cast<unsigned char>(c) > ' ' && c != 0x7f;
    if (c == '>') in_tag = false;
    if (shown && words.size() >= kMost) break;
    if (shown)
      words += c;
    else if (!words.empty() && words.back() != ' ')
      words += ' ';
  }
  while (!words.empty() && (words.back() == ' ' || static_cast<unsigned char>(words.back()) >= 0x80)) words.pop_back();
  return words;
}

// The host that a redirect points to; empty: it is none.
inline std::string redirect_host(const Close& close) {
  if (close.http_status < 300 || close.http_status > 399) return {};
  std::string_view to = close.header("Location");
  if (const std::size_t scheme = to.find("://"); scheme != std::string_view::npos) to.remove_prefix(scheme + 3);
  to = to.substr(0, to.find_first_of("/?#"));
  return std::string(to.substr(to.find('@') + 1).substr(0, 120));
}

// Of a refusal that proves nothing: BGW_E_REFUSED, with what was said.
inline Error unproved_refusal(const Close& close) {
  const std::string status = "HTTP " + std::to_string(close.http_status);
  if (const std::string host = redirect_host(close); !host.empty())
    return {BGW_E_REFUSED,
            "redirected to " + host + " (" + status + "), which is not followed: credentials go to no other host"};
  const std::string words = words_of(close.body);
  return {BGW_E_REFUSED, "refused: token, plan or firewall (" + status +
                             (words.empty() ? ", no reason given" : " says: " + words) + ")"};
}

// Seconds of the header Retry-After as nanoseconds, between `least` and an hour.
inline std::int64_t retry_after_ns(const Close& close, std::int64_t least_ns) {
  std::int64_t seconds = 0;
  for (const char c : close.header("Retry-After")) {
    if (c < '0' || c > '9' || seconds > 3600) break;
    seconds = seconds * 10 + (c - '0');
  }
  return std::max(least_ns, std::min<std::int64_t>(seconds, 3600) * 1'000'000'000);
}

}  // namespace bgw
