#include "apps/gateway/watch/watch_values.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "apps/gateway/watch/number_text.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

constexpr const char* kPrices[] = {"ltp", "open", "high", "low", "close", "avg_trade_price", "bid", "ask"};
constexpr const char* kQuantities[] = {"volume", "bid_quantity", "ask_quantity", "oi"};

// All prices of a side with as many decimals, so that their points stand below each other.
std::vector<BookLevel> levels_of(const Json& side) {
  std::vector<BookLevel> levels;
  std::size_t decimals = 0;
  for (const Json& level : side) {
    levels.push_back({price_text(level, "price"), quantity_text(level, "quantity"), quantity_text(level, "orders"),
                      level.value("quantity", 0.0)});
    decimals = std::max(decimals, decimals_of(levels.back().price));
  }
  for (BookLevel& level : levels) level.price = with_decimals(level.price, decimals);
  return levels;
}

}  // namespace

void WatchValues::apply(const Json& message, double now) {
  const Json& data = message.at("data");
  const auto keep = [this](const char* name, std::string text) {
    if (text.empty()) return;
    const auto known = std::find_if(values_.begin(), values_.end(), [name](const auto& v) { return v.first == name; });
    if (known == values_.end())
      values_.emplace_back(name, std::move(text));
    else
      known->second = std::move(text);
  };
  for (const char* name : kPrices) keep(name, price_text(data, name));
  for (const char* name : kQuantities) keep(name, quantity_text(data, name));
  of_24_hours_ = data.value("window", "") == "24h";
  if (data.contains("depth")) {
    bids_ = levels_of(data.at("depth").at("buy"));
    asks_ = levels_of(data.at("depth").at("sell"));
  }
  current_at_ = now - message.value("age_ms", 0.0) / 1e3;
}

std::string WatchValues::operator[](const std::string& name) const {
  const auto known = std::find_if(values_.begin(), values_.end(), [&](const auto& v) { return v.first == name; });
  return known == values_.end() ? "" : known->second;
}

std::optional<double> WatchValues::age(double now) const {
  if (!current_at_) return std::nullopt;
  return now - *current_at_;
}

}  // namespace gw::app
