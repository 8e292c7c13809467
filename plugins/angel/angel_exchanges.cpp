#include "angel_exchanges.hpp"

#include "bgw/abi.h"

namespace angel {
namespace {

struct Segment {
  std::string_view name;
  std::uint8_t type;
  std::string_view index_exchange;  // empty: has no indices
};

constexpr std::uint8_t kCurrency = 13;

constexpr Segment kSegments[] = {
    {"NSE", kNseCash, "NSE_INDEX"}, {"NFO", 2, ""},   {"BSE", 3, "BSE_INDEX"}, {"BFO", 4, ""},
    {"MCX", 5, "MCX_INDEX"},        {"NCDEX", 7, ""}, {"CDS", kCurrency, ""},
};

const Segment* find(std::string_view name) {
  for (const Segment& segment : kSegments)
    if (segment.name == name) return &segment;
  return nullptr;
}

}  // namespace

std::uint8_t exchange_type(std::string_view segment) {
  const Segment* found = find(segment);
  return found == nullptr ? std::uint8_t{0} : found->type;
}

std::int64_t price_unit(std::uint8_t type) { return BGW_PRICE_SCALE / (type == kCurrency ? 10'000'000 : 100); }

std::string_view standard_exchange(std::string_view segment, bool is_index) {
  const Segment* found = find(segment);
  if (found == nullptr) return {};
  return is_index ? found->index_exchange : found->name;
}

}  // namespace angel
