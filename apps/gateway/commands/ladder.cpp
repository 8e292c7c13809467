#include "apps/gateway/commands/ladder.hpp"

#include <algorithm>
#include <cmath>
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

std::string bar(double quantity, double most, std::size_t width) {
  return std::string(most <= 0 ? 0 : static_cast<std::size_t>(quantity * static_cast<double>(width) / most), '#');
}

// As many decimals as the number has, at least `least`; 15 digits in all are what a double holds.
std::string number(const Json& object, const char* key, int least) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return "";
  const double value = found->get<double>();
  const int whole = std::abs(value) < 1 ? 1 : static_cast<int>(std::log10(std::abs(value))) + 1;
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", std::clamp(15 - whole, least, 13), value);
  std::string shown = text;
  const std::size_t point = shown.find('.');
  while (point != std::string::npos && shown.back() == '0' &&
         shown.size() > point + 1 + static_cast<std::size_t>(least))
    shown.pop_back();
  if (shown.back() == '.') shown.pop_back();
  return shown;
}
std::string price(const Json& object, const char* key = "price") { return number(object, key, 2); }
std::string quantity(const Json& object, const char* key = "quantity") { return number(object, key, 0); }

std::string draw_book(const Json& depth, bool color) {
  const Json& buy = depth.at("buy");
  const Json& sell = depth.at("sell");
  double most = 0;
  for (const Json* side : {&buy, &sell})
    for (const Json& level : *side) most = std::max(most, level.value("quantity", 0.0));
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
      std::snprintf(text, sizeof text, "%16s %6lld %10s %12s", bar(buy[i].value("quantity", 0.0), most, 16).c_str(),
                    buy[i].value("orders", 0LL), quantity(buy[i]).c_str(), price(buy[i]).c_str());
      left = text;
    }
    if (i < sell.size()) {
      std::snprintf(text, sizeof text, "%-12s %-10s %-6lld %s", price(sell[i]).c_str(), quantity(sell[i]).c_str(),
                    sell[i].value("orders", 0LL), bar(sell[i].value("quantity", 0.0), most, 16).c_str());
      right = text;
    }
    out += green + left + plain + " | " + red + right + plain + '\n';
  }
  return out;
}

}  // namespace

std::string draw(const Json& message, bool color) {
  const Json& data = message.at("data");
  std::string out = line("%s  ltp %s  at %.3f%s", message.value("topic", "").c_str(), price(data, "ltp").c_str(),
                         data.value("timestamp", 0.0), message.value("simulated", false) ? "  simulated" : "");
  if (data.contains("open"))
    out +=
        line("open %s  high %s  low %s  close %s  volume %s", price(data, "open").c_str(), price(data, "high").c_str(),
             price(data, "low").c_str(), price(data, "close").c_str(), quantity(data, "volume").c_str());
  if (data.contains("broker_message")) out += data.value("broker_message", "") + '\n';
  if (data.contains("depth")) out += draw_book(data.at("depth"), color);
  return out;
}

}  // namespace gw::app
