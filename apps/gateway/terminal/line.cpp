#include "apps/gateway/terminal/line.hpp"

#include <algorithm>

namespace gw::app {
namespace {

constexpr std::size_t kGap = 2;  // columns between two things of a row

const char* sequence(Style style) {
  switch (style) {
    case Style::plain:
      return "";
    case Style::bold:
      return "\033[1m";
    case Style::pale:
      return "\033[2m";
    case Style::good:
    case Style::bid:
    case Style::bid_bar:
      return "\033[32m";
    case Style::warning:
      return "\033[33m";
    case Style::bad:
      return "\033[1;31m";
    case Style::ask:
    case Style::ask_bar:
      return "\033[31m";
  }
  return "";
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) == 0x80) continue;  // the rest of a UTF-8 character
    out += c >= ' ' && c <= '~' ? c : '?';
  }
  return out;
}

Line& Line::add(std::string_view text, Style style) {
  spans_.push_back({printable(text), style});
  width_ += spans_.back().text.size();
  return *this;
}

Line& Line::pad_to(std::size_t column) { return column > width_ ? add(std::string(column - width_, ' ')) : *this; }

Line& Line::append(const Line& other) {
  spans_.insert(spans_.end(), other.spans_.begin(), other.spans_.end());
  width_ += other.width_;
  return *this;
}

void Line::cut(std::size_t columns) {
  while (width_ > columns) {
    std::string& last = spans_.back().text;
    const std::size_t more = std::min(width_ - columns, last.size());
    last.resize(last.size() - more);
    width_ -= more;
    if (last.empty()) spans_.pop_back();
  }
}

std::string Line::text() const {
  std::string out;
  for (const Span& span : spans_) out += span.text;
  return out;
}

std::string Line::render(const Look& look) const {
  std::string out;
  for (const Span& span : spans_) {
    const std::string_view begin = look.color ? sequence(span.style) : "";
    out += begin;
    const bool is_bar = span.style == Style::bid_bar || span.style == Style::ask_bar;
    for (const char c : span.text) {
      if (is_bar && look.blocks && c == '#')
        out += "\u2588";
      else
        out += c;
    }
    if (!begin.empty()) out += "\033[0m";
  }
  return out;
}

Line spread(Line left, const Line& right, std::size_t columns) {
  left.cut(columns);
  if (right.empty() || left.width() + kGap >= columns) return left;
  Line shown = right;
  shown.cut(columns - left.width() - kGap);
  left.pad_to(columns - shown.width());
  return left.append(shown);
}

std::string right_aligned(std::string_view text, std::size_t width) {
  const std::string_view shown = text.substr(0, width);
  return std::string(width - shown.size(), ' ') + std::string(shown);
}

std::string left_aligned(std::string_view text, std::size_t width) {
  const std::string_view shown = text.substr(0, width);
  return std::string(shown) + std::string(width - shown.size(), ' ');
}

std::string cell(std::string_view text, std::size_t width) {
  const std::string safe = printable(text);
  if (safe.size() <= width) return left_aligned(safe, width) + ' ';
  return safe.substr(0, width - 2) + ".. ";
}

std::string wrapped(std::string_view text, std::size_t indent) {
  constexpr std::size_t kColumns = 80;
  std::string rest = printable(text);
  std::string out;
  const std::size_t width = kColumns - indent;
  while (rest.size() > width) {
    std::size_t space = rest.rfind(' ', width);
    const bool has_space = space != std::string::npos && space != 0;
    if (!has_space) space = width;
    out += std::string(indent, ' ') + rest.substr(0, space) + '\n';
    rest.erase(0, space + (has_space ? 1 : 0));
  }
  return out + std::string(indent, ' ') + rest + '\n';
}

std::vector<std::string> packed(const std::vector<std::string>& items, std::size_t columns) {
  std::vector<std::string> rows;
  for (const std::string& item : items) {
    if (!rows.empty() && rows.back().size() + kGap + item.size() <= columns)
      rows.back() += std::string(kGap, ' ') + item;
    else
      rows.push_back(item.substr(0, columns));
  }
  return rows;
}

}  // namespace gw::app
