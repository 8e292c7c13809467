// SPDX-License-Identifier: Apache-2.0
// bgw/testing/known_secrets.hpp - the secrets that bgw/testing/placeholders.hpp knows, and their replacement by value
// in what an adapter sends and in what it gets. [adapter]
#pragma once

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bgw/testing/secret_forms.hpp"
#include "bgw/testing/telling_names.hpp"

namespace bgw::testing {

// A short secret would be found by chance: it is replaced where it is a whole value only.
enum class Reach : std::uint8_t { everywhere, whole_values };

class KnownSecrets {
 public:
  static constexpr std::size_t kShortest = 3;
  // In what an adapter gets, which is market data, nothing shorter is replaced, unless its name tells what it is.
  static constexpr std::size_t kShortestReceived = 8;
  static constexpr std::size_t kMaxLearned = 256;

  // `secret` is from now on replaced, in each of its forms by the same form of `placeholder`. Of those that are learned
  // the oldest is forgotten in favour of a new one.
  void add(std::string_view secret, std::string_view placeholder, Reach reach, bool is_learned) {
    if (secret.size() < kShortest || knows(secret)) return;
    if (is_learned && ++learned_ > kMaxLearned)
      std::erase_if(known_, [this](const Known& k) { return k.lesson == learned_ - kMaxLearned; });
    const std::vector<std::string> forms = forms_of(secret);
    const std::vector<std::string> placeholders = forms_of(placeholder);
    for (std::size_t i = 0; i < forms.size(); ++i) {
      if (knows(forms[i])) continue;
      known_.push_back({forms[i], placeholders[i], reach, is_learned ? learned_ : 0});
      first_bytes_.set(static_cast<unsigned char>(forms[i][0]));
      second_bytes_.set(static_cast<unsigned char>(forms[i][1]));
    }
  }
  bool knows(std::string_view value) const {
    return std::any_of(known_.begin(), known_.end(), [&](const Known& k) { return k.value == value; });
  }
  bool has_placeholder(std::string_view text) const {
    return std::any_of(known_.begin(), known_.end(), [&](const Known& k) { return k.placeholder == text; });
  }

  std::string sent(std::string_view text) const {
    return known_.empty() ? std::string(text) : in_base64(replaced(text, Way::sent));
  }
  std::string received(std::string_view text) const { return replaced(text, Way::received); }

  // Whether the bytes are all of a message, a string or number of JSON, a value of a query or form, or a part of a
  // path.
  static bool is_whole(std::string_view text, std::size_t at, std::size_t size) {
    std::size_t end = at + size;
    while (end < text.size() && text[end] == '=') ++end;  // of base64
    const char before = at == 0 ? '\0' : text[at - 1];
    const char after = end == text.size() ? '\0' : text[end];
    const auto is_in = [](char c, std::string_view set) { return c != '\0' && set.find(c) != set.npos; };
    if (at == 0) return end == text.size();
    if (before == '"') return after == '"' || text.substr(end).starts_with("\\\"");
    if (before == '>') return after == '<';
    if (is_in(before, "=/")) return end == text.size() || is_in(after, "&/?#;\"");
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == text.npos || (text[first] != '{' && text[first] != '[')) return false;
    const std::size_t opening = text.find_last_not_of(" \t\r\n", at - 1);
    const std::size_t closing = text.find_first_not_of(" \t\r\n", end);
    return opening != text.npos && closing != text.npos && is_in(text[opening], ":[,") && is_in(text[closing], ",]}");
  }

 private:
  enum class Way : std::uint8_t { sent, received, decoded };
  struct Known {
    std::string value;
    std::string placeholder;
    Reach reach;
    std::uint64_t lesson;  // 0: was not learned
  };

  // Whether the bytes are a string of JSON under a name that says what they are.
  static bool is_told(std::string_view text, std::size_t at, std::size_t size) {
    if (at == 0 || text[at - 1] != '"' || !is_whole(text, at, size)) return false;
    const std::string_view blanks = " \t\r\n";
    const std::size_t colon = at < 2 ? text.npos : text.find_last_not_of(blanks, at - 2);
    if (colon == text.npos || colon == 0 || text[colon] != ':') return false;
    const std::size_t close = text.find_last_not_of(blanks, colon - 1);
    if (close == text.npos || close == 0 || text[close] != '"') return false;
    const std::size_t open = text.rfind('"', close - 1);
    if (open == text.npos) return false;
    const Tells told = tells(text.substr(open + 1, close - open - 1));
    return told == Tells::code || told == Tells::surely;
  }
  static bool is_meant(const Known& known, std::string_view text, std::size_t at, Way way) {
    const std::size_t size = known.value.size();
    if (way == Way::received)
      return (known.reach == Reach::everywhere && size >= kShortestReceived) || is_told(text, at, size);
    if (known.reach == Reach::everywhere || is_whole(text, at, size)) return true;
    if (way != Way::decoded) return false;
    const bool begins = at == 0 || text[at - 1] == ':';  // "user:password" of HTTP Basic
    return begins && (at + size == text.size() || text[at + size] == ':');
  }
  const Known* match(std::string_view text, std::size_t at, Way way) const {
    const Known* longest = nullptr;
    for (const Known& known : known_)
      if (text.substr(at).starts_with(known.value) &&
          (longest == nullptr || known.value.size() > longest->value.size()) && is_meant(known, text, at, way))
        longest = &known;
    return longest;
  }
  // Every byte that belongs to a secret is replaced, also where two overlap.
  std::string replaced(std::string_view text, Way way) const {
    std::string out;
    out.reserve(text.size());
    std::size_t clean_from = 0;  // what is before it is in `out`
    for (std::size_t at = 0; at + 1 < text.size(); ++at) {
      if (!first_bytes_.test(static_cast<unsigned char>(text[at])) ||
          !second_bytes_.test(static_cast<unsigned char>(text[at + 1])))
        continue;
      const Known* found = match(text, at, way);
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

  // A text of which a secret is a part may be sent in base64 as a whole. A placeholder is as long as its secret, so
  // that the base64 keeps its length too.
  std::string in_base64(std::string_view text) const {
    constexpr std::size_t kShortestText = 8;
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = at;
      while (end < text.size() && is_base64(text[end])) ++end;
      if (end - at < kShortestText) {
        end = std::max(end, at + 1);
        out += text.substr(at, end - at);
      } else {
        out += of_run(text.substr(at, end - at));
      }
      at = end;
    }
    return out;
  }
  static bool is_base64(char c) {
    return detail::alphabet(Base64::standard).find(c) != std::string_view::npos || c == '-' || c == '_';
  }
  std::optional<std::string> of_base64(std::string_view text) const {
    for (const Base64 kind : {Base64::standard, Base64::url_safe})
      if (const auto inside = from_base64(text, kind))
        if (const std::string clean = replaced(*inside, Way::decoded); clean != *inside) return base64_of(clean, kind);
    return std::nullopt;
  }
  // `text` is one run of base64, or parts of a path.
  std::string of_run(std::string_view text) const {
    if (const auto clean = of_base64(text)) return *clean;
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const std::string_view part = text.substr(at, text.find('/', at) - at);
      out += of_base64(part).value_or(std::string(part));
      at += part.size();
      if (at < text.size()) out += text[at++];
    }
    return out;
  }

  std::vector<Known> known_;
  std::uint64_t learned_ = 0;
  std::bitset<256> first_bytes_;  // of all values
  std::bitset<256> second_bytes_;
};

}  // namespace bgw::testing
