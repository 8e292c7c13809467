#include "angel_exchanges.hpp"

#include <algorithm>
#include <iterator>

#include "bgw/abi.h"

namespace angel {
namespace {

constexpr std::int64_t kPaisa = BGW_PRICE_SCALE / 100;

constexpr Segment kSegments[] = {
    {"NSE", 1, "NSE_INDEX", kPaisa},
    {"NFO", 2, "", kPaisa},
    {"BSE", 3, "BSE_INDEX", kPaisa},
    {"BFO", 4, "", kPaisa},
    {"MCX", 5, "MCX_INDEX", kPaisa},
    {"NCDEX", 7, "", kPaisa},
    {"CDS", 13, "", BGW_PRICE_SCALE / 10'000'000},
};

template <class Match>
const Segment* find(Match match) {
  const Segment* found = std::find_if(std::begin(kSegments), std::end(kSegments), match);
  return found == std::end(kSegments) ? nullptr : found;
}

}  // namespace

const Segment* find_segment(std::string_view name) {
  return find([name](const Segment& s) { return s.name == name; });
}

const Segment* find_segment(std::uint8_t type) {
  return find([type](const Segment& s) { return s.type == type; });
}

std::string_view standard_exchange(std::string_view segment, bool is_index) {
  const Segment* found = find_segment(segment);
  if (found == nullptr) return {};
  return is_index ? found->index_exchange : found->name;
}

}  // namespace angel
