#include "apps/gateway/commands/ladder.hpp"

#include <algorithm>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace gw::app {
namespace {

using Json = nlohmann::json;

template <class... Args>
std::string line(const char* format, Args... args) {
  char text[256];
  std::snprintf(text, sizeof text, format, args...);
  return std::string(text) + '\n';
}

std::string bar(long long quantity, long long most, std::size_t width) {
  return std::string(most <= 0 ? 0 : static_cast<std::size_t>(quantity * static_cast<long long>(width) / most), '#');
}

std::string draw_book(const Json& depth, bool color) {
  const Json& buy = depth.at("buy");
  const Json& sell = depth.at("sell");
  long long most = 1;
  for (const Json* side : {&buy, &sell})
    for (const Json& level : *side) most = std::max(most, level.value("quantity", 0LL));
  const char* green = color ? "\033[32m" : "";
  const char* red = color ? "\033[31m" : "";
  const char* plain = color ? "\033[0m" : "";
  std::string out =
      line("%-16s %6s %10s %12s | %-12s %-10s %-6s", "", "orders", "quantity", "bid", "ask", "quantity", "orders");
  for (std::size_t i = 0; i < std::max(buy.size(), sell.size()); ++i) {
    std::string left(46, ' ');
    std::string right;
    char text[160];
    if (i < buy.size()) {
      const long long quantity = buy[i].value("quantity", 0LL);
      std::snprintf(text, sizeof text, "%16s %6lld %10lld %12.2f", bar(quantity, most, 16).c_str(),
                    buy[i].value("orders", 0LL), quantity, buy[i].value("price", 0.0));
      left = text;
    }
    if (i < sell.size()) {
      const long long quantity = sell[i].value("quantity", 0LL);
      std::snprintf(text, sizeof text, "%-12.2f %-10lld %-6lld %s", sell[i].value("price", 0.0), quantity,
                    sell[i].value("orders", 0LL), bar(quantity, most, 16).c_str());
      right = text;
    }
    out += green + left + plain + " | " + red + right + plain + '\n';
  }
  return out;
}

}  // namespace

std::string draw(const Json& message, bool color) {
  const Json& data = message.at("data");
  std::string out = line("%s  ltp %.2f  at %.3f%s", message.value("topic", "").c_str(), data.value("ltp", 0.0),
                         data.value("timestamp", 0.0), message.value("simulated", false) ? "  simulated" : "");
  if (data.contains("open"))
    out += line("open %.2f  high %.2f  low %.2f  close %.2f  volume %lld", data.value("open", 0.0),
                data.value("high", 0.0), data.value("low", 0.0), data.value("close", 0.0), data.value("volume", 0LL));
  if (data.contains("broker_message")) out += data.value("broker_message", "") + '\n';
  if (data.contains("depth")) out += draw_book(data.at("depth"), color);
  return out;
}

}  // namespace gw::app
