// SPDX-License-Identifier: Apache-2.0
// bgw/refusal.hpp - reads the answer to a refused upgrade or HTTP request: what it says, for an operator, and when to
// try again. A status alone proves little: brokers answer a dead token with 403, and the firewalls in front of them use
// 403 too.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "bgw/adapter.hpp"
#include "bgw/http_date.hpp"

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

inline bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The size of the tag or comment at the beginning of `page`, with the content of a style sheet or a script. 0: `page`
// does not begin with one.
inline std::size_t markup_size(std::string_view page) {
  if (page.size() < 2 || page[0] != '<' || !(is_letter(page[1]) || page[1] == '/' || page[1] == '!' || page[1] == '?'))
    return 0;
  const auto behind = [&](std::string_view end, std::size_t from) {
    const std::size_t at = find_without_case(page, end, from);
    return at == page.npos ? page.size() : at + end.size();
  };
  if (page.starts_with("<!--")) return behind("-->", 4);
  for (const auto& [begin, end] : {std::pair{"<style", "</style"}, {"<script", "</script"}})
    if (find_without_case(page.substr(0, 7), begin) == 0) return behind(">", behind(end, 0));
  return behind(">", 0);
}

// The character that the entity at the beginning of `page` stands for, and the entity's size; size 0: there is none.
inline std::pair<char, std::size_t> entity_at(std::string_view page) {
  constexpr std::array<std::pair<std::string_view, char>, 7> kEntities = {{{"&amp;", '&'},
                                                                           {"&lt;", '<'},
                                                                           {"&gt;", '>'},
                                                                           {"&quot;", '"'},
                                                                           {"&#39;", '\''},
                                                                           {"&apos;", '\''},
                                                                           {"&nbsp;", ' '}}};
  for (const auto& [entity, character] : kEntities)
    if (page.starts_with(entity)) return {character, entity.size()};
  return {'\0', 0};
}

// The first words of `page` without markup, at most `most` bytes.
inline std::string first_words(std::string_view page, std::size_t most = 80) {
  std::string words;
  while (!page.empty() && words.size() < most) {
    char c = page[0];
    std::size_t size = 1;
    if (const std::size_t markup = markup_size(page); markup != 0) {
      c = ' ';
      size = markup;
    } else if (const auto [character, n] = entity_at(page); n != 0) {
      c = character;
      size = n;
    }
    page.remove_prefix(size);
    if (static_cast<unsigned char>(c) > ' ' && c != 0x7f)
      words += c;
    else if (!words.empty() && words.back() != ' ')
      words += ' ';
  }
  // The cut may have left half a character.
  while (!page.empty() && !words.empty() && static_cast<unsigned char>(words.back()) >= 0x80) words.pop_back();
  while (!words.empty() && words.back() == ' ') words.pop_back();
  return words;
}

inline bool is_text(std::string_view body) {
  return std::none_of(body.begin(), body.end(),
                      [](char c) { return c == 0x7f || (c >= 0 && c < ' ' && (c < '\t' || c > '\r')); });
}

}  // namespace detail

// Whether `text` contains `words`, in upper or lower case.
inline bool has_words(std::string_view text, std::string_view words) {
  return detail::find_without_case(text, words) != std::string_view::npos;
}

// The page's title, or else its first words, at most 80 bytes; empty: the page says nothing, or is no text.
inline std::string words_of(std::string_view page) {
  if (!detail::is_text(page)) return {};
  if (const std::size_t open = detail::find_without_case(page, "<title"); open != page.npos) {
    const std::size_t begin = page.find('>', open);
    const std::size_t end = detail::find_without_case(page, "</title", open);
    if (begin != page.npos && begin < end) {
      std::string title = detail::first_words(page.substr(begin + 1, end - begin - 1));
      if (!title.empty()) return title;
    }
  }
  return detail::first_words(page);
}

// A refusal in words: "HTTP 403 says: Blocked", "HTTP 403, an answer in gzip", "HTTP 403". `said`: a reason that the
// plugin has read from the answer, told in place of the page's words.
inline std::string status_and_words(const Close& close, std::string_view said = {}) {
  const std::string status = "HTTP " + std::to_string(close.http_status);
  if (const std::string own = detail::first_words(said, 120); !own.empty()) return status + " says: " + own;
  const std::string encoding = detail::first_words(close.header("Content-Encoding").substr(0, 16));
  if (!close.body.empty() && !encoding.empty() && !has_words(encoding, "identity"))
    return status + ", an answer in " + encoding;
  if (!detail::is_text(close.body)) return status + ", an answer that is no text";
  const std::string words = words_of(close.body);
  return words.empty() ? status : status + " says: " + words;
}

