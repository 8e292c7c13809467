// Any bytes as Angel's instrument list: rows are complete, complaints name a row, and only what is no list stops the
// load.
#include <cstdlib>

#include "angel_instruments.hpp"
#include "bgw/testing/parse_instruments.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = bgw::testing::parse_instruments(*angel::instruments_extension(), text, 61);
  if ((parsed.status == BGW_OK) != parsed.error.empty()) std::abort();
  for (const bgw::testing::ParsedRow& row : parsed.whole)
    if (row.symbol.empty() || row.token.empty()) std::abort();
  for (const std::string& skip : parsed.skips)
    if (skip[0] == '0' || skip.size() < 8) std::abort();
  if (!parsed.rows.empty() && (parsed.last.strike < 0 || parsed.last.tick_size < 0 || parsed.last.lot_size < 0))
    std::abort();
  return 0;
}
