// A depth book as rows of a terminal: bids at the left, asks at the right, the best ones first. Pure. [any]
#pragma once

#include <cstddef>
#include <vector>

#include "apps/gateway/terminal/line.hpp"
#include "apps/gateway/watch/watch_values.hpp"

namespace gw::app {

struct BookRows {
  Line head;                 // the columns' names
  std::vector<Line> levels;  // `count` at the most
};
// `trusted`: false shows the book pale, because it may be old.
BookRows lay_out_book(const std::vector<BookLevel>& bids, const std::vector<BookLevel>& asks, std::size_t count,
                      std::size_t columns, bool trusted);

}  // namespace gw::app
