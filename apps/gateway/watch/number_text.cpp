#include "apps/gateway/watch/number_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace gw::app {

std::string number_text(const nlohmann::json& object, const char* key, int least) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return "";
  const double value = found->get<double>();
  const int whole = std::abs(value) < 1 ? 1 : static_cast<int>(std::log10(std::abs(value))) + 1;
  char text[64];
  // 15 digits in all are what a double holds.
  std::snprintf(text, sizeof text, "%.*f", std::clamp(15 - whole, least, 13), value);
  std::string shown = text;
  const std::size_t point = shown.find('.');
  while (point != std::string::npos && shown.back() == '0' &&
         shown.size() > point + 1 + static_cast<std::size_t>(least))
    shown.pop_back();
  if (shown.back() == '.') shown.pop_back();
  return shown;
}

std::size_t decimals_of(const std::string& number) {
  const std::size_t point = number.find('.');
  return point == std::string::npos ? 0 : number.size() - point - 1;
}

std::string with_decimals(const std::string& number, std::size_t decimals) {
  const std::size_t present = decimals_of(number);
  if (number.empty() || present >= decimals) return number;
  return number + (present == 0 ? "." : "") + std::string(decimals - present, '0');
}

std::string fit_quantity(const std::string& number, std::size_t width) {
  if (number.size() <= width) return number;
  const std::string whole = number.substr(0, number.find('.'));
  // Without its decimals a small quantity would be nothing.
  if (whole.size() <= width && (whole != "0" || width < 3)) {
    const std::size_t room = width - whole.size();
    return room < 2 ? whole : number.substr(0, width);
  }
  if (whole == "0") return number.substr(0, width);
  constexpr std::pair<const char*, std::size_t> kUnits[] = {{"K", 3}, {"M", 6}, {"B", 9}};
  for (const auto& [unit, digits] : kUnits)
    if (whole.size() > digits && whole.size() - digits + 1 <= width)
      return whole.substr(0, whole.size() - digits) + unit;
  return std::string(width, '*');
}

std::string age_text(double seconds) {
  char text[32];
  const double shown = std::max(seconds, 0.0);
  if (shown < 10)
    std::snprintf(text, sizeof text, "%.1f s", shown);
  else if (shown < 120)
    std::snprintf(text, sizeof text, "%.0f s", shown);
  else if (shown < 7200)
    std::snprintf(text, sizeof text, "%.0f min", shown / 60);
  else if (shown < 172'800)
    std::snprintf(text, sizeof text, "%.0f h", shown / 3600);
  else
    std::snprintf(text, sizeof text, "%.0f d", shown / 86'400);
  return text;
}

}  // namespace gw::app
