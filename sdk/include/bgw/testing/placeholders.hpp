// SPDX-License-Identifier: Apache-2.0
// bgw/testing/placeholders.hpp - what stands in a recording in place of secrets. A placeholder is as long as its secret
// and made of the secret's name, or of zeros where the secret is a number, so that what was made of it keeps its
// layout: an adapter that is given the placeholder makes the same of it. [adapter]
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bgw/testing/known_secrets.hpp"
#include "bgw/testing/secret_forms.hpp"
#include "bgw/testing/telling_names.hpp"

namespace bgw::testing {

class Placeholders {
 public:
  // Shorter secrets are replaced where they are a whole value only: prices and quantities are numbers too.
  static constexpr std::size_t kShortestText = 4;
  static constexpr std::size_t kShortestNumber = 6;
  static constexpr std::size_t kShortestLearned = 8;

  static std::string of(std::string_view name, std::string_view secret) {
    if (is_number(secret)) return std::string(secret.size(), '0');
    std::string made(secret.size(), '.');
    for (std::size_t i = 0; i < std::min(name.size(), made.size()); ++i)
      made[i] = plain(name[i]) ? lower(name[i]) : '_';
    return made;
  }
  static bool is_number(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  }

  // From now on `secret` is replaced. The first name of a value stays.
  void know(std::string_view name, std::string_view secret) {
    const bool is_short = secret.size() < (is_number(secret) ? kShortestNumber : kShortestText);
    secrets_.add(secret, of(name, secret), is_short ? Reach::whole_values : Reach::everywhere, false);
  }

  // What an adapter sends or says, and what it receives.
  std::string sent(std::string_view text) const { return secrets_.sent(text); }
  std::string received(std::string_view text) const { return secrets_.received(text); }
  std::string sent_header(std::string_view value) const {
    std::string out = sent(value);
    const std::string_view alone = without_scheme(value);
    if (out != value || alone.size() == value.size()) return out;
    return std::string(value.substr(0, value.size() - alone.size())) + sent(alone);
  }
  // Whether a placeholder stands for all of a header's value, but for its scheme.
  bool is_all_of_header(std::string_view name, std::string_view value) const {
    const std::string_view alone = without_scheme(value);
    return !alone.empty() && ((tells(name) != Tells::nothing && alone == of(name, alone)) ||
                              secrets_.has_placeholder(alone) || secrets_.has_placeholder(value));
  }

  // Secrets that nobody has named: those that a URL's query or a header has under a telling name.
  void learn_url(std::string_view url) {
    for (std::size_t at = url.find_first_of("?#"); at < url.size();) {
      const std::string_view rest = url.substr(at + 1);
      const std::string_view pair = rest.substr(0, rest.find_first_of("&\\#\""));
      const std::size_t equals = pair.find('=');
      if (equals != std::string_view::npos) learn_shown(pair.substr(0, equals), pair.substr(equals + 1));
      at = url.find_first_of("&#", at + 1);
    }
  }
  void learn_header(std::string_view name, std::string_view value) {
    const bool are_cookies = detail::PlainName(name).text().ends_with("cookie");
    if (are_cookies && value.find('=') != std::string_view::npos) return learn_cookies(name, value);
    learn_shown(name, without_scheme(value));  // of "Bearer …"
  }
  // The same of a request's body, which is JSON or a form, and of the answer to a request.
  void learn_body(std::string_view body) {
    learn_json(body);
    if (!body.starts_with('{')) learn_url('?' + std::string(body));
  }
  void learn_answer(std::string_view body) { learn_json(body, is_connected_ ? Tells::code : Tells::perhaps); }

  // The same of texts on sockets: of all that the adapter sends, and of what a connection hands out before its first
  // market data. An adapter may be ready before the broker has answered its login.
  void begin_login() {
    is_connected_ = false;
    with_data_.clear();
  }
  void end_login() { is_connected_ = true; }
  void learn_sent(std::uint32_t opcode, std::string_view frame) {
    if (opcode == kText) learn_json(frame);
  }
  void learn_received(std::uint32_t connection, std::uint32_t opcode, std::string_view frame) {
    const bool has_data = std::find(with_data_.begin(), with_data_.end(), connection) != with_data_.end();
    connection_ = has_data ? kNone : connection;
    if (opcode == kText && !has_data) learn_json(frame);
  }
  void closed(std::uint32_t connection) { std::erase(with_data_, connection); }
  // The adapter has published something.
  void data_came() {
    if (connection_ != kNone) with_data_.push_back(std::exchange(connection_, kNone));
  }

