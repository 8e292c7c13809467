// Rows made in the columns of Dhan's scrip master.
#include <gmock/gmock.h>

#include "bgw/testing/parse_instruments.hpp"
#include "dhan_instruments.hpp"

namespace dhan_like {
namespace {

using bgw::testing::parse_instruments;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kHeader =
    "SEM_EXM_EXCH_ID,SEM_SEGMENT,SEM_SMST_SECURITY_ID,SEM_INSTRUMENT_NAME,SEM_EXPIRY_CODE,SEM_TRADING_SYMBOL,"
    "SEM_LOT_UNITS,SEM_CUSTOM_SYMBOL,SEM_EXPIRY_DATE,SEM_STRIKE_PRICE,SEM_OPTION_TYPE,SEM_TICK_SIZE,SEM_EXPIRY_FLAG,"
    "SEM_EXCH_INSTRUMENT_TYPE,SEM_SERIES,SM_SYMBOL_NAME\n";

auto parse(const std::string& rows) { return parse_instruments(*instruments_extension(), kHeader + rows, 7); }

TEST(Instruments, OfEachKind) {
  const auto out = parse(
      "NSE,E,2885,EQUITY,0,RELIANCE,1.0,Reliance Industries,,,,10.0000,NA,ES,EQ,RELIANCE INDUSTRIES LTD\r\n"
      "NSE,E,2886,EQUITY,0,RELIANCE,1.0,Reliance Industries,,,,5.0000,NA,ES,BL,RELIANCE INDUSTRIES LTD\r\n"
      "NSE,I,13,INDEX,0,NIFTY,1.0,Nifty 50,0001-01-01,,XX,0.0500,,INDEX,X,NIFTY\n"
      "NSE,D,52001,FUTIDX,0,NIFTY-Oct2027-FUT,65.0,NIFTY OCT FUT,2027-10-26 14:30:00,-0.01000,XX,10.0,M,FUT,,\n"
      "NSE,D,52002,FUTSTK,0,BAJAJ-AUTO-Oct2027-FUT,75.0,X,2027-10-26 14:30:00,-0.01000,XX,10.0,M,FUT,,\n"
      "BSE,E,500325,EQUITY,0,RELIANCE,1.0,Reliance,,,,5.0000,NA,ES,A,RELIANCE INDUSTRIES\n"
      "NSE,D,52003,OPTSTK,0,ABC-Oct2027-292.5-PE,100,X,2027-10-26 14:30:00,292.50000,PE,5.0000,M,OPTSTK,,ABC\n");
  EXPECT_EQ(out.status, BGW_OK) << out.error;
  EXPECT_THAT(out.skips, IsEmpty());
  EXPECT_THAT(out.rows, ElementsAre("NIFTY.NSE_INDEX 13", "NIFTY26OCT27FUT.NFO 52001", "BAJAJ-AUTO26OCT27FUT.NFO 52002",
                                    "RELIANCE.BSE 500325", "ABC26OCT27292.5PE.NFO 52003", "RELIANCE.NSE 2885",
                                    "RELIANCE-BL.NSE 2886"));
}

TEST(Instruments, ValuesOfAnOption) {
  const auto out =
      parse("NSE,D,5,OPTIDX,0,NIFTY-Oct2027-24000-CE,65.0,X,2027-10-26 14:30:00,24000.00000,CE,5.0000,M,OP,,\n");
  EXPECT_EQ(out.last.tick_size, 50'000'000);
  EXPECT_EQ(out.last.lot_size, 65);
  EXPECT_EQ(out.last.strike, 24'000 * BGW_PRICE_SCALE);
  EXPECT_EQ(out.last.place, 2U);
  EXPECT_EQ(out.last_texts, "NIFTY-Oct2027-24000-CE|NSE_FNO|NIFTY-Oct2027-24000-CE|CE|2027-10-26");
}

TEST(Instruments, BadRowsAreSkippedWithTheirReason) {
  const auto out = parse(
      "MCX,D,1,FUTCOM,0,GOLD-Oct2027-FUT,1.0,X,2027-10-26 23:30:00,-0.01,XX,100.0,M,FUT,,GOLD\n"
      "NSE,E,abc,EQUITY,0,ABC,1.0,X,,,,5.0,NA,ES,EQ,ABC\n"
      "NSE,E,2,EQUITY,0,ABC,1.5,X,,,,5.0,NA,ES,EQ,ABC\n"
      "NSE,E,3,EQUITY,0,ABC,1.0,X,,,,-5.0,NA,ES,EQ,ABC\n"
      "NSE,E,4,EQUITY,0,ABC,1.0,X,,,,5.0,NA,ES,,ABC\n"
      "NSE,D,5,FUTIDX,0,NIFTY-Oct2027-FUT,65.0,X,2027-02-30 14:30:00,-0.01,XX,10.0,M,FUT,,\n"
      "NSE,D,6,OPTIDX,0,NIFTY-Oct2027-24000-CE,65.0,X,2027-10-26 14:30:00,0.00000,CE,5.0,M,OP,,\n"
      "NSE,D,7,OPTIDX,0,NIFTY-Oct2027-24000-XX,65.0,X,2027-10-26 14:30:00,24000.0,XX,5.0,M,OP,,\n"
      "NSE,D,8,FUTIDX,0,NIFTY,65.0,X,2027-10-26 14:30:00,-0.01,XX,10.0,M,FUT,,\n"
      "NSE,E,9\n");
  EXPECT_EQ(out.status, BGW_OK);
  EXPECT_THAT(out.rows, IsEmpty());
  EXPECT_THAT(
      out.skips,
      ElementsAre("2: SEM_INSTRUMENT_NAME: found 'FUTCOM', expected a kind that this plugin serves",
                  "3: SEM_SMST_SECURITY_ID: found 'abc', expected a number",
                  "4: SEM_LOT_UNITS: found '1.5', expected a whole number",
                  "5: SEM_TICK_SIZE: found '-5.0', expected paise", "6: SEM_SERIES: found '', expected two letters",
                  "7: SEM_EXPIRY_DATE: found '2027-02-30 14:30:00', expected a date and a time",
                  "8: SEM_STRIKE_PRICE: found '0.00000', expected a price",
                  "9: SEM_OPTION_TYPE: found 'XX', expected CE or PE",
                  "10: SEM_TRADING_SYMBOL: found 'NIFTY', expected NAME-MONTH-FUT", "11: found 3 fields, expected 16"));
}

TEST(Instruments, AnotherFileIsRefused) {
  EXPECT_EQ(parse_instruments(*instruments_extension(), "a,b\n1,2\n").error,
            "first line: found no column SEM_EXM_EXCH_ID, expected Dhan's scrip master");
  EXPECT_EQ(parse_instruments(*instruments_extension(), "").status, BGW_E_INVALID);
}

}  // namespace
}  // namespace dhan_like
