#include "core/instruments/search.hpp"

#include <algorithm>
#include <tuple>

#include "core/base/text.hpp"

namespace gw::instruments {
namespace {

bool is_better(const InstrumentView* a, const InstrumentView* b) {
  return std::tuple(a->symbol.size(), a->symbol, a->exchange) < std::tuple(b->symbol.size(), b->symbol, b->exchange);
}

// Into memory that is used again.
const std::string& upper_of(std::string_view text, std::string& memory) {
  memory.assign(text);
  for (char& c : memory)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return memory;
}

}  // namespace

Search::Search(std::shared_ptr<const Index> index, std::string_view text, std::string_view exchange, std::size_t limit)
    : index_(std::move(index)), text_(upper(text)), exchange_(exchange), limit_(limit) {}

bool Search::look_at(std::size_t rows) {
  const auto all = index_->rows();
  const std::size_t end = std::min(all.size(), at_ + rows);
  for (; at_ < end; ++at_) {
    const InstrumentView& row = all[at_];
    if (!exchange_.empty() && row.exchange != exchange_) continue;
    const int rank = text_.empty() ? 1 : rank_of(row);
    if (rank >= 4) continue;
    auto& found = ranks_[static_cast<std::size_t>(rank)];
    found.push_back(&row);
    if (found.size() < 2 * limit_ + 64) continue;
    std::nth_element(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(limit_), found.end(), is_better);
    found.resize(limit_);
  }
  return at_ == all.size();
}

// 0 is the best; 4: no match.
int Search::rank_of(const InstrumentView& row) {
  const std::size_t at = upper_of(row.symbol, upper_).find(text_);
  if (at == 0) return upper_.size() == text_.size() ? 0 : 1;
  if (at != std::string::npos) return 2;
  return upper_of(row.name, upper_).find(text_) != std::string::npos ? 3 : 4;
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