  // The same of the members of JSON, and of the URLs and the JSON in them. `least`: what a name must tell.
  void learn_json(std::string_view text, Tells least = Tells::perhaps) {
    std::vector<std::pair<std::string_view, std::string>> possible;
    std::size_t found = 0;
    for (std::size_t at = text.find('"'); at < text.size(); at = text.find('"', at)) {
      const std::size_t end = end_of_string(text, at + 1);
      if (end == std::string_view::npos) break;
      const std::string_view name = text.substr(at + 1, end - at - 1);
      at = end + 1;
      const std::size_t colon = text.find_first_not_of(kBlanks, at);
      if (colon == std::string_view::npos || text[colon] != ':') continue;
      const std::size_t begin = text.find_first_not_of(kBlanks, colon + 1);
      if (begin == std::string_view::npos) break;
      const bool is_string = text[begin] == '"';
      const std::size_t from = is_string ? begin + 1 : begin;
      const std::size_t close = is_string ? end_of_string(text, from) : text.find_first_not_of("0123456789", from);
      if (close == std::string_view::npos) break;
      at = is_string ? close + 1 : close;
      const std::string_view raw = text.substr(from, close - from);
      if (raw.size() < kShortestText) continue;
      const std::string unescaped = raw.find('\\') != std::string_view::npos ? json_unescaped(raw) : std::string();
      const std::string_view value = unescaped.empty() ? raw : unescaped;
      if (is_string) learn_url(value);
      if (value.size() < raw.size() && value.starts_with('{')) learn_json(value, least);
      const Tells told = tells(name);
      if (told == Tells::perhaps && least == Tells::perhaps) {
        if (is_opaque(value) && ++found <= kMaxOfLogin) possible.emplace_back(name, std::string(value));
      } else if (told == Tells::code || told == Tells::surely) {
        learn(told, name, value);
      }
    }
    if (found <= kMaxOfLogin)  // else it is a list, of instruments say
      for (const auto& [name, value] : possible) add_learned(name, value);
  }

 private:
  static constexpr std::string_view kBlanks = " \t\r\n";
  static constexpr std::uint32_t kText = 1;
  static constexpr std::uint32_t kNone = 0;  // no connection has this number
  static constexpr std::size_t kMaxOfLogin = 32;

  static char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
  static bool plain(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-'; }
  static bool has_digit(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  }
  static std::string_view without_scheme(std::string_view value) {
    const std::size_t space = value.find(' ');
    return space == std::string_view::npos ? value : value.substr(space + 1);
  }
  // Of the string of JSON whose text begins at `at`: its closing quote.
  static std::size_t end_of_string(std::string_view text, std::size_t at) {
    for (at = text.find_first_of("\"\\", at); at < text.size() && text[at] != '"';)
      at = text.find_first_of("\"\\", at + 2);
    return at < text.size() ? at : std::string_view::npos;
  }

  // "a=1; b=2", or "a=1; Path=/" of Set-Cookie.
  void learn_cookies(std::string_view name, std::string_view value) {
    const bool is_set = !name.empty() && lower(name.front()) == 's';
    for (std::size_t at = 0; at < value.size();) {
      const std::string_view pair = value.substr(at, value.find(';', at) - at);
      if (const std::size_t equals = pair.find('='); equals != std::string_view::npos)
        learn(Tells::surely, name, pair.substr(equals + 1));
      if (is_set) return;
      at += pair.size() + 1;
    }
  }
  // Of a query or a header, where little else than secrets has such a name.
  void learn_shown(std::string_view name, std::string_view value) {
    const Tells told = tells(name);
    const bool is_plain = value.find_first_of(" \",") == std::string_view::npos;
    if (told != Tells::perhaps) return learn(told, name, value);
    if (value.size() >= kShortestLearned && is_plain &&
        (!is_number(value) || detail::PlainName(name).text().find("token") == std::string_view::npos))
      learn(Tells::surely, name, value);
  }
  void learn(Tells told, std::string_view name, std::string_view value) {
    constexpr std::size_t kLongestCode = 16;
    const bool is_short = value.size() < kShortestLearned;
    if (told == Tells::nothing || value.size() < kShortestText || (is_short && !has_digit(value))) return;
    if (told == Tells::code &&
        (!has_digit(value) || value.size() > kLongestCode || !std::all_of(value.begin(), value.end(), plain)))
      return;
    add_learned(name, value);
  }
  void add_learned(std::string_view name, std::string_view value) {
    secrets_.add(value, of(name, value), value.size() < kShortestLearned ? Reach::whole_values : Reach::everywhere,
                 true);
  }

  bool is_connected_ = false;
  std::vector<std::uint32_t> with_data_;  // connections
  std::uint32_t connection_ = kNone;      // of the last frame, unless it had data before
  KnownSecrets secrets_;
};

}  // namespace bgw::testing
