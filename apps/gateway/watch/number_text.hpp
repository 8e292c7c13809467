// Prices and quantities of the protocol as people read them. [any]
#pragma once

#include <cstddef>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace gw::app {

// The number at `key` with as many decimals as it has, at least `least`. Empty: there is no number.
std::string number_text(const nlohmann::json& object, const char* key, int least);
inline std::string price_text(const nlohmann::json& object, const char* key) { return number_text(object, key, 2); }
inline std::string quantity_text(const nlohmann::json& object, const char* key) { return number_text(object, key, 0); }

// How many digits are behind the point.
std::size_t decimals_of(const std::string& number);
// With zeros at the end until there are so many decimals.
std::string with_decimals(const std::string& number, std::size_t decimals);
// A quantity in at most `width` columns, at least 4: without decimals where they have no room, then in thousands (12K),
// millions (M) or billions (B), always rounded down.
std::string fit_quantity(const std::string& number, std::size_t width);
// "0.2 s", "12 s", "3 min", "5 h", "2 d".
std::string age_text(double seconds);

}  // namespace gw::app
