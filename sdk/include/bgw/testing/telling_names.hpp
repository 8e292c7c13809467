// SPDX-License-Identifier: Apache-2.0
// bgw/testing/telling_names.hpp - what the name of a value in a query, a header or JSON tells of the value: whether it
// is a secret. "token" alone is what many brokers call an instrument, and "session" may be the one of a market. [any]
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bgw::testing {

enum class Tells : std::uint8_t {
  nothing,
  perhaps,  // a secret if the value looks like one
  code,     // a secret of a few digits
  surely
};

namespace detail {

// A name in lower case without what separates its words. Of a longer name the beginning counts.
class PlainName {
 public:
  explicit PlainName(std::string_view name) {
    for (const char c : name)
      if (std::isalnum(static_cast<unsigned char>(c)) != 0 && size_ < text_.size())
        text_[size_++] = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, 64> text_{};
  std::size_t size_ = 0;
};

template <std::size_t N>
bool has_one_of(std::string_view name, const std::array<std::string_view, N>& parts) {
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view p) { return name.find(p) != name.npos; });
}

// "pin" is a word of "user_pin", "userPin" and "PIN", and none of "ping" and "shipping".
inline bool has_word(std::string_view name, std::string_view word) {
  const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  const auto is_upper = [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; };
  const auto is_same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  for (std::size_t at = 0; at + word.size() <= name.size(); ++at) {
    if (!std::equal(word.begin(), word.end(), name.begin() + static_cast<std::ptrdiff_t>(at),
                    [&](char w, char c) { return is_same(c, w); }))
      continue;
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !is_letter(name[at - 1]) || (!is_upper(name[at - 1]) && is_upper(name[at]));
    const bool ends = end == name.size() || !is_letter(name[end]) || (!is_upper(name[end - 1]) && is_upper(name[end]));
    if (begins && ends) return true;
  }
  return false;
}

}  // namespace detail

inline Tells tells(std::string_view name) {
  using Parts = std::string_view;
  static constexpr std::array kSure = {
      Parts("secret"),       Parts("passw"),         Parts("passphrase"),  Parts("passcode"),     Parts("signature"),
      Parts("credential"),   Parts("apikey"),        Parts("privatekey"),  Parts("listenkey"),    Parts("jwt"),
      Parts("bearer"),       Parts("authorization"), Parts("accesstoken"), Parts("refreshtoken"), Parts("feedtoken"),
      Parts("requesttoken"), Parts("enctoken"),      Parts("publictoken"), Parts("usertoken"),    Parts("susertoken"),
      Parts("sessiontoken"), Parts("authtoken"),     Parts("logintoken")};
  static constexpr std::array kPerhaps = {Parts("token"), Parts("sess"), Parts("auth"), Parts("ticket"),
                                          Parts("cookie")};
  static constexpr std::array kOfInstruments = {Parts("instrument"), Parts("symbol"), Parts("exchange"),
                                                Parts("scrip")};
  static constexpr std::array kAlone = {Parts("code"), Parts("key"), Parts("xkey"), Parts("sid")};
  const detail::PlainName plain(name);
  const std::string_view text = plain.text();
  if (detail::has_one_of(text, kSure)) return Tells::surely;
  for (const std::string_view word : {"pin", "otp", "totp", "mpin", "tpin"})
    if (detail::has_word(name, word)) return Tells::code;
  if (detail::has_one_of(text, kOfInstruments)) return Tells::nothing;
  const bool is_alone = std::find(kAlone.begin(), kAlone.end(), text) != kAlone.end();
  return is_alone || detail::has_one_of(text, kPerhaps) || detail::has_word(name, "sid") ||
                 detail::has_word(name, "sign")
             ? Tells::perhaps
             : Tells::nothing;
}

// Whether a value looks like one that was drawn, and not like a word, a number, a date or an address.
inline bool is_opaque(std::string_view value) {
  constexpr std::size_t kShortest = 12;
  constexpr std::size_t kShortestWithoutDigit = 20;
  bool has_digit = false, has_upper = false, has_lower = false;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) == 0 && std::string_view("-_.~+/=").find(c) == std::string_view::npos) return false;
    has_digit = has_digit || std::isdigit(byte) != 0;
    has_upper = has_upper || std::isupper(byte) != 0;
    has_lower = has_lower || std::islower(byte) != 0;
  }
  if (has_digit) return value.size() >= kShortest && (has_upper || has_lower);
  return value.size() >= kShortestWithoutDigit && has_lower;
}

}  // namespace bgw::testing
