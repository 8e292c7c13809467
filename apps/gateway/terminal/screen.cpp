#include "apps/gateway/terminal/screen.hpp"

namespace gw::app {

std::string Screen::show(const std::vector<Line>& lines, ScreenSize size) {
  std::string out;
  if (!known_ || size != size_) {
    out = "\033[2J";
    rows_.assign(size.rows, "");
    size_ = size;
    known_ = true;
  }
  for (std::size_t row = 0; row < size.rows; ++row) {
    Line line = row < lines.size() ? lines[row] : Line();
    line.cut(size.columns);
    std::string text = line.render(look_);
    if (text == rows_[row]) continue;
    out += "\033[" + std::to_string(row + 1) + ";1H" + text;
    // Behind the last column there is nothing to clear, and some terminals would clear that column.
    if (line.width() < size.columns) out += "\033[K";
    rows_[row] = std::move(text);
  }
  return out;
}

}  // namespace gw::app
