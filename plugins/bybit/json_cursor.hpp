// Reads one JSON text from its beginning to its end, for the data path: strict, without allocations, and never past the
// text. Values that the caller does not need are checked and passed over. Any thread; an object belongs to its caller.
// Source: RFC 8259.
#pragma once

#include <cstdint>
#include <string_view>

namespace bybit {

// Each function that answers false either came to the end of its object or array, or found what JSON does not allow;
// is_good() tells these apart. After a fault every function answers false.
class JsonCursor {
 public:
  static constexpr int kMaxDepth = 16;

  explicit JsonCursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool enter_object() { return enter('{'); }
  // Goes to the next member; its value must be read or passed over before the next call. False: the object's end.
  bool next_member(std::string_view& key);
  bool enter_array() { return enter('['); }
  // Goes to the next element. False: the array's end.
  bool next_element() { return next(']'); }

  // The text between the quotes, with escapes as they are written.
  bool string(std::string_view& out);
  // A whole number without fraction and exponent.
  bool integer(std::int64_t& out);
  bool boolean(bool& out);
  // Passes over the value, whatever it is; `raw` is its text.
  bool skip(std::string_view& raw);
  bool skip() {
    std::string_view raw;
    return skip(raw);
  }

  // The first character of the value that comes next; '\0': none.
  char peek();
  // Whether nothing but blanks is left, without a fault.
  bool is_at_end();
  bool is_good() const { return is_good_; }

 private:
  bool enter(char open);
  bool next(char close);
  bool skip_value(int depth);
  bool skip_number();
  bool skip_word(std::string_view word);
  void skip_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }
  bool fault() {
    is_good_ = false;
    at_ = end_;
    return false;
  }

  const char* at_;
  const char* end_;
  bool is_first_ = false;  // the next member or element is the first of its object or array
  bool is_good_ = true;
};

}  // namespace bybit
