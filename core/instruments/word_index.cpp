#include "core/instruments/word_index.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <unordered_map>

#include "core/base/text.hpp"
#include "core/instruments/index.hpp"

namespace gw::instruments {
namespace {

constexpr std::size_t kWordBits = 64;
constexpr std::string_view kMonthLetters = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
constexpr std::size_t kMonthOfDate = 7;  // "2026-12" of "2026-12-29"

RowKind kind_of(const InstrumentView& row) {
  if (row.instrument_type == "CE") return RowKind::call;
  if (row.instrument_type == "PE") return RowKind::put;
  if (row.instrument_type == "FUT" || !row.expiry.empty()) return RowKind::future;
  if (row.instrument_type == "INDEX") return RowKind::index;
  return row.instrument_type == "EQ" ? RowKind::equity : RowKind::other;
}

// "29DEC26" of "2026-12-29", as standard symbols write it; empty: no date.
std::string written_in_symbols(std::string_view expiry) {
  if (expiry.size() != 10) return {};
  const std::size_t month = static_cast<std::size_t>((expiry[5] - '0') * 10 + (expiry[6] - '0'));
  if (month < 1 || month > 12) return {};
  return std::string(expiry.substr(8)).append(kMonthLetters.substr((month - 1) * 3, 3)).append(expiry.substr(2, 2));
}

// The symbol, or that of a contract's underlying.
std::string_view underlying_or_symbol(const InstrumentView& row) {
  if (row.expiry.empty()) return row.symbol;
  const std::string date = written_in_symbols(row.expiry);
  const std::size_t at = date.empty() ? std::string_view::npos : row.symbol.find(date);
  return at == std::string_view::npos || at == 0 ? row.symbol : row.symbol.substr(0, at);
}

// `name` squeezed, and where its words begin.
std::pair<std::string, std::uint64_t> words_of(std::string_view name) {
  std::pair<std::string, std::uint64_t> words;
  bool begins = true;
  for (const char c : name) {
    if (c == ' ') begins = true;
    const std::string kept = squeezed({&c, 1});
    if (kept.empty()) continue;
    if (begins && words.first.size() < kWordBits) words.second |= std::uint64_t{1} << words.first.size();
    begins = false;
    words.first += kept;
  }
  return words;
}

// Texts become numbers, in the order in which they come.
class Numbers {
 public:
  std::uint32_t of(std::string_view text) {
    const auto [known, fresh] = numbers_.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
    if (fresh) texts_.push_back(text);
    return known->second;
  }
  std::vector<std::string_view>& texts() { return texts_; }

 private:
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
  std::vector<std::string_view> texts_;
};

// Marks what has a later expiry of its month beside it. `rows`: of one title, by expiry.
void mark_weekly(std::span<WordIndex::Row> rows, std::span<const InstrumentView> list) {
  std::string_view last;  // expiry of its month
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    const std::string_view expiry = list[row->row].expiry;
    if (row->expiry == 0) break;
    if (last.substr(0, kMonthOfDate) != expiry.substr(0, kMonthOfDate)) last = expiry;
    row->is_weekly = expiry != last;
  }
}

}  // namespace

