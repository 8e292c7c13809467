#include "core/instruments/search.hpp"

#include <algorithm>
#include <tuple>

#include "core/base/text.hpp"

namespace gw::instruments {
namespace {

bool is_better(const InstrumentView* a, const InstrumentView* b) {
  return std::tuple(a->symbol.size(), a->symbol, a->exchange) < std::tuple(b->symbol.size(), b->symbol, b->exchange);
}

// `text` in upper case, in `memory`, which is used again.
const std::string& upper_of(std::string_view text, std::string& memory) {
  memory.assign(text);
  for (char& c : memory)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return memory;
}

}  // namespace

Search::Search(std::shared_ptr<const Index> index, std::string_view text, std::string_view exchange, std::size_t limit,
               Expiries expiries)
    : index_(std::move(index)),
      text_(upper(text)),
      exchange_(exchange),
      limit_(limit),
      expiries_(std::move(expiries)) {}

bool Search::look_at(std::size_t rows) {
  const auto all = index_->rows();
  const std::size_t end = std::min(all.size(), at_ + rows);
  for (; at_ < end; ++at_) {
    const InstrumentView& row = all[at_];
    if (!exchange_.empty() && row.exchange != exchange_) continue;
    const std::size_t rank = text_.empty() ? 1 : rank_of(row);
    if (rank >= kRanks) continue;
    auto& found = ranks_[expiries_.is_over(row.exchange, row.expiry) ? kRanks + rank : rank];
    found.push_back(&row);
    if (found.size() < 2 * limit_ + 64) continue;
    std::nth_element(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(limit_), found.end(), is_better);
    found.resize(limit_);
  }
  return at_ == all.size();
}

// 0 is the best; kRanks: no match.
std::size_t Search::rank_of(const InstrumentView& row) {
  std::size_t rank = rank_of(row.symbol);
  if (rank != 0 && row.broker_symbol != row.symbol) rank = std::min(rank, rank_of(row.broker_symbol));
  if (rank < kRanks) return rank;
  return upper_of(row.name, upper_).find(text_) != std::string::npos ? 3 : kRanks;
}

std::size_t Search::rank_of(std::string_view spelling) {
  const std::size_t at = upper_of(spelling, upper_).find(text_);
  if (at == 0) return upper_.size() == text_.size() ? 0 : 1;
  return at != std::string::npos ? 2 : kRanks;
}

std::vector<InstrumentView> Search::found() {
  std::vector<InstrumentView> best;
  for (auto& rows : ranks_) {
    std::sort(rows.begin(), rows.end(), is_better);
    for (const InstrumentView* row : rows) {
      if (best.size() >= limit_) return best;
      best.push_back(*row);
    }
  }
  return best;
}

}  // namespace gw::instruments
