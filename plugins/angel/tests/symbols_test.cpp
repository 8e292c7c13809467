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

}  // namespace
}  // namespace angel
