// Angel's exchange segments: the words of its instrument list, the numbers of its feed, their price scales, and the
// standard exchanges they stand for. Source: smartapi.angelone.in/docs, "WebSocket Streaming 2.0", exchangeType.
#pragma once

#include <cstdint>
#include <string_view>

namespace angel {

// 0: no segment that Angel streams.
std::uint8_t exchange_type(std::string_view segment);
inline constexpr std::uint8_t kNseCash = 1;

// What one unit of a price on the wire is worth in 1e-9: paise, and of currency derivatives 1e-7 rupees.
std::int64_t price_unit(std::uint8_t exchange_type);

// The standard exchange of a row of the instrument list; indices have one of their own. Empty: none that we know.
std::string_view standard_exchange(std::string_view segment, bool is_index);

}  // namespace angel
