// Whether the rows of a WordIndex have all words of a search, and how well. Belongs to one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/instruments/search_words.hpp"
#include "core/instruments/word_index.hpp"

namespace gw::instruments {

class WordMatcher {
 public:
  // Smaller is better, member by member.
  struct Rank {
    std::uint8_t tier = 0;   // 0: the very symbol
    std::uint8_t level = 0;  // within a tier, among instruments of one sort
    bool is_loose = false;   // the strike only begins with the number
  };

  // `words`: at most SearchWords::kMaxWords. Refers to `index`.
  WordMatcher(const WordIndex& index, std::vector<SearchWord> words);

  // Looks at a title. False: none of its rows has all words.
  bool take(const WordIndex::Title& title);
  // Of a row of the title that was taken; nothing: it lacks a word.
  std::optional<Rank> rank(const WordIndex::Row& row) const;

 private:
  using Bits = std::uint32_t;  // one a word
  bool stands_in(const WordIndex::Fit& fit, const SearchWord& word, Bits bit) const;
  Bits said_by(const WordIndex::Row& row, bool& is_loose) const;
  Rank rank_texts(Bits texts, bool is_contract) const;

  const WordIndex& index_;
  std::vector<SearchWord> words_;
  std::vector<std::uint64_t> letters_;  // of each word
  Bits all_ = 0;
  Bits say_ = 0;  // words that may say something about a row: its type, expiry, strike or exchange
  std::vector<Bits> said_by_exchange_;
  std::vector<Bits> said_by_expiry_;
  const WordIndex::Title* title_ = nullptr;
  std::vector<WordIndex::Fit> fits_;  // of that title, one a word
  Bits in_title_ = 0;
};

}  // namespace gw::instruments
