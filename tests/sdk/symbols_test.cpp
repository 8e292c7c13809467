#include "bgw/symbols.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace bgw {
namespace {

using testing::Optional;

TEST(Decimal, IsExact) {
  EXPECT_THAT(parse_decimal("0"), Optional(0));
  EXPECT_THAT(parse_decimal("187.5"), Optional(187'500'000'000));
  EXPECT_THAT(parse_decimal("0.0025"), Optional(2'500'000));
  EXPECT_THAT(parse_decimal("0.05"), Optional(50'000'000));
  EXPECT_THAT(parse_decimal("9223372036.854775807"), Optional(INT64_MAX));
  EXPECT_THAT(parse_decimal("0.0500000000"), Optional(50'000'000));
  for (const char* bad : {"", ".", "1.", ".5", "-1", "+1", "1e3", "1,0", " 1", "0.0000000001", "9223372036.854775808",
                          "99999999999", "nan"})
    EXPECT_FALSE(parse_decimal(bad)) << bad;
}

TEST(Date, IsADayOfTheCalendar) {
  for (const char* good : {"2026-10-27", "2024-02-29", "2000-02-29", "2026-12-31"}) EXPECT_TRUE(is_date(good)) << good;
  for (const char* bad : {"", "2026-02-29", "1900-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "2026-01-00",
                          "2026-1-1", "2026/01/01", "20260101xx", "2026-01-0x", "-026-01-01", "2026-01-01T"})
    EXPECT_FALSE(is_date(bad)) << bad;
}

std::string named(const std::string& spelling, const std::vector<std::string>& others = {}) {
  ShareNames names;
  names.note(spelling);
  for (const std::string& other : others) names.note(other);
  return names.symbol(spelling);
}

TEST(ShareNames, TheOrdinaryShareIsItsNameInWhateverSeriesItTrades) {
  for (const char* spelling : {"ABC", "ABC-EQ", "ABC-BE", "ABC-BZ", "ABC-SM", "ABC-ST"})
    EXPECT_EQ(named(spelling), "ABC") << spelling;
  EXPECT_EQ(named("BAJAJ-AUTO"), "BAJAJ-AUTO");
  EXPECT_EQ(named("BAJAJ-AUTO-BE"), "BAJAJ-AUTO");
  for (const char* spelling :
       {"782GJ32-SG", "ABC-BL", "ABC-IL", "ABC-E1", "ABC-N1", "ABC-GB", "ABC-RR", "ABC-MF", "-EQ", "ABC-EQUITY"})
    EXPECT_EQ(named(spelling), spelling);
}

TEST(ShareNames, OfSeveralSeriesTheFirstByRankHasTheName) {
  EXPECT_EQ(named("ABC", {"ABC-BE", "ABC-BL"}), "ABC");
  EXPECT_EQ(named("ABC-EQ", {"ABC-BE", "ABC-SM"}), "ABC");
  EXPECT_EQ(named("ABC-BE", {"ABC-EQ"}), "ABC-BE");
  EXPECT_EQ(named("ABC-BE", {"ABC"}), "ABC-BE");
  EXPECT_EQ(named("ABC-BE", {"ABC-SM"}), "ABC-BE");
  EXPECT_EQ(named("ABC-SM", {"ABC-BE", "ABC-ST"}), "ABC");
  EXPECT_EQ(named("ABC-SM", {"ABC-EQ"}), "ABC-SM");
  EXPECT_EQ(named("ABC-BE", {"ABCD-EQ", "AB"}), "ABC");
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
