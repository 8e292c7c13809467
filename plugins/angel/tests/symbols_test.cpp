#include "angel_symbols.hpp"

#include <gtest/gtest.h>

namespace angel {
namespace {

TEST(AngelSymbols, Indices) {
  const auto nse = [](std::string_view name) { return index_symbol("NSE_INDEX", name); };
  EXPECT_EQ(nse("NIFTY"), "NIFTY");
  EXPECT_EQ(nse("Nifty 50"), "NIFTY");
  EXPECT_EQ(nse("INDIA VIX"), "INDIAVIX");
  EXPECT_EQ(nse("HANGSENG BEES-NAV"), "HANGSENGBEESNAV");
  EXPECT_EQ(nse("NIFTY MID SELECT"), "MIDCPNIFTY");
  EXPECT_EQ(nse("NIFTY NEXT 50"), "NIFTYNXT50");
  EXPECT_EQ(nse("Nifty Fin Service"), "FINNIFTY");
  EXPECT_EQ(index_symbol("BSE_INDEX", "S&P SENSEX"), "SENSEX");
  EXPECT_EQ(index_symbol("BSE_INDEX", "SNSX50"), "SENSEX50");
  EXPECT_EQ(index_symbol("BSE_INDEX", "S&P BSE Auto"), "BSEAUTO");
  EXPECT_EQ(index_symbol("BSE_INDEX", "AUTO"), "BSEAUTO");
  EXPECT_EQ(index_symbol("BSE_INDEX", "BSE CG"), "BSECAPITALGOODS");
  EXPECT_EQ(index_symbol("NSE_INDEX", "AUTO"), "AUTO");
  EXPECT_EQ(index_symbol("MCX_INDEX", "MCXGOLDEX"), "MCXGOLDEX");
}

TEST(AngelSymbols, SharesLoseTheSeriesOfOrdinaryTradeOnly) {
  const auto share = [](std::string_view text) { return share_symbol(text).symbol; };
  EXPECT_EQ(share("RELIANCE-EQ"), "RELIANCE");
  EXPECT_EQ(share("ASAHISONG-BE"), "ASAHISONG");
  EXPECT_EQ(share("782GJ32-SG"), "782GJ32");
  EXPECT_EQ(share("VEEKAYEM-SM"), "VEEKAYEM-SM");
  EXPECT_EQ(share("94SFL28-YL"), "94SFL28-YL");
  EXPECT_EQ(share("BAJAJ-AUTO-EQ"), "BAJAJ-AUTO");
  EXPECT_EQ(share("X-EQUITY"), "X-EQUITY") << "at the end only";
  EXPECT_EQ(share("-EQ"), "-EQ");
  EXPECT_FALSE(share_symbol("RELIANCE-EQ").second_choice);
  EXPECT_TRUE(share_symbol("RELIANCE-BE").second_choice);
  EXPECT_FALSE(share_symbol("RELIANCE").second_choice);
}

TEST(AngelSymbols, Expiries) {
  const auto expiry = parse_expiry("28MAR2024");
  ASSERT_TRUE(expiry);
  EXPECT_EQ(expiry->compact, "28MAR24");
  EXPECT_EQ(expiry->date, "2024-03-28");
  for (const char* wrong :
       {"", "28MAR24", "28MRZ2024", "00MAR2024", "32MAR2024", "8MAR20245", "2XMAR2024", "28MAR202X"})
    EXPECT_FALSE(parse_expiry(wrong)) << wrong;
}

TEST(AngelSymbols, Decimals) {
  EXPECT_EQ(parse_signed_decimal("2440000.000000"), 2'440'000'000'000'000);
  EXPECT_EQ(parse_signed_decimal("-1.000000"), -1'000'000'000);
  EXPECT_EQ(parse_signed_decimal("832500000.000000"), 832'500'000'000'000'000);
  EXPECT_EQ(parse_signed_decimal("75"), 75'000'000'000);
  for (const char* wrong : {"", "-", "1.", ".5", "1e5", "1,5", "--1", "12345678901", "9999999999", "1.0000000001"})
    EXPECT_FALSE(parse_signed_decimal(wrong)) << wrong;
}

}  // namespace
}  // namespace angel
