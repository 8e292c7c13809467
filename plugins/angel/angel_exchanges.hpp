// Angel's exchange segments: the words of its instrument list, the numbers of its feed, their price scales, and the
// standard exchanges they stand for. Source: smartapi.angelone.in/docs, "WebSocket Streaming 2.0", exchangeType.
#pragma once

#include <cstdint>
#include <string_view>

namespace angel {

struct Segment {
  std::string_view name;            // of the instrument list; also the standard exchange
  std::uint8_t type;                // of the feed
  std::string_view index_exchange;  // empty: has no indices
  // What one unit of a price on the wire is worth in 1e-9: a paisa, and with currency derivatives 1e-7 rupees.
  std::int64_t price_unit;
};

// Finds a segment by its name or its number. Null: no document has it, so that the scale of its prices is not known.
const Segment* find_segment(std::string_view name);
const Segment* find_segment(std::uint8_t type);

// The standard exchange of a row of the instrument list; indices have exchanges of their own. Empty: it is not known.
std::string_view standard_exchange(std::string_view segment, bool is_index);

}  // namespace angel
