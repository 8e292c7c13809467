#include "core/instruments/word_matcher.hpp"

#include <cmath>
#include <string>
#include <utility>

namespace gw::instruments {
namespace {

bool is_contract(RowKind kind) { return kind >= RowKind::future; }

bool is_of(const WordIndex::Row& row, WordKind kind) {
  switch (kind) {
    case WordKind::none:
      return false;
    case WordKind::future:
      return row.kind == RowKind::future;
    case WordKind::option:
      return row.kind == RowKind::call || row.kind == RowKind::put;
    case WordKind::call:
      return row.kind == RowKind::call;
    case WordKind::put:
      return row.kind == RowKind::put;
    case WordKind::equity:
      return row.kind == RowKind::equity;
    case WordKind::index:
      return row.kind == RowKind::index;
    case WordKind::weekly:
      return is_contract(row.kind) && row.is_weekly;
    case WordKind::monthly:
      return is_contract(row.kind) && !row.is_weekly;
  }
  return false;
}

bool is_same(double a, double b) { return std::abs(a - b) < 1e-9 * std::max(1.0, b); }

// "480" begins 48000.
bool begins(double strike, double number) {
  if (number < 1 || number != std::floor(number)) return false;
  double left = std::floor(strike);
  while (left > number) left = std::floor(left / 10);
  return left == number;
}

}  // namespace

WordMatcher::WordMatcher(const WordIndex& index, std::vector<SearchWord> words)
    : index_(index), words_(std::move(words)), fits_(words_.size()) {
  said_by_exchange_.resize(index.exchanges().size());
  said_by_expiry_.resize(index.expiries().size());
  std::vector<std::string> exchanges;
  for (const std::string_view exchange : index.exchanges()) exchanges.push_back(squeezed(exchange));
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const SearchWord& word = words_[i];
    const Bits bit = Bits{1} << i;
    letters_.push_back(WordIndex::letters_of(word.text));
    all_ |= bit;
    if (word.kind != WordKind::none || word.number || word.date) say_ |= bit;
    for (std::size_t e = 0; e < exchanges.size(); ++e) {
      if (word.is_whole || (exchanges[e] != word.text && exchanges[e] != word.text + "INDEX")) continue;
      said_by_exchange_[e] |= bit;
      say_ |= bit;
    }
    for (std::size_t e = 0; word.date && e < said_by_expiry_.size(); ++e)
      if (word.date->fits(index.expiries()[e])) said_by_expiry_[e] |= bit;
  }
}

// A word that says something else is a name only if it is the whole of one: the CE of "reliance ce" stands in RELIANCE
// too. Alone it may begin one, as the MAR of MARUTI.
bool WordMatcher::stands_in(const WordIndex::Fit& fit, const SearchWord& word, Bits bit) const {
  if (word.is_whole) return fit.is_word && (fit.begins_symbol || fit.begins_alias);
  if (word.number || (say_ & bit) == 0) return fit.any();
  return fit.is_word ||
         (all_ == bit && word.kind == WordKind::none && (fit.begins_symbol || fit.begins_alias || fit.begins_word));
}

bool WordMatcher::take(const WordIndex::Title& title) {
  title_ = &title;
  in_title_ = 0;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const Bits bit = Bits{1} << i;
    fits_[i] = index_.fit(title, words_[i], letters_[i]);
    if (stands_in(fits_[i], words_[i], bit))
      in_title_ |= bit;
    else if ((say_ & bit) == 0)
      return false;
  }
  return true;
}

WordMatcher::Bits WordMatcher::said_by(const WordIndex::Row& row, bool& is_loose) const {
  Bits said = said_by_exchange_[row.exchange] | said_by_expiry_[row.expiry];
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const SearchWord& word = words_[i];
    if (is_of(row, word.kind)) said |= Bits{1} << i;
    if (!word.number || row.strike == 0) continue;
    const bool is_exact = is_same(row.strike, *word.number);
    if (!is_exact && !begins(row.strike, *word.number)) continue;
    is_loose |= !is_exact;
    said |= Bits{1} << i;
  }
  return said;
}

std::optional<WordMatcher::Rank> WordMatcher::rank(const WordIndex::Row& row) const {
  bool is_loose = false;
  const Bits said = said_by(row, is_loose);
  if ((said | in_title_) != all_) return std::nullopt;
  Rank rank = rank_texts(all_ & ~said, is_contract(row.kind));
  rank.is_loose = is_loose;
  return rank;
}

// `texts`: the words that the title must have, since the row does not say them.
WordMatcher::Rank WordMatcher::rank_texts(Bits texts, bool is_contract) const {
  if (texts == 0) return {1, 3};
  WordIndex::Fit all{true, false, true, false, true, true, false};
  bool begins = false;  // some word begins the symbol or the alias
  bool is_symbol = false;
  std::size_t size = 0;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if ((texts >> i & 1) == 0) continue;
    const WordIndex::Fit& fit = fits_[i];
    size += words_[i].text.size();
    all.in_symbol &= fit.in_symbol;
    all.in_alias &= fit.in_alias;
    all.in_name &= fit.in_name;
    all.begins_word &= fit.begins_word || fit.begins_symbol || fit.begins_alias;
    begins |= fit.begins_symbol || fit.begins_alias;
    is_symbol |= fit.begins_symbol && words_[i].text.size() == title_->symbol_size;
  }
  // "bank nifty" has all letters of BANKNIFTY.
  const bool covers = (all.in_symbol && size == title_->symbol_size) || (all.in_alias && size == title_->alias_size);
  if (covers) return texts == all_ && !is_contract ? Rank{0, 1} : Rank{1, 2};
  if (!is_contract && all.in_name && size == title_->name_size) return {1, 2};
  if (all.in_symbol || all.in_alias) return begins ? Rank{1, 4} : Rank{2, 5};
  if (all.begins_word) return is_symbol ? Rank{3, 6} : Rank{3, 7};
  return {4, 8};
}

}  // namespace gw::instruments
