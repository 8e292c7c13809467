#include "zerodha_symbols.hpp"

#include <gmock/gmock.h>

namespace zerodha {
namespace {

using testing::Eq;
using testing::Optional;

TEST(Exchange, IndicesHaveTheirOwn) {
  EXPECT_EQ(standard_exchange("NSE", "NSE"), "NSE");
  EXPECT_EQ(standard_exchange("BCD", "BCD-FUT"), "BCD");
  EXPECT_EQ(standard_exchange("NSE", "INDICES"), "NSE_INDEX");
  EXPECT_EQ(standard_exchange("BSE", "INDICES"), "BSE_INDEX");
  EXPECT_EQ(standard_exchange("MCX", "INDICES"), "MCX_INDEX");
  EXPECT_EQ(standard_exchange("CDS", "INDICES"), "CDS_INDEX");
  EXPECT_EQ(standard_exchange("GLOBAL", "INDICES"), "GLOBAL_INDEX");
  EXPECT_EQ(standard_exchange("NSEIX", "NSEIX"), "GLOBAL_INDEX");
  EXPECT_EQ(standard_exchange("NYSE", "NYSE"), "");
  EXPECT_EQ(standard_exchange("NYSE", "INDICES"), "");
}

struct IndexName {
  const char* exchange;
  const char* tradingsymbol;
  const char* name;
  const char* symbol;
};

class IndexSymbol : public testing::TestWithParam<IndexName> {};

TEST_P(IndexSymbol, IsTheStandardOne) {
  const IndexName& n = GetParam();
  EXPECT_EQ(index_symbol(n.exchange, n.tradingsymbol, n.name), n.symbol);
}

INSTANTIATE_TEST_SUITE_P(Names, IndexSymbol,
                         testing::Values(IndexName{"NSE_INDEX", "NIFTY 50", "NIFTY 50", "NIFTY"},
                                         IndexName{"NSE_INDEX", "NIFTY BANK", "NIFTY BANK", "BANKNIFTY"},
                                         IndexName{"NSE_INDEX", "NIFTY NEXT 50", "", "NIFTYNXT50"},
                                         IndexName{"NSE_INDEX", "NIFTY FIN SERVICE", "", "FINNIFTY"},
                                         IndexName{"NSE_INDEX", "NIFTY MID SELECT", "", "MIDCPNIFTY"},
                                         IndexName{"NSE_INDEX", "INDIA VIX", "INDIA VIX", "INDIAVIX"},
                                         IndexName{"NSE_INDEX", "HANGSENG BEES-NAV", "", "HANGSENGBEESNAV"},
                                         IndexName{"NSE_INDEX", "HANGSENG BEES NAV", "", "HANGSENGBEESNAV"},
                                         IndexName{"NSE_INDEX", "NIFTY MIDCAP 100", "", "NIFTYMIDCAP100"},
                                         IndexName{"BSE_INDEX", "SENSEX", "SENSEX", "SENSEX"},
                                         IndexName{"BSE_INDEX", "AUTO", "BSE INDEX AUTO", "BSEAUTO"},
                                         IndexName{"BSE_INDEX", "METALINDEX", "BSE INDEX METAL", "BSEMETAL"},
                                         IndexName{"BSE_INDEX", "ENERGYINDEX", "BSE INDEX ENERGYINDEX", "BSEENERGY"},
                                         IndexName{"BSE_INDEX", "OILGAS", "", "BSEOIL&GAS"},
                                         IndexName{"BSE_INDEX", "BSE CG", "BSE INDEX BSE CG", "BSECAPITALGOODS"},
                                         IndexName{"BSE_INDEX", "MFG", "BSE INDEX MFG", "MFG"},
                                         IndexName{"MCX_INDEX", "MCXGOLDEX", "MCXGOLDEX", "MCXGOLDEX"},
                                         IndexName{"MCX_INDEX", "AUTO", "AUTO", "AUTO"},
                                         IndexName{"GLOBAL_INDEX", "GIFT NIFTY", "", "GIFTNIFTY"}));

}  // namespace
}  // namespace zerodha
