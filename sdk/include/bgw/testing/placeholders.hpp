// SPDX-License-Identifier: Apache-2.0
// bgw/testing/placeholders.hpp - what stands in a recording in place of secrets. A placeholder is as long as its secret
// and made of the secret's name, or of zeros where the secret is a number, so that what was made of it keeps its
// layout: an adapter that is given the placeholder makes the same of it. [adapter]
#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bgw::testing {

class Placeholders {
 public:
  // The shortest secrets that are replaced, by value, in what an adapter sends and in what it gets. Shorter ones would
  // be found by chance: tokens, prices and quantities are numbers too.
  static constexpr std::size_t kShortestSent = 4;
  static constexpr std::size_t kShortestNumber = 6;
  static constexpr std::size_t kShortestReceived = 8;

  static std::string of(std::string_view name, std::string_view secret) {
    if (is_number(secret)) return std::string(secret.size(), '0');
    std::string made(secret.size(), '.');
    for (std::size_t i = 0; i < std::min(name.size(), made.size()); ++i)
      made[i] = plain(name[i]) ? lower(name[i]) : '_';
    return made;
  }

  // From now on `secret` is replaced, also where it is percent-encoded. The first name of a value stays.
  void know(std::string_view name, std::string_view secret) {
    if (secret.size() < (is_number(secret) ? kShortestNumber : kShortestSent) || knows(secret)) return;
    const std::string placeholder = of(name, secret);
    add(secret, placeholder);
    for (const bool upper : {true, false})
      if (const std::string encoded = percent_encoded(secret, upper); encoded != secret && !knows(encoded))
        add(encoded, placeholder);
  }

  // What an adapter sends or says, and what it receives.
  std::string sent(std::string_view text) const { return replaced(text, kShortestSent); }
  std::string received(std::string_view text) const { return replaced(text, kShortestReceived); }

  // Secrets that nobody has named: those that a URL's query or a header has under a telling name.
  void learn_url(std::string_view url) {
    for (std::size_t at = url.find('?'); at != std::string_view::npos && at < url.size();) {
      const std::string_view rest = url.substr(at + 1);
      const std::string_view pair = rest.substr(0, rest.find_first_of("&\\#\""));
      const std::size_t equals = pair.find('=');
      if (equals != std::string_view::npos && is_telling(pair.substr(0, equals), kOfQueries))
        learn(pair.substr(0, equals), pair.substr(equals + 1));
      at = url.find('&', at + 1);
    }
  }
  void learn_header(std::string_view name, std::string_view value) {
    if (!is_telling(name, kOfHeaders)) return;
    if (value.find('=') != std::string_view::npos && is_telling(name, kOfCookies)) return learn_cookies(name, value);
    const std::size_t scheme = value.find(' ');  // "Bearer …"
    learn(name, scheme == std::string_view::npos ? value : value.substr(scheme + 1));
  }
  // The same of a request's body, which is JSON or a form.
  void learn_body(std::string_view body) {
    learn_json(body);
    if (!body.starts_with('{')) learn_url('?' + std::string(body));
  }
  // The same of texts that pass a socket while the adapter logs in; later ones are market data.
  void begin_login() { is_logging_in_ = true; }
  void end_login() { is_logging_in_ = false; }
  void learn_frame(std::uint32_t opcode, std::string_view frame) {
    constexpr std::uint32_t kText = 1;
    if (is_logging_in_ && opcode == kText) learn_json(frame);
  }
  // The same of the members of JSON, and of the URLs in it.
  void learn_json(std::string_view text) {
    for (std::size_t at = text.find('"'); at != std::string_view::npos; at = text.find('"', at)) {
      const std::size_t end = text.find('"', at + 1);
      if (end == std::string_view::npos) return;
      const std::string_view name = text.substr(at + 1, end - at - 1);
      at = end + 1;
      const std::size_t colon = text.find_first_not_of(" \t\r\n", at);
      if (colon == std::string_view::npos || text[colon] != ':') continue;
      const std::size_t begin = text.find_first_not_of(" \t\r\n", colon + 1);
      if (begin == std::string_view::npos || text[begin] != '"') continue;
      const std::size_t close = text.find('"', begin + 1);
      if (close == std::string_view::npos) return;
      const std::string_view value = text.substr(begin + 1, close - begin - 1);
      at = close + 1;
      if (is_telling(name, kOfMembers)) learn(name, value);
      learn_url(value);
    }
  }

