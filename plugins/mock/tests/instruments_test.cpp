#include "mock_instruments.hpp"

#include <map>
#include <set>

#include <gtest/gtest.h>

namespace mock {
namespace {

TEST(Instruments, HaveWhatEverybodyLooksFor) {
  std::set<std::string> all;
  std::map<std::string, int> shares, derivatives;
  for (const MockInstrument& i : instruments()) {
    EXPECT_TRUE(all.insert(i.symbol + '.' + i.exchange).second) << i.symbol;
    if (i.type == "EQ") ++shares[i.exchange];
    if (!i.expiry.empty()) ++derivatives[i.exchange];
  }
  for (const char* name :
       {"RELIANCE.NSE", "INFY.NSE", "TCS.NSE", "SBIN.NSE", "HDFCBANK.NSE", "RELIANCE.BSE", "INFY.BSE", "TCS.BSE",
        "SBIN.BSE", "HDFCBANK.BSE", "NIFTY.NSE_INDEX", "BANKNIFTY.NSE_INDEX", "SENSEX.BSE_INDEX"})
    EXPECT_EQ(all.count(name), 1U) << name;
  EXPECT_GE(shares["NSE"], 205);
  EXPECT_GE(shares["BSE"], 205);
  EXPECT_GT(derivatives["NFO"], 0);
  EXPECT_GT(derivatives["MCX"], 0);
}

TEST(Instruments, HavePricesOnTheirTick) {
  for (const MockInstrument& i : instruments()) {
    EXPECT_GT(i.tick_size, 0) << i.symbol;
    EXPECT_GT(i.base_price, i.tick_size) << i.symbol;
    EXPECT_GT(i.lot_size, 0) << i.symbol;
  }
}

TEST(Instruments, AreHandedOverWithTheirPlaceAsToken) {
  struct Seen {
    std::vector<std::string> tokens;
  } seen;
  const bgw_instrument_sink sink{
      sizeof sink, 0, &seen,
      [](void* context, const bgw_instrument* row) { static_cast<Seen*>(context)->tokens.emplace_back(row->token); },
      [](void*, std::uint64_t, const char* reason) { FAIL() << reason; }};
  bgw_error error{};
  ASSERT_EQ(instruments_extension()->builtin(&sink, &error), BGW_OK);
  ASSERT_EQ(seen.tokens.size(), instruments().size());
  EXPECT_EQ(seen.tokens.front(), "1");
  EXPECT_EQ(seen.tokens.back(), std::to_string(instruments().size()));
}

}  // namespace
}  // namespace mock
