#include "bgw/symbols.hpp"

#include <gmock/gmock.h>

namespace bgw {
namespace {

using testing::Optional;

TEST(Decimal, IsExact) {
  EXPECT_THAT(parse_decimal("0"), Optional(0));
  EXPECT_THAT(parse_decimal("187.5"), Optional(187'500'000'000));
  EXPECT_THAT(parse_decimal("0.0025"), Optional(2'500'000));
  EXPECT_THAT(parse_decimal("0.05"), Optional(50'000'000));
  EXPECT_THAT(parse_decimal("9223372035"), Optional(9'223'372'035'000'000'000));
  for (const char* bad :
       {"", ".", "1.", ".5", "-1", "+1", "1e3", "1,0", " 1", "0.0000000001", "9223372036", "99999999999", "nan"})
    EXPECT_FALSE(parse_decimal(bad)) << bad;
}

TEST(Strike, HasNoTrailingZeros) {
  EXPECT_EQ(strike_text(24'700'000'000'000), "24700");
  EXPECT_EQ(strike_text(187'500'000'000), "187.5");
  EXPECT_EQ(strike_text(2'500'000), "0.0025");
}

TEST(IndexName, IsSqueezedAndThenRenamedByItsExchange) {
  EXPECT_EQ(squeezed("India VIX"), "INDIAVIX");
  EXPECT_EQ(squeezed("HangSeng BeES-NAV"), "HANGSENGBEESNAV");
  EXPECT_EQ(renamed_index("NSE_INDEX", "NIFTY50"), "NIFTY");
  EXPECT_EQ(renamed_index("BSE_INDEX", "AUTO"), "BSEAUTO");
  EXPECT_EQ(renamed_index("BSE_INDEX", "OILGAS"), "BSEOIL&GAS");
  EXPECT_EQ(renamed_index("NSE_INDEX", "AUTO"), "");
  EXPECT_EQ(renamed_index("MCX_INDEX", "NIFTY50"), "");
}

}  // namespace
}  // namespace bgw
