#include "apps/gateway/watch/book_layout.hpp"

#include <algorithm>
#include <string>

#include "apps/gateway/watch/number_text.hpp"

namespace gw::app {
namespace {

constexpr std::size_t kMiddle = 3;  // " | "
constexpr std::size_t kMinBar = 4;
constexpr std::size_t kMaxBar = 30;

// The widths of one side's columns; 0: there is no such column.
struct Widths {
  std::size_t bar = 0;
  std::size_t orders = 0;
  std::size_t quantity = 0;
  std::size_t price = 0;
};

// The price has its width first, then the quantity; orders and bars have what is left.
Widths widths_of(const std::vector<BookLevel>& bids, const std::vector<BookLevel>& asks, std::size_t half) {
  Widths w;
  std::size_t price = 8;
  std::size_t quantity = 8;
  std::size_t orders = 0;
  for (const auto* side : {&bids, &asks})
    for (const BookLevel& level : *side) {
      price = std::max(price, level.price.size());
      quantity = std::max(quantity, level.quantity.size());
      if (!level.orders.empty()) orders = std::max({orders, level.orders.size(), std::string("orders").size()});
    }
  w.price = std::min(price, half);
  w.quantity = std::min(quantity, half - std::min(half, w.price + 1));
  std::size_t left = half - std::min(half, w.price + 1 + w.quantity);
  if (orders != 0 && left > orders) {
    w.orders = orders;
    left -= orders + 1;
  }
  if (left > kMinBar) w.bar = std::min(left - 1, kMaxBar);
  return w;
}

std::string bar_of(const BookLevel& level, double most, std::size_t width) {
  if (width == 0 || most <= 0) return "";
  return std::string(static_cast<std::size_t>(std::clamp(level.amount / most, 0.0, 1.0) * static_cast<double>(width)),
                     '#');
}

Line bid_line(const BookLevel& level, const Widths& w, double most, bool trusted) {
  Line line;
  if (w.bar != 0)
    line.add(right_aligned(bar_of(level, most, w.bar), w.bar) + ' ', trusted ? Style::bid_bar : Style::pale);
  if (w.orders != 0) line.add(right_aligned(level.orders, w.orders) + ' ', trusted ? Style::plain : Style::pale);
  if (w.quantity != 0)
    line.add(right_aligned(fit_quantity(level.quantity, w.quantity), w.quantity) + ' ',
             trusted ? Style::plain : Style::pale);
  return line.add(right_aligned(level.price, w.price), trusted ? Style::bid : Style::pale);
}

Line ask_line(const BookLevel& level, const Widths& w, double most, bool trusted) {
  Line line;
  line.add(left_aligned(level.price, w.price), trusted ? Style::ask : Style::pale);
  if (w.quantity != 0)
    line.add(' ' + left_aligned(fit_quantity(level.quantity, w.quantity), w.quantity),
             trusted ? Style::plain : Style::pale);
  if (w.orders != 0) line.add(' ' + left_aligned(level.orders, w.orders), trusted ? Style::plain : Style::pale);
  if (w.bar != 0) line.add(' ' + bar_of(level, most, w.bar), trusted ? Style::ask_bar : Style::pale);
  return line;
}

std::size_t side_of(const Widths& w) {
  return w.price + (w.quantity != 0 ? w.quantity + 1 : 0) + (w.orders != 0 ? w.orders + 1 : 0) +
         (w.bar != 0 ? w.bar + 1 : 0);
}

}  // namespace

BookRows lay_out_book(const std::vector<BookLevel>& all_bids, const std::vector<BookLevel>& all_asks, std::size_t count,
                      std::size_t columns, bool trusted) {
  const auto first = [count](const std::vector<BookLevel>& side) {
    return std::vector(side.begin(), side.begin() + static_cast<std::ptrdiff_t>(std::min(count, side.size())));
  };
  const std::vector<BookLevel> bids = first(all_bids);
  const std::vector<BookLevel> asks = first(all_asks);
  const Widths w = widths_of(bids, asks, columns <= kMiddle ? 0 : (columns - kMiddle) / 2);
  double most = 0;
  for (const auto* side : {&bids, &asks})
    for (const BookLevel& level : *side) most = std::max(most, level.amount);

  BookRows rows;
  const std::size_t side = side_of(w);
  Line left = bid_line({"bid", w.quantity < 8 ? "qty" : "quantity", "orders"}, w, 0, false);
  rows.head = left.add(" | ", Style::pale)
                  .append(ask_line({"ask", w.quantity < 8 ? "qty" : "quantity", "orders"}, w, 0, false));
  for (std::size_t i = 0; i < std::max(bids.size(), asks.size()); ++i) {
    Line line = i < bids.size() ? bid_line(bids[i], w, most, trusted) : Line();
    line.pad_to(side).add(" | ", Style::pale);
    if (i < asks.size()) line.append(ask_line(asks[i], w, most, trusted));
    rows.levels.push_back(std::move(line));
  }
  return rows;
}

}  // namespace gw::app