// The host that a redirect names; empty: the answer is no redirect, or one to another path of the same host.
inline std::string redirect_host(const Close& close) {
  if (close.http_status < 300 || close.http_status > 399) return {};
  std::string_view to = close.header("Location");
  const std::size_t scheme = std::min(to.find_first_of(":/?#"), to.size());
  if (to.starts_with("//"))
    to.remove_prefix(2);
  else if (to.substr(scheme).starts_with("://"))
    to.remove_prefix(scheme + 3);
  else
    return {};
  to = to.substr(0, to.find_first_of("/?#"));
  return detail::first_words(to.substr(to.rfind('@') + 1));
}

// The path that a redirect names on the same host. The query is left out: it may repeat credentials. Empty: the answer
// is no such redirect.
inline std::string redirect_path(const Close& close) {
  if (close.http_status < 300 || close.http_status > 399 || !redirect_host(close).empty()) return {};
  const std::string_view to = close.header("Location");
  const std::size_t end = std::min(to.find_first_of("?#"), to.size());
  return detail::first_words(to.substr(0, end)) + (end < to.size() ? "?..." : "");
}

// The error for a refusal whose cause nothing proves: BGW_E_REFUSED, with what the answer says. `said` as for
// status_and_words. A close that is no refusal (a broken connection, an end by the broker, no answer) is
// BGW_E_TRANSIENT, with its reason.
inline Error unproved_refusal(const Close& close, std::string_view said = {}) {
  if (close.http_status == 0) return {BGW_E_TRANSIENT, detail::first_words(close.reason)};
  const std::string status = "HTTP " + std::to_string(close.http_status);
  if (const std::string host = redirect_host(close); !host.empty())
    return {BGW_E_REFUSED,
            "redirected to " + host + " (" + status + "), which is not followed: credentials go to no other host"};
  if (const std::string path = redirect_path(close); !path.empty())
    return {BGW_E_REFUSED, "redirected to " + path + " on the same host (" + status + "), which is not followed"};
  const std::string told = status_and_words(close, said);
  return {BGW_E_REFUSED, "refused: token, plan or firewall (" + told + (told == status ? ", no reason given)" : ")")};
}

// The header Retry-After, in seconds or as a date, as nanoseconds between `min_ns` and an hour. A date counts from
// the answer's own time, or from `now_ns` where it has none.
inline std::int64_t retry_after_ns(const Close& close, std::int64_t min_ns, std::int64_t now_ns) {
  constexpr std::int64_t kMaxSeconds = 3600;
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::string_view value = close.header("Retry-After");
  std::int64_t seconds = 0;
  if (const auto date = parse_http_date(value)) {
    seconds = *date - parse_http_date(close.header("Date")).value_or(now_ns / kSecond);
  } else {
    for (const char c : value) {
      if (c < '0' || c > '9' || seconds > kMaxSeconds) break;
      seconds = seconds * 10 + (c - '0');
    }
  }
  return std::max(min_ns, std::clamp<std::int64_t>(seconds, 0, kMaxSeconds) * kSecond);
}

// The error for a status of 500 or more: the broker is not available, and its Retry-After counts. `said` as for
// status_and_words.
inline Error server_error(const Close& close, const std::string& broker, std::int64_t now_ns,
                          std::string_view said = {}) {
  const std::int64_t wait = retry_after_ns(close, 0, now_ns);
  return {wait != 0 ? BGW_E_RATE : BGW_E_TRANSIENT,
          broker + " is not available (" + status_and_words(close, said) + ")", wait};
}

// ---- the same for the answer to a request of bgw.http/1

namespace detail {

inline Close as_refusal(const HttpResponse& response) {
  return {1006, response.status, response.error, response.headers, response.body};
}

}  // namespace detail

// Without an answer: why there is none.
inline std::string status_and_words(const HttpResponse& response, std::string_view said = {}) {
  if (response.status == 0) return "no answer: " + std::string(response.error);
  return status_and_words(detail::as_refusal(response), said);
}

inline Error unproved_refusal(const HttpResponse& response, std::string_view said = {}) {
  if (response.status == 0) return {BGW_E_TRANSIENT, status_and_words(response)};
  return unproved_refusal(detail::as_refusal(response), said);
}

inline std::int64_t retry_after_ns(const HttpResponse& response, std::int64_t min_ns, std::int64_t now_ns) {
  return retry_after_ns(detail::as_refusal(response), min_ns, now_ns);
}

inline Error server_error(const HttpResponse& response, const std::string& broker, std::int64_t now_ns,
                          std::string_view said = {}) {
  const std::int64_t wait = retry_after_ns(response, 0, now_ns);
  return {wait != 0 ? BGW_E_RATE : BGW_E_TRANSIENT,
          broker + " is not available (" + status_and_words(response, said) + ")", wait};
}

}  // namespace bgw