WordIndex::WordIndex(std::span<const InstrumentView> list) {
  Numbers exchanges;
  expiries_.emplace_back();
  for (const InstrumentView& row : list)
    if (!row.expiry.empty() && row.expiry != expiries_.back()) expiries_.push_back(row.expiry);
  std::sort(expiries_.begin(), expiries_.end());
  expiries_.erase(std::unique(expiries_.begin(), expiries_.end()), expiries_.end());
  expiries_.shrink_to_fit();

  struct Placed {
    std::uint32_t title;
    Row row;
  };
  std::vector<Placed> placed;
  placed.reserve(list.size());
  std::unordered_map<std::string, std::uint32_t> known;
  std::string key;
  for (std::uint32_t i = 0; i < list.size(); ++i) {
    const InstrumentView& row = list[i];
    const std::string_view symbol = underlying_or_symbol(row);
    const bool has_alias = row.expiry.empty() && row.broker_symbol != row.symbol;
    key.assign(symbol).append(1, '\n').append(has_alias ? row.broker_symbol : "").append(1, '\n').append(row.name);
    const auto [title, fresh] = known.try_emplace(key, static_cast<std::uint32_t>(titles_.size()));
    if (fresh) {
      const std::string text = squeezed(symbol);
      const std::string alias = has_alias ? squeezed(row.broker_symbol) : "";
      const auto [name, begins] = words_of(row.name);
      Title t;
      t.text = static_cast<std::uint32_t>(text_.size());
      t.symbol_size = static_cast<std::uint32_t>(text.size());
      t.alias_size = static_cast<std::uint32_t>(alias.size());
      t.name_size = static_cast<std::uint32_t>(name.size());
      t.word_begins = begins;
      t.letters = letters_of(text) | letters_of(alias) | letters_of(name);
      text_.append(text).append(alias).append(name);
      titles_.push_back(t);
    }
    const auto expiry = std::lower_bound(expiries_.begin(), expiries_.end(), row.expiry) - expiries_.begin();
    const double strike = static_cast<double>(row.strike) * std::pow(10.0, row.exponents.price);
    placed.push_back(
        {title->second,
         {i, static_cast<std::uint32_t>(expiry), exchanges.of(row.exchange), kind_of(row), false, strike}});
  }
  std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    return std::tuple(a.title, a.row.expiry, a.row.row) < std::tuple(b.title, b.row.expiry, b.row.row);
  });
  rows_.reserve(placed.size());
  for (const Placed& p : placed) {
    Title& title = titles_[p.title];
    if (title.end == 0) title.begin = static_cast<std::uint32_t>(rows_.size());
    rows_.push_back(p.row);
    title.end = static_cast<std::uint32_t>(rows_.size());
  }
  for (const Title& t : titles_) mark_weekly(std::span(rows_).subspan(t.begin, t.end - t.begin), list);
  exchanges_ = std::move(exchanges.texts());
  text_.shrink_to_fit();
  titles_.shrink_to_fit();
}

std::size_t WordIndex::next_word(const Title& title, std::size_t at) {
  do ++at;
  while (at < title.name_size && (at >= kWordBits || (title.word_begins >> at & 1) == 0));
  return at;
}

std::size_t WordIndex::bytes() const {
  return text_.capacity() + titles_.capacity() * sizeof(Title) + rows_.capacity() * sizeof(Row) +
         (exchanges_.capacity() + expiries_.capacity()) * sizeof(std::string_view);
}

std::uint64_t WordIndex::letters_of(std::string_view squeezed) {
  std::uint64_t letters = 0;
  for (const char c : squeezed) {
    const unsigned bit = c >= 'A' && c <= 'Z'   ? static_cast<unsigned>(c - 'A')
                         : c >= '0' && c <= '9' ? static_cast<unsigned>(c - '0') + 26
                                                : 36;
    letters |= std::uint64_t{1} << bit;
  }
  return letters;
}

WordIndex::Fit WordIndex::fit(const Title& title, const SearchWord& word, std::uint64_t letters) const {
  Fit fit;
  if ((letters & ~title.letters) != 0 || word.text.empty()) return fit;
  const std::string_view text = word.text;
  const std::size_t in_symbol = symbol(title).find(text);
  fit.in_symbol = in_symbol != std::string_view::npos;
  fit.begins_symbol = in_symbol == 0;
  fit.is_word = fit.begins_symbol && title.symbol_size == text.size();
  const std::size_t in_alias = alias(title).find(text);
  fit.in_alias = in_alias != std::string_view::npos;
  fit.begins_alias = in_alias == 0;
  fit.is_word |= fit.begins_alias && title.alias_size == text.size();
  const std::string_view all = name(title);
  const auto begins = [&](std::size_t at) { return at < kWordBits && (title.word_begins >> at & 1) != 0; };
  for (std::size_t at = all.find(text); at != std::string_view::npos; at = all.find(text, at + 1)) {
    fit.in_name = true;
    const std::size_t end = at + text.size();
    fit.begins_word |= begins(at);
    fit.is_word |= begins(at) && (end == all.size() || begins(end));
  }
  return fit;
}

}  // namespace gw::instruments
