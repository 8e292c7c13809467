// Upstox's segments, which begin its instrument keys, and the exchanges that they stand for. Any thread.
// Source: the `segment` values of Upstox's instrument list (complete.json.gz).
#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace upstox_like {

// Empty: no segment of the feed that has a standard exchange.
inline std::string_view exchange_of(std::string_view segment) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kSegments = {{{"NSE_EQ", "NSE"},
                                                                                        {"BSE_EQ", "BSE"},
                                                                                        {"NSE_FO", "NFO"},
                                                                                        {"BSE_FO", "BFO"},
                                                                                        {"NCD_FO", "CDS"},
                                                                                        {"BCD_FO", "BCD"},
                                                                                        {"MCX_FO", "MCX"},
                                                                                        {"NSE_COM", "NCO"},
                                                                                        {"NSE_INDEX", "NSE_INDEX"},
                                                                                        {"BSE_INDEX", "BSE_INDEX"}}};
  for (const auto& [name, exchange] : kSegments)
    if (name == segment) return exchange;
  return {};
}

inline bool is_index(std::string_view exchange) { return exchange.ends_with("_INDEX"); }
inline bool is_derivative(std::string_view exchange) {
  return !is_index(exchange) && exchange != "NSE" && exchange != "BSE";
}

}  // namespace upstox_like
