// One row of the terminal as text with styles, and how rows are made to fit. Pure: nothing here knows the terminal.
// [any]
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gw::app {

enum class Style { plain, bold, pale, good, warning, bad, bid, ask, bid_bar, ask_bar };

// How a terminal shows styles.
struct Look {
  bool color = true;    // false: no escape sequence within a row
  bool blocks = false;  // bars are block characters, which take UTF-8; else '#'
};

// Text of others made safe for a terminal: a character that is not printable ASCII becomes '?', so that each takes one
// column, and none is an escape sequence.
std::string printable(std::string_view text);

class Line {
 public:
  Line() = default;
  explicit Line(std::string_view text, Style style = Style::plain) { add(text, style); }

  // `text` goes through printable().
  Line& add(std::string_view text, Style style = Style::plain);
  // Spaces up to this column; none when the line is as long.
  Line& pad_to(std::size_t column);
  Line& append(const Line& other);
  // At most so many columns.
  void cut(std::size_t columns);

  std::size_t width() const { return width_; }
  bool empty() const { return width_ == 0; }
  std::string text() const;
  // With the escape sequences and characters of the look.
  std::string render(const Look& look) const;

 private:
  struct Span {
    std::string text;
    Style style;
  };
  std::vector<Span> spans_;
  std::size_t width_ = 0;
};

// `left`, and `right` at the end of `columns`. Where both do not fit, `right` is cut, then `left`.
Line spread(Line left, const Line& right, std::size_t columns);
// `text` within `width` columns, at the right or the left end of them.
std::string right_aligned(std::string_view text, std::size_t width);
std::string left_aligned(std::string_view text, std::size_t width);
// A cell of a table: `text` in `width` columns, and a space; it ends with ".." where it is cut.
std::string cell(std::string_view text, std::size_t width);
// `text` in rows of at most 80 columns that begin with `indent` spaces; broken at spaces where that can be. Each row
// ends with a line end.
std::string wrapped(std::string_view text, std::size_t indent);
// Items of text in rows of at most `columns`, two spaces between them. An item that is longer is cut.
std::vector<std::string> packed(const std::vector<std::string>& items, std::size_t columns);

}  // namespace gw::app
