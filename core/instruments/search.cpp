#include "core/instruments/search.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/base/text.hpp"

namespace gw::instruments {
namespace {

std::uint8_t sort_of(RowKind kind) {
  if (kind == RowKind::call || kind == RowKind::put) return 2;
  return kind == RowKind::future ? 1 : 0;
}

// `text`: in upper case.
bool is_same(std::string_view spelling, std::string_view text) {
  return spelling.size() == text.size() && (spelling == text || upper(spelling) == text);
}

// Of one symbol at two exchanges the other one comes first: it has most of the trade.
bool is_of_bse(std::string_view exchange) { return exchange.starts_with('B'); }

}  // namespace

Search::Search(std::shared_ptr<const Index> index, std::string_view text, std::string_view exchange, std::size_t limit,
               Expiries expiries)
    : index_(std::move(index)),
      text_(search_words(text)),
      exchange_(exchange),
      limit_(limit),
      expiries_(std::move(expiries)) {
  const auto known = index_->words().exchanges();
  if (text_.is_too_long) return;
  if (!exchange_.empty() && std::find(known.begin(), known.end(), exchange_) == known.end()) return;
  if (!find_exact(text_.text.rfind('.'), false) && !find_exact(text_.text.find(':'), true)) begin(Pass::words);
}

// False: the text is not a symbol and an exchange with a mark between them.
bool Search::find_exact(std::size_t mark, bool exchange_first) {
  if (mark == std::string::npos) return false;
  const auto before = [mark](std::string_view text) { return text.substr(0, mark); };
  const auto after = [mark](std::string_view text) { return text.substr(mark + 1); };
  const auto symbol = [&](std::string_view text) { return exchange_first ? after(text) : before(text); };
  const std::string_view exchange = exchange_first ? before(text_.text) : after(text_.text);
  const auto all = index_->words().exchanges();
  const auto known = std::find_if(all.begin(), all.end(), [&](std::string_view e) { return upper(e) == exchange; });
  if (known == all.end() || symbol(text_.text).empty()) return false;
  if (!exchange_.empty() && exchange_ != *known) return true;
  exact_ = index_->find(symbol(text_.text), *known);
  if (!exact_) exact_ = index_->find(symbol(text_.typed), *known);
  return true;
}

void Search::begin(Pass pass) {
  if (pass == Pass::parts && text_.parts.empty()) pass = Pass::spellings;
  if (pass == Pass::spellings && text_.text.find_first_of("0123456789") == std::string::npos) pass = Pass::done;
  if (pass == Pass::words && text_.words.empty() && !text_.text.empty()) pass = Pass::done;
  pass_ = pass;
  title_ = row_ = 0;
  in_title_ = false;
  if (pass == Pass::words) matcher_.emplace(index_->words(), text_.words);
  if (pass == Pass::parts) matcher_.emplace(index_->words(), text_.parts);
}

bool Search::look_at(std::size_t count) {
  while (pass_ != Pass::done && count != 0) {
    const std::size_t done = pass_ == Pass::spellings ? look_at_spellings(count) : look_at_rows(count);
    count -= done;
    looked_at_ += done;
    if (done != 0) continue;
    begin(found_.empty() ? static_cast<Pass>(static_cast<int>(pass_) + 1) : Pass::done);
  }
  return pass_ == Pass::done;
}

// Returns how many titles and rows it has looked at; 0: there are no more.
std::size_t Search::look_at_rows(std::size_t count) {
  const WordIndex& words = index_->words();
  std::size_t done = 0;
  while (done < count) {
    if (!in_title_) {
      if (title_ == words.titles().size()) break;
      ++done;
      const WordIndex::Title& title = words.titles()[title_];
      in_title_ = matcher_->take(title);
      if (in_title_)
        row_ = title.begin;
      else
        ++title_;
      continue;
    }
    const WordIndex::Title& title = words.titles()[title_];
    for (; row_ < title.end && done < count; ++row_, ++done) {
      const WordIndex::Row& row = words.rows()[row_];
      if (const auto rank = matcher_->rank(row)) take(title, row, *rank);
    }
    if (row_ < title.end) break;
    in_title_ = false;
    ++title_;
  }
  return done;
}

void Search::take(const WordIndex::Title& title, const WordIndex::Row& row, WordMatcher::Rank rank) {
  const WordIndex& words = index_->words();
  const std::string_view exchange = words.exchanges()[row.exchange];
  if (!exchange_.empty() && exchange != exchange_) return;
  Match match;
  match.row = row.row;
  match.is_over = expiries_.is_over(exchange, words.expiries()[row.expiry]);
  if (text_.words.empty()) {
    match.size = index_->rows()[row.row].symbol.size();
    return keep(match);
  }
  match.tier = rank.tier;
  match.level = rank.level;
  match.is_loose = rank.is_loose;
  match.sort = sort_of(row.kind);
  match.expiry = row.expiry;
  match.size = title.symbol_size;
  match.strike = row.strike;
  if (rank.tier <= 1) {
    const InstrumentView& listed = index_->rows()[row.row];
    if (is_same(listed.symbol, text_.text) || is_same(listed.broker_symbol, text_.text)) match.tier = match.level = 0;
  }
  keep(match);
}

std::size_t Search::look_at_spellings(std::size_t count) {
  const auto all = index_->rows();
  const std::size_t end = std::min(all.size(), row_ + count);
  const std::size_t done = end - row_;
  for (; row_ < end; ++row_) {
    const InstrumentView& row = all[row_];
    if (!exchange_.empty() && row.exchange != exchange_) continue;
    // Both are in upper case for contracts; other rows have a title.
    const std::size_t at = std::min(row.symbol.find(text_.text), row.broker_symbol.find(text_.text));
    if (at == std::string::npos) continue;
    Match match;
    match.row = static_cast<std::uint32_t>(row_);
    match.is_over = expiries_.is_over(row.exchange, row.expiry);
    match.tier = at == 0 ? 1 : 2;
    match.size = row.symbol.size();
    keep(match);
  }
  return done;
}

void Search::keep(const Match& match) {
  found_.push_back(match);
  if (found_.size() < 2 * limit_ + 64) return;
  std::nth_element(found_.begin(), found_.begin() + static_cast<std::ptrdiff_t>(limit_), found_.end(),
                   [this](const Match& a, const Match& b) { return is_better(a, b); });
  found_.resize(std::max<std::size_t>(limit_, 1));
}

bool Search::is_better(const Match& a, const Match& b) const {
  const auto order = [](const Match& m) {
    return std::tie(m.is_over, m.tier, m.sort, m.level, m.is_loose, m.expiry, m.size, m.strike);
  };
  if (order(a) != order(b)) return order(a) < order(b);
  const auto rest = [this](const Match& m) {
    const InstrumentView& row = index_->rows()[m.row];
    return std::tuple(row.symbol, is_of_bse(row.exchange), row.exchange);
  };
  return rest(a) < rest(b);
}

std::vector<InstrumentView> Search::found() {
  std::vector<InstrumentView> best;
  if (exact_ && limit_ != 0) best.push_back(*exact_);
  std::sort(found_.begin(), found_.end(), [this](const Match& a, const Match& b) { return is_better(a, b); });
  for (std::size_t i = 0; i < found_.size() && i < limit_; ++i) best.push_back(index_->rows()[found_[i].row]);
  return best;
}

}  // namespace gw::instruments
