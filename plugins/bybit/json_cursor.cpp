#include "json_cursor.hpp"

#include <charconv>
#include <cstddef>

namespace bybit {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

}  // namespace

bool JsonCursor::enter(char open) {
  skip_blanks();
  if (at_ == end_ || *at_ != open) return fault();
  ++at_;
  is_first_ = true;
  return true;
}

bool JsonCursor::next(char close) {
  skip_blanks();
  if (at_ == end_) return fault();
  if (*at_ == close) {
    ++at_;
    is_first_ = false;
    return false;
  }
  if (!is_first_) {
    if (*at_ != ',') return fault();
    ++at_;
    skip_blanks();
    if (at_ == end_ || *at_ == close) return fault();
  }
  is_first_ = false;
  return true;
}

bool JsonCursor::next_member(std::string_view& key) {
  if (!next('}') || !string(key)) return false;
  skip_blanks();
  if (at_ == end_ || *at_ != ':') return fault();
  ++at_;
  return true;
}

bool JsonCursor::string(std::string_view& out) {
  skip_blanks();
  if (at_ == end_ || *at_ != '"') return fault();
  const char* const begin = ++at_;
  for (; at_ != end_ && *at_ != '"'; ++at_) {
    if (static_cast<unsigned char>(*at_) < ' ') return fault();
    if (*at_ != '\\') continue;
    if (++at_ == end_) return fault();
    if (*at_ == 'u') {
      for (int i = 0; i < 4; ++i)
        if (++at_ == end_ || !is_hex(*at_)) return fault();
    } else if (std::string_view("\"\\/bfnrt").find(*at_) == std::string_view::npos) {
      return fault();
    }
  }
  if (at_ == end_) return fault();
  out = {begin, static_cast<std::size_t>(at_ - begin)};
  ++at_;
  return true;
}

bool JsonCursor::integer(std::int64_t& out) {
  skip_blanks();
  const char* const begin = at_;
  if (!skip_number()) return false;
  const auto [end, error] = std::from_chars(begin, at_, out);
  return (error == std::errc{} && end == at_) || fault();
}

bool JsonCursor::boolean(bool& out) {
  out = peek() == 't';
  return skip_word(out ? "true" : "false");
}

bool JsonCursor::skip(std::string_view& raw) {
  skip_blanks();
  const char* const begin = at_;
  if (!skip_value(0)) return false;
  raw = {begin, static_cast<std::size_t>(at_ - begin)};
  return true;
}

char JsonCursor::peek() {
  skip_blanks();
  return at_ == end_ ? '\0' : *at_;
}

bool JsonCursor::is_at_end() {
  skip_blanks();
  return is_good_ && at_ == end_;
}

bool JsonCursor::skip_value(int depth) {
  if (depth == kMaxDepth) return fault();
  std::string_view text;
  switch (peek()) {
    case '{':
      for (enter('{'); next_member(text);)
        if (!skip_value(depth + 1)) return false;
      return is_good_;
    case '[':
      for (enter('['); next(']');)
        if (!skip_value(depth + 1)) return false;
      return is_good_;
    case '"':
      return string(text);
    case 't':
      return skip_word("true");
    case 'f':
      return skip_word("false");
    case 'n':
      return skip_word("null");
    default:
      return skip_number();
  }
}

bool JsonCursor::skip_number() {
  const auto digits = [this] {
    const char* const begin = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != begin;
  };
  if (at_ != end_ && *at_ == '-') ++at_;
  const bool has_zero_first = at_ != end_ && *at_ == '0';
  const char* const whole = at_;
  if (!digits() || (has_zero_first && at_ - whole > 1)) return fault();
  if (at_ != end_ && *at_ == '.') {
    ++at_;
    if (!digits()) return fault();
  }
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    if (!digits()) return fault();
  }
  return true;
}

bool JsonCursor::skip_word(std::string_view word) {
  skip_blanks();
  if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) return fault();
  at_ += word.size();
  return true;
}

}  // namespace bybit