 private:
  using Names = std::array<std::string_view, 16>;
  // A name is telling if it has one of these in it, or is one that ends with "=" here.
  static constexpr Names kOfQueries = {
      "token",      "secret",  "password", "signature", "api_key", "apikey", "api-key", "jwt",
      "credential", "session", "code=",    "sign=",     "key=",    "auth=",  "totp=",   "listenkey"};
  static constexpr Names kOfHeaders = {"token",   "secret", "password",   "signature", "api_key",       "apikey",
                                       "api-key", "jwt",    "credential", "session",   "authorization", "cookie",
                                       "x-key",   "-sign",  "auth=",      ""};
  static constexpr Names kOfCookies = {"cookie"};
  // "token" alone is what many brokers call an instrument.
  static constexpr Names kOfMembers = {"access_token", "accesstoken",   "refresh_token", "refreshtoken",
                                       "feed_token",   "feedtoken",     "jwttoken",      "request_token",
                                       "enctoken",     "public_token",  "secret",        "password",
                                       "signature",    "authorization", "api_key",       "apikey"};

  struct Known {
    std::string value;
    std::string placeholder;
  };

  static bool is_number(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  }
  static char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
  static bool plain(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-'; }

  static bool is_telling(std::string_view name, const Names& names) {
    std::string small(name);
    std::transform(small.begin(), small.end(), small.begin(), lower);
    return std::any_of(names.begin(), names.end(), [&](std::string_view part) {
      if (part.empty()) return false;
      return part.back() == '=' ? small + '=' == part : small.find(part) != std::string::npos;
    });
  }

  static std::string percent_encoded(std::string_view text, bool upper) {
    const char* const digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    std::string out;
    for (const char c : text) {
      if (plain(c) || c == '.' || c == '~') {
        out += c;
        continue;
      }
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
    return out;
  }

  // "a=1; b=2", or "a=1; Path=/" of Set-Cookie.
  void learn_cookies(std::string_view name, std::string_view value) {
    const bool is_set = !name.empty() && lower(name.front()) == 's';
    for (std::size_t at = 0; at < value.size();) {
      const std::string_view pair = value.substr(at, value.find(';', at) - at);
      if (const std::size_t equals = pair.find('='); equals != std::string_view::npos)
        learn(name, pair.substr(equals + 1));
      if (is_set) return;
      at += pair.size() + 1;
    }
  }
  void learn(std::string_view name, std::string_view value) {
    if (value.size() >= kShortestReceived) know(name, value);
  }
  bool knows(std::string_view value) const {
    return std::any_of(known_.begin(), known_.end(), [&](const Known& known) { return known.value == value; });
  }
  void add(std::string_view value, const std::string& placeholder) {
    known_.push_back({std::string(value), placeholder});
    first_bytes_.set(static_cast<unsigned char>(value.front()));
  }
  const Known* match(std::string_view text, std::size_t shortest) const {
    const Known* longest = nullptr;
    for (const Known& known : known_)
      if (known.value.size() >= shortest && text.starts_with(known.value) &&
          (longest == nullptr || known.value.size() > longest->value.size()))
        longest = &known;
    return longest;
  }
  // Every byte that belongs to a secret is replaced, also where two overlap.
  std::string replaced(std::string_view text, std::size_t shortest) const {
    std::string out;
    out.reserve(text.size());
    std::size_t clean_from = 0;  // what is before it is in `out`
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (!first_bytes_.test(static_cast<unsigned char>(text[at]))) continue;
      const Known* found = match(text.substr(at), shortest);
      if (found == nullptr) continue;
      const std::size_t end = at + found->value.size();
      if (at >= clean_from) {
        out += text.substr(clean_from, at - clean_from);
        out += found->placeholder;
      } else if (end > clean_from) {
        out.append(end - clean_from, '.');
      }
      clean_from = std::max(clean_from, end);
    }
    out += text.substr(std::min(clean_from, text.size()));
    return out;
  }

  bool is_logging_in_ = false;
  std::vector<Known> known_;
  std::bitset<256> first_bytes_;  // of all values
};

}  // namespace bgw::testing
