// What a person means by the text of a search: its words, and what each may say about an instrument. [any]
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gw::instruments {

// ASCII letters in upper case, digits, and bytes above 127; everything else is left out: "M&M" is "MM".
std::string squeezed(std::string_view text);

// A day, or as much of one as was written. 0: not said.
struct WrittenDate {
  int day = 0;
  int month = 0;
  int year = 0;         // of four digits
  int day_or_year = 0;  // the 26 of "dec 26"

  // `expiry`: InstrumentView::expiry.
  bool fits(std::string_view expiry) const;
};

enum class WordKind : std::uint8_t { none, future, option, call, put, equity, index, weekly, monthly };

struct SearchWord {
  std::string text;       // squeezed
  bool is_whole = false;  // matches only the whole of a symbol or underlying
  WordKind kind = WordKind::none;
  std::optional<WrittenDate> date;
  std::optional<double> number;  // a strike, perhaps
};

struct SearchWords {
  // A longer text, or one of more words, is none that a person typed; it has no words and matches nothing.
  static constexpr std::size_t kMaxBytes = 256;
  static constexpr std::size_t kMaxWords = 16;

  bool is_too_long = false;
  std::string typed;  // the text without space around it
  std::string text;   // that in upper case
  std::vector<SearchWord> words;
  // The same with run-together words taken apart, "48000CE" into 48000 and CE; empty where there are none. A word may
  // be a name all the same ("NICE"), so that `words` count first.
  std::vector<SearchWord> parts;
};

// Never throws but for memory, whatever the bytes.
SearchWords search_words(std::string_view text);

}  // namespace gw::instruments
