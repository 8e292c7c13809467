#include "core/protocol/json_reader.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

namespace gw::protocol {
namespace {

using Json = nlohmann::json;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Rewrites, in place and in the same length, what nlohmann's parser refuses though it is JSON.
class Mender {
 public:
  explicit Mender(std::string_view text) : text_(text) {}

  // False: there was nothing to rewrite.
  bool mend() {
    while (at_ < text_.size()) {
      if (text_[at_] == '"')
        mend_string();
      else if (text_[at_] == '-' || is_digit(text_[at_]))
        mend_number();
      else
        ++at_;
    }
    return changed_;
  }
  const std::string& text() const { return text_; }

 private:
  static constexpr std::size_t kEscape = 6;  // \ud800

  char peek(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

  void mend_string() {
    while (++at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] != '\\') continue;
      const int unit = escaped_unit(at_);
      if (is_high(unit) && is_low(escaped_unit(at_ + kEscape)))
        at_ += 2 * kEscape - 1;
      else if (is_high(unit) || is_low(unit))
        replace("\\uffff", kEscape), at_ += kEscape - 1;
      else
        ++at_;
    }
    ++at_;
  }
  void mend_number() {
    const std::size_t end = number_end();
    if (end == at_) {
      while (is_digit(peek(at_)) || peek(at_) == '-') ++at_;
      return;
    }
    const std::string number = text_.substr(at_, end - at_);
    if (std::isinf(std::strtod(number.c_str(), nullptr))) replace("null", number.size());
    at_ = end;
  }

  // Where the number that begins here ends; here: it is none.
  std::size_t number_end() const {
    std::size_t end = at_ + (text_[at_] == '-' ? 1 : 0);
    const std::size_t first = end;
    end = digits_end(first);
    if (end == first || (text_[first] == '0' && end != first + 1)) return at_;
    if (peek(end) == '.') {
      const std::size_t fraction = digits_end(end + 1);
      if (fraction == end + 1) return at_;
      end = fraction;
    }
    if (peek(end) == 'e' || peek(end) == 'E') {
      const std::size_t power = end + (peek(end + 1) == '+' || peek(end + 1) == '-' ? 2 : 1);
      end = digits_end(power);
      if (end == power) return at_;
    }
    return end;
  }
  std::size_t digits_end(std::size_t at) const {
    while (is_digit(peek(at))) ++at;
    return at;
  }

  // The UTF-16 unit of a \u escape; -1: none stands there.
  int escaped_unit(std::size_t at) const {
    if (peek(at) != '\\' || peek(at + 1) != 'u') return -1;
    for (std::size_t i = 2; i < kEscape; ++i)
      if (!is_hex(peek(at + i))) return -1;
    return static_cast<int>(std::strtol(text_.substr(at + 2, kEscape - 2).c_str(), nullptr, 16));
  }
  static bool is_high(int unit) { return unit >= 0xd800 && unit <= 0xdbff; }
  static bool is_low(int unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

  void replace(std::string_view by, std::size_t size) {
    std::fill_n(text_.begin() + static_cast<std::ptrdiff_t>(at_), size, ' ');
    text_.replace(at_, by.size(), by);
    changed_ = true;
  }

  std::string text_;
  std::size_t at_ = 0;
  bool changed_ = false;
};

}  // namespace

Json read_json(std::string_view text, bool* is_mended) {
  if (is_mended != nullptr) *is_mended = false;
  Json value = Json::parse(text, nullptr, false);
  if (!value.is_discarded()) return value;
  Mender mender(text);
  if (!mender.mend()) return value;
  if (is_mended != nullptr) *is_mended = true;
  return Json::parse(mender.text(), nullptr, false);
}

}  // namespace gw::protocol
