// A search over an Index that can be done a part at a time, because hundreds of thousands of rows take milliseconds.
// Belongs to one thread.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/instruments/expiries.hpp"
#include "core/instruments/index.hpp"

namespace gw::instruments {

class Search {
 public:
  // Best match first: the symbol that is `text`, symbols that begin with it, symbols that contain it, names that
  // contain it. Case is ignored, and the broker's own spelling counts like the symbol. Contracts that are over come
  // last. An empty text matches every row, an empty exchange means every exchange.
  Search(std::shared_ptr<const Index> index, std::string_view text, std::string_view exchange, std::size_t limit,
         Expiries expiries = {});

  // Looks at the next `rows` rows. True: the search has looked at all rows.
  bool look_at(std::size_t rows);
  std::size_t rows() const { return index_->size(); }
  // The best matches among the rows looked at; their texts live as long as this object.
  std::vector<InstrumentView> found();
  const Expiries& expiries() const { return expiries_; }

 private:
  static constexpr std::size_t kRanks = 4;
  std::size_t rank_of(const InstrumentView& row);
  std::size_t rank_of(std::string_view spelling);

  std::shared_ptr<const Index> index_;
  std::string text_;  // upper case
  std::string exchange_;
  std::size_t limit_;
  std::size_t at_ = 0;
  Expiries expiries_;
  std::array<std::vector<const InstrumentView*>, 2 * kRanks> ranks_;  // by rank; then contracts that are over, by rank
  std::string upper_;                                                 // scratch
};

}  // namespace gw::instruments
