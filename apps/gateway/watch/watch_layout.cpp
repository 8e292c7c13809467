#include "apps/gateway/watch/watch_layout.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>

#include "apps/gateway/watch/book_layout.hpp"
#include "apps/gateway/watch/number_text.hpp"

namespace gw::app {
namespace {

constexpr std::size_t kLevelsBeforeDetails = 5;

// Rows in their order on the screen. Where there are too many, those with the highest rank are left out.
class Rows {
 public:
  void add(int rank, Line line) { rows_.push_back({rank, std::move(line)}); }
  std::vector<Line> take(std::size_t count) && {
    const auto by_rank = [](const Row& one, const Row& other) { return one.rank < other.rank; };
    while (rows_.size() > count) rows_.erase(std::prev(std::max_element(rows_.rbegin(), rows_.rend(), by_rank).base()));
    std::vector<Line> lines;
    for (Row& row : rows_) lines.push_back(std::move(row.line));
    return lines;
  }

 private:
  struct Row {
    int rank;
    Line line;
  };
  std::vector<Row> rows_;
};

enum Rank : int { kBest, kPrice, kWorth, kTitle, kDetails, kLevels };
// Behind the first levels.
constexpr int kHead = kLevels + 3;
constexpr int kFallback = kLevels + 8;
constexpr int kMoreDetails = kLevels + 9;
constexpr int kMoreLevels = kLevels + 10;

// "+4.10 (+0.29 %)"; empty: there is nothing to compare with.
std::string change_of(const WatchValues& values) {
  const std::string ltp = values["ltp"];
  const bool by_close = !values["close"].empty();
  const std::string before = by_close ? values["close"] : values.is_of_24_hours() ? values["open"] : "";
  if (ltp.empty() || before.empty()) return "";
  const double from = std::strtod(before.c_str(), nullptr);
  const double by = std::strtod(ltp.c_str(), nullptr) - from;
  char text[96];
  const auto decimals = static_cast<int>(std::max(decimals_of(ltp), decimals_of(before)));
  if (from > 0)
    std::snprintf(text, sizeof text, "%+.*f (%+.2f %%)%s", decimals, by, by / from * 100, by_close ? "" : " in 24 h");
  else
    std::snprintf(text, sizeof text, "%+.*f", decimals, by);
  return text;
}

std::string spread_of(const WatchValues& values) {
  const std::string bid = values.bids().empty() ? values["bid"] : values.bids().front().price;
  const std::string ask = values.asks().empty() ? values["ask"] : values.asks().front().price;
  if (bid.empty() || ask.empty()) return "";
  char text[48];
  std::snprintf(text, sizeof text, "spread %.*f", static_cast<int>(std::max(decimals_of(bid), decimals_of(ask))),
                std::strtod(ask.c_str(), nullptr) - std::strtod(bid.c_str(), nullptr));
  return text;
}

Line worth_line(const WatchState& state, const Worth& worth, std::size_t columns, const Now& now) {
  Line left(worth.words, worth.style);
  if (const auto age = state.values().age(now.seconds)) left.add("  " + age_text(*age) + " ago");
  Line right(state.broker());
  if (state.is_simulated()) right.add(right.empty() ? "simulated" : " simulated", Style::warning);
  return spread(std::move(left), right, columns);
}

std::string depth_of(const WatchState& state) {
  if (state.watched().mode != "depth") return state.watched().mode;
  if (state.granted_depth())
    return "depth " + std::to_string(*state.granted_depth()) + " of " + std::to_string(state.watched().depth);
  return "depth " + std::to_string(state.watched().depth);
}

// The last price and what it means. `details` gets what has no room.
Line price_line(const WatchState& state, const Worth& worth, std::size_t columns, std::vector<std::string>& details) {
  const WatchValues& values = state.values();
  const std::string ltp = values["ltp"];
  const std::string change = change_of(values);
  Line left(ltp.empty() ? "no last price" : ltp, worth.counts ? Style::bold : Style::pale);
  if (!change.empty()) {
    const Style way = change.front() == '-' ? Style::ask : Style::bid;
    left.add("  ").add(change, worth.counts ? way : Style::pale);
  }
  const Line right(depth_of(state), state.granted_depth() ? Style::warning : Style::plain);
  if (const std::string spread = spread_of(values); !spread.empty()) {
    if (left.width() + spread.size() + right.width() + 4 <= columns)
      left.add("  " + spread);
    else
      details.push_back(spread);
  }
  return spread(std::move(left), right, columns);
}

std::vector<std::string> details_of(const WatchValues& values) {
  constexpr std::pair<const char*, const char*> kShown[] = {{"open", "open"},     {"high", "high"},
                                                            {"low", "low"},       {"close", "close"},
                                                            {"volume", "volume"}, {"avg_trade_price", "average"},
                                                            {"oi", "oi"}};
  std::vector<std::string> items;
  for (const auto& [name, words] : kShown)
    if (const std::string value = values[name]; !value.empty()) items.push_back(std::string(words) + ' ' + value);
  // Modes without a book may know the best prices all the same.
  for (const char* side : {"bid", "ask"})
    if (const std::string price = values[side]; values.bids().empty() && !price.empty())
      items.push_back(std::string(side) + ' ' + price + " x " + values[std::string(side) + "_quantity"]);
  return items;
}

}  // namespace

std::vector<Line> lay_out(const WatchState& state, ScreenSize size, const Now& now) {
  const std::size_t columns = std::min(size.columns, kMaxColumns);
  const Worth worth = state.worth(now);
  const WatchValues& values = state.values();
  Rows rows;
  rows.add(kTitle, spread(Line(state.watched().symbol + '.' + state.watched().exchange, Style::bold), Line(now.clock),
                          columns));
  rows.add(kWorth, worth_line(state, worth, columns, now));
  std::vector<std::string> details;
  rows.add(kPrice, price_line(state, worth, columns, details));
  for (std::string& item : details_of(values)) details.push_back(std::move(item));
  int rank = kDetails;
  for (const std::string& row : packed(details, columns)) {
    rows.add(rank, Line(row));
    rank = kMoreDetails;
  }
  if (!state.fallback().empty() && state.fallback().size() <= columns)
    rows.add(kFallback, Line(state.fallback(), Style::warning));
  if (state.watched().mode == "depth") {
    BookRows book = lay_out_book(values.bids(), values.asks(), size.rows, columns, worth.counts);
    rows.add(book.levels.empty() ? kBest : kHead,
             book.levels.empty() ? Line("no book yet", Style::pale) : std::move(book.head));
    for (std::size_t i = 0; i < book.levels.size(); ++i) {
      const auto place = static_cast<int>(i);
      const int level = i < kLevelsBeforeDetails ? kLevels + place : kMoreLevels + place;
      rows.add(i == 0 ? static_cast<int>(kBest) : level, std::move(book.levels[i]));
    }
  }
  // The last row of the screen is for what happened.
  const bool has_last = size.rows > 3;
  std::vector<Line> lines = std::move(rows).take(has_last ? size.rows - 1 : size.rows);
  if (has_last) {
    lines.resize(size.rows - 1);
    lines.push_back(spread(Line(state.event(), worth.counts ? Style::plain : Style::warning),
                           Line("q: quit", Style::pale), columns));
  }
  for (Line& line : lines) line.cut(columns);
  return lines;
}

}  // namespace gw::app
