#include "core/instruments/suggestions.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <tuple>

#include "core/instruments/search_words.hpp"
#include "core/instruments/word_index.hpp"

namespace gw::instruments {
namespace {

constexpr std::size_t kMaxNames = 3;
constexpr std::size_t kMaxRows = 10'000;
constexpr std::size_t kShortest = 4;  // a shorter word has too many that are like it

// How much further away than a symbol a name is, one word of a name, and what is like one word of the text only.
constexpr int kName = 2;
constexpr int kWordOfName = 4;
constexpr int kOneWord = 8;

// Whether one letter more, less or other, or two neighbours swapped, makes `a` of `b`.
bool is_one_edit(std::string_view a, std::string_view b) {
  if (a.size() < b.size()) std::swap(a, b);
  if (a.size() > b.size() + 1) return false;
  std::size_t at = 0;
  while (at < b.size() && a[at] == b[at]) ++at;
  if (at == a.size()) return false;  // the same
  if (a.size() != b.size()) return a.substr(at + 1) == b.substr(at);
  if (a.substr(at + 1) == b.substr(at + 1)) return true;
  return at + 1 < a.size() && a[at] == b[at + 1] && a[at + 1] == b[at] && a.substr(at + 2) == b.substr(at + 2);
}

// A text that is compared with those of titles.
struct Wanted {
  explicit Wanted(std::string squeezed_text) : text(std::move(squeezed_text)), letters(WordIndex::letters_of(text)) {}

  // One letter may be missing in the title.
  bool may_be_in(const WordIndex::Title& title) const { return std::popcount(letters & ~title.letters) <= 1; }
  // 0: the same, 1: one edit; nothing: neither.
  std::optional<int> distance(std::string_view other) const {
    if (other.empty()) return std::nullopt;
    if (other == text) return 0;
    return text.size() >= kShortest && is_one_edit(text, other) ? std::optional(1) : std::nullopt;
  }

  // The same of a title's symbol or name; one of a name is further away than any of a symbol.
  std::optional<int> distance(const WordIndex& words, const WordIndex::Title& title) const {
    if (!may_be_in(title)) return std::nullopt;
    if (const auto found = distance(words.symbol(title))) return found;
    const std::string_view name = words.name(title);
    if (const auto found = distance(name)) return *found + kName;
    for (std::size_t begin = 0; begin < name.size();) {
      const std::size_t end = WordIndex::next_word(title, begin);
      if (const auto found = distance(name.substr(begin, end - begin))) return *found + kWordOfName;
      begin = end;
    }
    return std::nullopt;
  }

  std::string text;
  std::uint64_t letters;
};

// The best rows so far.
class Best {
 public:
  // Smaller is better, member by member.
  struct Distance {
    int spelling = 0;
    bool is_contract = false;
    bool is_elsewhere = false;  // at another exchange
    int date = 0;
    double strike = 0;
    std::uint32_t expiry = 0;
    std::uint32_t size = 0;  // of the symbol
    auto operator<=>(const Distance&) const = default;
  };
  explicit Best(const Index& index) : index_(index) {}

  void add(const Distance& distance, std::uint32_t row) {
    const auto is_nearer = [this](const Candidate& a, const Candidate& b) {
      const auto names = [this](const Candidate& c) {
        const InstrumentView& r = index_.rows()[c.row];
        return std::tuple(r.exchange.starts_with('B'), r.exchange, r.symbol);
      };
      return a.distance == b.distance ? names(a) < names(b) : a.distance < b.distance;
    };
    const Candidate candidate{distance, row};
    all_.insert(std::upper_bound(all_.begin(), all_.end(), candidate, is_nearer), candidate);
    if (all_.size() > kMaxNames) all_.pop_back();
  }
  // As nearly spelt as the best, and of its sort.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Candidate& c : all_) {
      if (c.distance.spelling != all_.front().distance.spelling ||
          c.distance.is_contract != all_.front().distance.is_contract)
        break;
      const InstrumentView& row = index_.rows()[c.row];
      names.push_back(std::string(row.symbol) + '.' + std::string(row.exchange));
    }
    return names;
  }

 private:
  struct Candidate {
    Distance distance;
    std::uint32_t row;
  };
  const Index& index_;
  std::vector<Candidate> all_;
};

bool is_contract(const WordIndex::Row& row) { return row.kind >= RowKind::future; }

// What a text says of a contract besides its underlying.
struct ContractWords {
  std::string underlying;
  const SearchWord* date = nullptr;
  const SearchWord* strike = nullptr;
  WordKind kind = WordKind::none;

