#include "apps/gateway/top/top_layout.hpp"

#include <algorithm>
#include <cstdio>

#include "apps/gateway/watch/number_text.hpp"

namespace gw::app {
namespace {

// "12", "3.4k", "1.2M"; "-": not known yet.
std::string rate_text(double rate) {
  char text[32];
  if (rate < 0) return "-";
  if (rate < 10'000)
    std::snprintf(text, sizeof text, rate < 10 ? "%.1f" : "%.0f", rate);
  else if (rate < 1e6)
    std::snprintf(text, sizeof text, "%.1fk", rate / 1e3);
  else
    std::snprintf(text, sizeof text, "%.1fM", rate / 1e6);
  return text;
}

std::string of_most(std::uint64_t count, std::uint64_t most) {
  return std::to_string(count) + (most == 0 ? "" : "/" + std::to_string(most));
}

Style style_of_state(const std::string& state) {
  if (state == "connected") return Style::good;
  return state == "connecting" || state == "reconnecting" ? Style::warning : Style::bad;
}

Style style_of_feed(const std::string& feed) {
  if (feed == "live") return Style::good;
  return feed == "stale" ? Style::bad : Style::plain;
}

// One column of the table of brokers. The last ones are left out where there is no room.
struct Column {
  const char* head;
  std::size_t width;
  bool right;
  std::string (*text)(const BrokerRow& row);
  Style (*style)(const BrokerRow& row);
};

Style no_style(const BrokerRow&) { return Style::plain; }

const Column kColumns[] = {
    {"BROKER", 11, false, [](const BrokerRow& r) { return r.name; }, no_style},
    {"STATE", 12, false, [](const BrokerRow& r) { return r.state; },
     [](const BrokerRow& r) { return style_of_state(r.state); }},
    {"FEED", 7, false, [](const BrokerRow& r) { return r.feed; },
     [](const BrokerRow& r) { return style_of_feed(r.feed); }},
    {"UPDATES/S", 9, true, [](const BrokerRow& r) { return rate_text(r.rate); }, no_style},
    {"LAG", 6, true, [](const BrokerRow& r) { return age_text(r.lag); }, no_style},
    {"AGE", 6, true, [](const BrokerRow& r) { return r.age < 0 ? "-" : age_text(r.age); }, no_style},
    {"CONN", 5, true, [](const BrokerRow& r) { return of_most(r.connections, r.most_connections); }, no_style},
    {"INSTRUMENTS", 12, true, [](const BrokerRow& r) { return of_most(r.instruments, r.most_instruments); }, no_style},
};

void add_cell(Line& line, const Column& column, const std::string& text, Style style, std::size_t columns) {
  const std::size_t gap = line.empty() ? 0 : 1;
  if (line.width() + gap + column.width > columns) return;
  if (gap != 0) line.add(" ");
  line.add(column.right ? right_aligned(text, column.width) : left_aligned(text, column.width), style);
}

}  // namespace

std::vector<Line> top_lines(const TopState& state, std::size_t screen_columns, const std::string& clock) {
  const std::size_t columns = std::min(screen_columns, kMaxColumns);
  std::vector<Line> lines;
  lines.push_back(
      spread(Line("broker-gateway", Style::bold).add("  port " + std::to_string(state.port())), Line(clock), columns));
  const std::vector<std::string> counts = {
      "clients " + of_most(state.clients(), state.most_clients()), "updates " + rate_text(state.updates()) + "/s",
      "deliveries " + rate_text(state.deliveries()) + "/s", "conflated " + rate_text(state.conflated()) + "/s",
      "lost " + std::to_string(state.lost_updates())};
  for (const std::string& row : packed(counts, columns)) lines.emplace_back(row);
  for (const std::string& group : state.groups()) lines.emplace_back(group);
  lines.emplace_back();
  Line head;
  for (const Column& column : kColumns) add_cell(head, column, column.head, Style::pale, columns);
  lines.push_back(std::move(head));
  for (const BrokerRow& broker : state.brokers()) {
    Line line;
    for (const Column& column : kColumns) add_cell(line, column, column.text(broker), column.style(broker), columns);
    lines.push_back(std::move(line));
    const std::string message = broker.simulated && broker.message.empty() ? "simulated prices" : broker.message;
    if (!message.empty()) lines.emplace_back("  " + message, Style::warning);
  }
  for (Line& line : lines) line.cut(columns);
  return lines;
}

std::vector<Line> lay_out(const TopState& state, ScreenSize size, const std::string& clock) {
  std::vector<Line> lines = top_lines(state, size.columns, clock);
  lines.resize(size.rows <= 1 ? size.rows : size.rows - 1);
  if (size.rows > 1)
    lines.push_back(
        spread(Line(state.trouble(), Style::bad), Line("q: quit", Style::pale), std::min(size.columns, kMaxColumns)));
  return lines;
}

}  // namespace gw::app
