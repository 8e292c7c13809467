#include "apps/gateway/commands/ladder.hpp"

#include <algorithm>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "apps/gateway/watch/number_text.hpp"

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

std::string price(const Json& object, const char* key = "price") { return price_text(object, key); }
std::string quantity(const Json& object, const char* key = "quantity") { return quantity_text(object, key); }

std::string draw_book(const Json& depth) {
  const Json& buy = depth.at("buy");
  const Json& sell = depth.at("sell");
  double most = 0;
  for (const Json* side : {&buy, &sell})
    for (const Json& level : *side) most = std::max(most, level.value("quantity", 0.0));
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
    out += left + " | " + right + '\n';
  }
  return out;
}

}  // namespace

std::string draw(const Json& message) {
  const Json& data = message.at("data");
  std::string out = line("%s  ltp %s  at %.3f%s", message.value("topic", "").c_str(), price(data, "ltp").c_str(),
                         data.value("timestamp", 0.0), message.value("simulated", false) ? "  simulated" : "");
  if (data.contains("open"))
    out +=
        line("open %s  high %s  low %s  close %s  volume %s", price(data, "open").c_str(), price(data, "high").c_str(),
             price(data, "low").c_str(), price(data, "close").c_str(), quantity(data, "volume").c_str());
  if (data.contains("broker_message")) out += data.value("broker_message", "") + '\n';
  if (data.contains("depth")) out += draw_book(data.at("depth"));
  return out;
}

}  // namespace gw::app
