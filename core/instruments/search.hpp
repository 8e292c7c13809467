// A search by words over an Index that can be done a part at a time, because hundreds of thousands of rows may take
// milliseconds. Belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/instruments/expiries.hpp"
#include "core/instruments/index.hpp"
#include "core/instruments/search_words.hpp"
#include "core/instruments/word_index.hpp"
#include "core/instruments/word_matcher.hpp"

namespace gw::instruments {

class Search {
 public:
  // An instrument is found when it has every word of `text`, in any order and case, in its symbol, its name or its
  // broker's spelling, or as its exchange, expiry, strike or type. Best match first: see docs/protocol.md. An empty
  // text matches every row, an empty exchange means every exchange. SYMBOL.EXCHANGE and EXCHANGE:SYMBOL find that one.
  Search(std::shared_ptr<const Index> index, std::string_view text, std::string_view exchange, std::size_t limit,
         Expiries expiries = {});

  // Looks at the next `count` titles and rows. True: that was all.
  bool look_at(std::size_t count);
  // How many titles and rows it has looked at.
  std::size_t looked_at() const { return looked_at_; }
  // The best matches among the rows looked at; their texts live as long as this object.
  std::vector<InstrumentView> found();
  const Expiries& expiries() const { return expiries_; }
  const std::shared_ptr<const Index>& index() const { return index_; }

 private:
  // What is looked through, one after the other until something is found.
  enum class Pass : std::uint8_t {
    words,
    parts,      // with run-together words taken apart
    spellings,  // the text in whole symbols of contracts, as standard symbols and the broker write them
    done
  };
  // Smaller is better, member by member.
  struct Match {
    bool is_over = false;
    std::uint8_t tier = 0;
    std::uint8_t sort = 0;  // 0: index, share; 1: future; 2: option
    std::uint8_t level = 0;
    bool is_loose = false;
    std::uint32_t expiry = 0;
    std::size_t size = 0;  // of the symbol
    double strike = 0;
    std::uint32_t row = 0;
  };
  bool find_exact(std::size_t mark, bool exchange_first);
  void begin(Pass pass);
  std::size_t look_at_rows(std::size_t count);
  std::size_t look_at_spellings(std::size_t count);
  void take(const WordIndex::Title& title, const WordIndex::Row& row, WordMatcher::Rank rank);
  void keep(const Match& match);
  bool is_better(const Match& a, const Match& b) const;

  std::shared_ptr<const Index> index_;
  SearchWords text_;
  std::string exchange_;
  std::size_t limit_;
  Expiries expiries_;
  Pass pass_ = Pass::done;
  std::optional<WordMatcher> matcher_;
  std::size_t title_ = 0;  // that is looked at next, or whose rows are
  std::size_t row_ = 0;    // that is looked at next: of the index of words, then of the list
  bool in_title_ = false;  // its rows are looked at
  std::size_t looked_at_ = 0;
  std::vector<Match> found_;
  std::optional<InstrumentView> exact_;  // named by symbol and exchange
};

}  // namespace gw::instruments
