// Any text as the words of a search, and that search over a small list: it ends, whatever the pieces in which it is
// done, and suggests at most three names.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "core/instruments/search.hpp"
#include "core/instruments/suggestions.hpp"

namespace {

using namespace gw::instruments;

std::shared_ptr<const Index> made_list() {
  Index::Builder builder(16);
  const auto add = [&builder](const char* symbol, const char* exchange, const char* name, const char* type,
                              const char* expiry, std::int64_t strike) {
    InstrumentView row;
    row.symbol = row.broker_symbol = symbol;
    row.exchange = exchange;
    row.name = name;
    row.instrument_type = type;
    row.expiry = expiry;
    row.strike = strike;
    row.exponents = {-2, 0};
    builder.add(row);
  };
  add("NIFTY", "NSE_INDEX", "NIFTY 50", "INDEX", "", 0);
  add("BANKNIFTY", "NSE_INDEX", "NIFTY BANK", "INDEX", "", 0);
  add("RELIANCE", "NSE", "RELIANCE INDUSTRIES", "EQ", "", 0);
  add("M&M", "NSE", "MAHINDRA & MAHINDRA", "EQ", "", 0);
  add("\xe2\x82\xb9", "BSE", " ", "", "", 0);
  add("NIFTY29DEC26FUT", "NFO", "NIFTY", "FUT", "2026-12-29", 0);
  add("NIFTY29DEC2626000CE", "NFO", "NIFTY", "CE", "2026-12-29", 2'600'000);
  add("USDINR29DEC2682.25PE", "CDS", "USDINR", "PE", "2026-12-29", 8'225);
  return std::make_shared<const Index>(std::move(builder).build());
}

std::vector<std::string> found(const std::shared_ptr<const Index>& list, std::string_view text, std::size_t piece) {
  Search search(list, text, "", 5);
  for (int i = 0; !search.look_at(piece); ++i)
    if (i > 1000) std::abort();
  std::vector<std::string> names;
  for (const InstrumentView& row : search.found()) names.emplace_back(row.symbol);
  return names;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::shared_ptr<const Index> list = made_list();
  // An exact copy, so that one byte too far is seen.
  std::unique_ptr<char[]> bytes(new char[size + 1]);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(data[i]);
  const std::string_view text(bytes.get(), size);

  const SearchWords words = search_words(text);
  if (words.words.size() > SearchWords::kMaxWords || words.parts.size() > SearchWords::kMaxWords) std::abort();
  if (found(list, text, 1) != found(list, text, 1'000)) std::abort();
  if (suggestions_for(*list, text, {}).size() > 3 || suggestions_for(*list, text, "NSE", {}).size() > 3) std::abort();
  return 0;
}
