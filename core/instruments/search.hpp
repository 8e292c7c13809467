// A search over an Index, a part at a time: hundreds of thousands of rows take milliseconds.
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
  // Best match first: the symbol itself, symbols that begin so, symbols or names that contain it; without case, and the
  // broker's own spelling counts like the symbol. Contracts that are over come last. An empty text lists. An empty
  // exchange means every one.
  Search(std::shared_ptr<const Index> index, std::string_view text, std::string_view exchange, std::size_t limit,
         Expiries expiries = {});

  // Looks at so many rows more. True: at all of them.
  bool look_at(std::size_t rows);
  std::size_t rows() const { return index_->size(); }
  // The best of those that were looked at; their texts live as long as this.
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
  std::array<std::vector<const InstrumentView*>, 2 * kRanks> ranks_;  // then those of what is over
  std::string upper_;                                                 // scratch
};

}  // namespace gw::instruments
