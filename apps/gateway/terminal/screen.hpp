// What a terminal shows now, row by row, and what has to be written so that it shows something else. Pure. [any]
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "apps/gateway/terminal/line.hpp"

namespace gw::app {

// Layouts use no more columns: in wider terminals the two ends of a row would be far apart.
inline constexpr std::size_t kMaxColumns = 120;

struct ScreenSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
  friend bool operator==(const ScreenSize&, const ScreenSize&) = default;
};

class Screen {
 public:
  explicit Screen(const Look& look) : look_(look) {}

  // What changes the screen to these lines, empty rows below them. Lines beyond the screen and what is too long are
  // cut, so that nothing wraps or scrolls. Empty: all is shown already.
  std::string show(const std::vector<Line>& lines, ScreenSize size);
  // The screen may show anything by now: the next show() clears it first.
  void forget() { known_ = false; }

 private:
  Look look_;
  ScreenSize size_;
  bool known_ = false;
  std::vector<std::string> rows_;  // as they were written
};

}  // namespace gw::app
