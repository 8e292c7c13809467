// The words by which the rows of an instrument list are found: each symbol or underlying with its name once, and behind
// it its rows. A search looks at some ten thousand titles, and then only at the rows of those that fit. Immutable, as
// the list is. Takes 24 bytes a row and some 80 a title: 6 MB for 200,000 rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/instruments/search_words.hpp"

namespace gw::instruments {

struct InstrumentView;

enum class RowKind : std::uint8_t { index, equity, other, future, call, put };

class WordIndex {
 public:
  // Where a word stands in a title's symbol or name.
  struct Fit {
    bool in_symbol = false;  // or underlying
    bool begins_symbol = false;
    bool in_alias = false;  // the broker's own spelling
    bool begins_alias = false;
    bool in_name = false;
    bool begins_word = false;  // of the name
    bool is_word = false;      // the whole of one of them, or all of the symbol

    bool any() const { return in_symbol || in_alias || in_name; }
  };
  // Rows that share a symbol (contracts: the underlying), the broker's spelling of it and a name. The texts are
  // squeezed.
  struct Title {
    std::uint32_t text = 0;  // where the symbol stands in the text; the alias and the name follow
    std::uint32_t symbol_size = 0;
    std::uint32_t alias_size = 0;  // 0: like the symbol, or contracts
    std::uint32_t name_size = 0;
    std::uint32_t begin = 0;  // of its rows
    std::uint32_t end = 0;
    std::uint64_t word_begins = 0;  // in the name, a bit each, of its first 64 bytes
    std::uint64_t letters = 0;      // that its texts have, see letters_of()
  };
  struct Row {
    std::uint32_t row;       // of the list
    std::uint32_t expiry;    // the place among expiries(); 0: none
    std::uint32_t exchange;  // the place among exchanges()
    RowKind kind;
    bool is_weekly;  // another contract of its underlying expires later in the month
    double strike;
  };

  WordIndex() = default;
  explicit WordIndex(std::span<const InstrumentView> rows);

  std::span<const Title> titles() const { return titles_; }
  // The rows of all titles; those of one title by expiry.
  std::span<const Row> rows() const { return rows_; }
  std::span<const Row> rows_of(const Title& t) const { return std::span(rows_).subspan(t.begin, t.end - t.begin); }
  std::string_view symbol(const Title& t) const { return view(t.text, t.symbol_size); }
  std::string_view alias(const Title& t) const { return view(t.text + t.symbol_size, t.alias_size); }
  std::string_view name(const Title& t) const { return view(t.text + t.symbol_size + t.alias_size, t.name_size); }
  std::span<const std::string_view> exchanges() const { return exchanges_; }
  std::span<const std::string_view> expiries() const { return expiries_; }
  // Where the word of the name begins that follows the one at `at`; the size of the name if there is none.
  static std::size_t next_word(const Title& title, std::size_t at);
  std::size_t bytes() const;

  Fit fit(const Title& title, const SearchWord& word, std::uint64_t letters) const;
  // A bit for each letter and digit, and one for all other bytes.
  static std::uint64_t letters_of(std::string_view squeezed);

 private:
  std::string_view view(std::size_t at, std::size_t size) const { return std::string_view(text_).substr(at, size); }

  std::string text_;
  std::vector<Title> titles_;
  std::vector<Row> rows_;
  std::vector<std::string_view> exchanges_;  // texts of the list
  std::vector<std::string_view> expiries_;   // texts of the list, sorted; the first is empty
};

}  // namespace gw::instruments