  explicit ContractWords(const SearchWords& text) {
    for (const SearchWord& word : text.parts) {
      if (word.date)
        date = &word;
      else if (word.number)
        strike = &word;
      else if (word.kind != WordKind::none)
        kind = word.kind;
      else
        underlying += word.text;
    }
  }
  bool fits(RowKind row) const {
    return (kind == WordKind::call && row == RowKind::call) || (kind == WordKind::put && row == RowKind::put) ||
           (kind == WordKind::future && row == RowKind::future);
  }
  // 0: that day, 1: that month, 2: another.
  int date_distance(std::string_view expiry) const {
    if (date == nullptr || date->date->fits(expiry)) return 0;
    WrittenDate month = *date->date;
    month.day = month.day_or_year = 0;
    return month.fits(expiry) ? 1 : 2;
  }
};

}  // namespace

std::vector<std::string> suggestions_for(const Index& index, std::string_view symbol, std::string_view exchange,
                                         const Expiries& expiries) {
  const SearchWords text = search_words(symbol);
  if (text.is_too_long || text.words.empty()) return {};
  const Wanted whole(squeezed(text.text));
  const ContractWords contract(text);
  const Wanted underlying(contract.kind == WordKind::none ? "" : contract.underlying);
  const WordIndex& words = index.words();
  Best best(index);
  std::size_t rows_left = kMaxRows;
  for (const WordIndex::Title& title : words.titles()) {
    const bool may_be_whole = whole.may_be_in(title);
    const bool may_be_under = !underlying.text.empty() && underlying.may_be_in(title);
    if (!may_be_whole && !may_be_under) continue;
    auto spelling = may_be_whole ? whole.distance(words.symbol(title)) : std::nullopt;
    if (may_be_whole && !spelling) spelling = whole.distance(words.alias(title));
    const auto under = may_be_under ? underlying.distance(words.symbol(title)) : std::nullopt;
    if (!spelling && !under) continue;
    for (const WordIndex::Row& row : words.rows_of(title)) {
      if (rows_left == 0) return best.names();
      --rows_left;
      const std::string_view its_exchange = words.exchanges()[row.exchange];
      const std::string_view expiry = words.expiries()[row.expiry];
      if (expiries.is_over(its_exchange, expiry)) continue;
      Best::Distance d;
      d.is_contract = is_contract(row);
      d.is_elsewhere = its_exchange != exchange;
      d.expiry = row.expiry;
      d.size = title.symbol_size;
      if (under && contract.fits(row.kind)) {
        d.spelling = *under;
        d.date = contract.date_distance(expiry);
        if (contract.strike != nullptr) d.strike = std::abs(row.strike - *contract.strike->number);
      } else if (spelling) {
        d.spelling = *spelling;
      } else {
        continue;
      }
      best.add(d, row.row);
    }
  }
  return best.names();
}

std::vector<std::string> suggestions_for(const Index& index, std::string_view text, const Expiries& expiries) {
  const SearchWords all = search_words(text);
  if (all.is_too_long || all.words.empty()) return {};
  const WordIndex& words = index.words();
  for (const std::string_view exchange : words.exchanges())
    if (all.text.ends_with("." + std::string(exchange)))
      return suggestions_for(index, std::string_view(all.text).substr(0, all.text.size() - exchange.size() - 1),
                             exchange, expiries);
    else if (all.text.starts_with(std::string(exchange) + ":"))
      return suggestions_for(index, std::string_view(all.text).substr(exchange.size() + 1), exchange, expiries);
  std::vector<Wanted> wanted;
  std::string joined;
  for (const SearchWord& word : all.words) joined += word.text;
  wanted.emplace_back(joined);
  for (const auto& some : {all.words, all.parts})
    for (const SearchWord& word : some)
      if (word.kind == WordKind::none && !word.date && !word.number && word.text != joined)
        wanted.emplace_back(word.text);
  Best best(index);
  std::size_t rows_left = kMaxRows;
  for (const WordIndex::Title& title : words.titles()) {
    std::optional<int> nearest;
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (const auto found = wanted[i].distance(words, title))
        nearest = std::min(nearest.value_or(*found + kOneWord), *found + (i == 0 ? 0 : kOneWord));
    if (!nearest) continue;
    for (const WordIndex::Row& row : words.rows_of(title)) {
      if (rows_left == 0) return best.names();
      --rows_left;
      if (expiries.is_over(words.exchanges()[row.exchange], words.expiries()[row.expiry])) continue;
      Best::Distance d;
      d.spelling = *nearest;
      d.is_contract = is_contract(row);
      d.expiry = row.expiry;
      d.size = title.symbol_size;
      best.add(d, row.row);
    }
  }
  return best.names();
}

}  // namespace gw::instruments
