#include "zerodha_instruments.hpp"

#include <algorithm>
#include <cstring>

#include <gmock/gmock.h>

#include "bgw/testing/parse_instruments.hpp"

namespace zerodha {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::string_view kHeader =
    "instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_"
    "size,instrument_type,segment,exchange\n";

using Parsed = bgw::testing::ParsedInstruments;

Parsed parse(std::string_view text, std::size_t chunk = 1 << 20) {
  return bgw::testing::parse_instruments(*instruments_extension(), text, chunk);
}

Parsed rows(const std::string& text) { return parse(std::string(kHeader) + text); }

TEST(KiteCsv, MakesStandardSymbolsFromExpiryAndStrike) {
  EXPECT_THAT(rows("256265,1001,NIFTY 50,\"NIFTY 50\",0,,0,0,0,EQ,INDICES,NSE\r\n"
                   "738561,2885,RELIANCE,RELIANCE INDUSTRIES,0,,0,0.1,1,EQ,NSE,NSE\r\n"
                   "1,2,CENTRALBK-BE,CENTRAL BANK,0,,0,0.05,1,EQ,NSE,NSE\n"
                   "3,2,NIFTY2662324700PE,\"NIFTY\",0,2026-06-23,24700,0.05,65,PE,NFO-OPT,NFO\n"
                   "4,2,SENSEX26MAYFUT,SENSEX,0,2026-05-27,0,0.05,20,FUT,BFO-FUT,BFO\n"
                   "5,2,VEDL26APR292.5CE,VEDL,0,2026-04-25,292.5,0.05,20,CE,NFO-OPT,NFO\n"
                   "6,2,SBIN17DEC230CE,,0,2017-12-28,230,0.05,20,CE,NFO-OPT,NFO")
                  .rows,
              UnorderedElementsAre("NIFTY.NSE_INDEX 256265", "RELIANCE.NSE 738561", "CENTRALBK.NSE 1",
                                   "NIFTY23JUN2624700PE.NFO 3", "SENSEX27MAY26FUT.BFO 4", "VEDL25APR26292.5CE.NFO 5",
                                   "SBIN17DEC230CE28DEC17230CE.NFO 6"));
}

TEST(KiteCsv, TellsTheRestOfARow) {
  const Parsed p = rows(
      "7,2,\"A \"\"quoted\"\" one\",\"X, Y & Z "
      "(B)\",0,2026-05-22,83.25,0.0025,1000,CE,CDS-OPT,CDS\n");
  ASSERT_THAT(p.skips, IsEmpty());
  EXPECT_EQ(p.last.place, 2U);
  EXPECT_EQ(p.last.strike, 83'250'000'000);
  EXPECT_EQ(p.last.tick_size, 2'500'000);
  EXPECT_EQ(p.last.lot_size, 1000);
  EXPECT_THAT(p.rows, ElementsAre("X, Y & Z (B)22MAY2683.25CE.CDS 7"));
}

TEST(KiteCsv, ATokenIsTheSameHoweverItIsWritten) {
  EXPECT_THAT(rows("0738561,2885,RELIANCE,RELIANCE,0,,0,0.1,1,EQ,NSE,NSE\n").rows, ElementsAre("RELIANCE.NSE 738561"));
}

TEST(KiteCsv, ABadRowIsNamedByLineAndTheLoadGoesOn) {
  const Parsed p = rows(
      "x,2,A,A,0,,0,0.05,1,EQ,NSE,NSE\n"
      "1,2,A,A,0,,0,0.05,1,EQ,NSE,LSE\n"
      "\n"
      "1,2,A,A,0,2026-02-30x,5,0.05,1,CE,NFO-OPT,NFO\n"
      "1,2,A,A,0,2026-02-28,five,0.05,1,CE,NFO-OPT,NFO\n"
      "1,2,A\n"
      "1,2,\"A,A,0,,0,0.05,1,EQ,NSE,NSE\n"
      "1,2,A,A,0,,0,0.05,1,BOND,NSE,NSE\n"
      "1,2,,A,0,,0,0.05,1,EQ,NSE,NSE\n"
      "0,2,A,A,0,,0,0.05,1,EQ,NSE,NSE\n"
      "1,2,A,A,0,,0,0.05,many,EQ,NSE,NSE\n"
      "4294967296,2,A,A,0,,0,0.05,1,EQ,NSE,NSE\n"
      "8,2,GOOD,A,0,,0,0.05,1,EQ,NSE,NSE\n");
  EXPECT_EQ(p.status, BGW_OK);
  EXPECT_THAT(p.rows, ElementsAre("GOOD.NSE 8"));
  EXPECT_THAT(p.skips, ElementsAre("2: instrument_token: found 'x', expected a whole number of 32 bits",
                                   "3: exchange: found 'LSE', expected NSE, BSE, NFO, BFO, CDS, BCD, MCX, NCO, "
                                   "GLOBAL or NSEIX",
                                   "5: expiry: found '2026-02-30x', expected a date, like 2026-10-27",
                                   "6: strike: found 'five', expected a decimal above 0",
                                   "7: found 3 columns, expected more", "8: a quote that is not closed",
                                   "9: instrument_type: found 'BOND', expected EQ, FUT, CE or PE",
                                   "10: tradingsymbol: found '', expected a name",
                                   "11: instrument_token: found '0', expected a whole number of 32 bits",
                                   "12: lot_size: found 'many', expected 0 or more",
                                   "13: instrument_token: found '4294967296', expected a whole number of 32 bits"));
}

TEST(KiteCsv, EachTypeNeedsOnlyWhatItUses) {
  const Parsed p = rows(
      "1,2,EMPTY,E,0,,,,,EQ,NSE,NSE\n"
      "2,2,ODD,O,0,soon,-1,none,1,EQ,NSE,NSE\n"
      "3,2,NIFTY 50,NIFTY 50,0,,,,,EQ,INDICES,NSE\n"
      "4,2,A26DFUT,A,0,2026-12-29,-0.01,,75,FUT,NFO-FUT,NFO\n"
      "5,2,A26DFUT,A,0,2026-12-30,0,-0.05,75,FUT,NFO-FUT,NFO\n"
      "6,2,A26DFUT,A,0,2026-12-30,0,0.05,,FUT,NFO-FUT,NFO\n"
      "7,2,A26DFUT,A,0,2026-12-30,0,0.05,0,FUT,NFO-FUT,NFO\n"
      "8,2,A26DFUT,A,0,2026-02-31,0,0.05,75,FUT,NFO-FUT,NFO\n"
      "9,2,A26D5CE,A,0,2026-12-30,0,0.05,75,CE,NFO-OPT,NFO\n"
      "10,2,A26D5CE,A,0,2026-12-30,2.5E2,0.05,75,CE,NFO-OPT,NFO\n"
      "11,2,LESS,L,0,,0,0.05,-1,EQ,NSE,NSE\n"
      "12,2,IDX,I,0,,0,0.05,1,EQ,INDICES,NCO\n");
  EXPECT_THAT(p.rows, UnorderedElementsAre("EMPTY.NSE 1", "ODD.NSE 2", "NIFTY.NSE_INDEX 3", "A29DEC26FUT.NFO 4"));
  EXPECT_THAT(p.skips,
              ElementsAre("6: tick_size: found '-0.05', expected a decimal",
                          "7: lot_size: found '', expected 1 or more", "8: lot_size: found '0', expected 1 or more",
                          "9: expiry: found '2026-02-31', expected a date, like 2026-10-27",
                          "10: strike: found '0', expected a decimal above 0",
                          "11: strike: found '2.5E2', expected a decimal above 0",
                          "12: lot_size: found '-1', expected 0 or more",
                          "13: exchange: found 'NCO', expected for an index NSE, BSE, MCX, CDS, GLOBAL or "
                          "NSEIX"));
}

TEST(KiteCsv, AShareWhoseRowIsRefusedKeepsItsName) {
  for (const char* refused : {"1,2,ABC,A,0,,0,0.05,-1,EQ,NSE,NSE\n", "x,2,ABC,A,0,,0,0.05,1,EQ,NSE,NSE\n",
                              "1,2,ABC,A,0,,0,0.05,1,BOND,NSE,NSE\n"}) {
    const Parsed p = rows("3,4,ABC-BE,A,0,,0,0.05,1,EQ,NSE,NSE\n" + std::string(refused));
    EXPECT_THAT(p.rows, ElementsAre("ABC-BE.NSE 3")) << refused;
    EXPECT_EQ(p.skips.size(), 1U);
  }
  EXPECT_THAT(rows("1,2,ABC,A,0,,0,0.05,-1,EQ,BSE,BSE\n3,4,ABC-BE,A,0,,0,0.05,1,EQ,NSE,NSE\n").rows,
              ElementsAre("ABC.NSE 3"))
      << "another exchange's";
}

TEST(KiteCsv, ADerivativesLotIsAWholeNumber) {
  const Parsed p = rows(
      "1,2,A26DFUT,A,0,2026-12-30,0,0.05,1.5,FUT,NFO-FUT,NFO\n2,2,A26D5CE,A,0,2026-12-30,5,0.05,0.5,CE,NFO-OPT,NFO\n"
      "3,2,B26DFUT,B,0,2026-12-30,0,0.05,75.0,FUT,NFO-FUT,NFO\n");
  EXPECT_THAT(p.skips, ElementsAre("2: lot_size: found '1.5', expected a whole number",
                                   "3: lot_size: found '0.5', expected a whole number"));
  EXPECT_THAT(p.rows, ElementsAre("B30DEC26FUT.NFO 3"));
  EXPECT_EQ(p.last.lot_size, 75);
}

TEST(KiteCsv, AByteOrderMarkIsPassedOver) {
  EXPECT_THAT(parse("\xef\xbb\xbf" + std::string(kHeader) + "408065,1594,INFY,INFY,0,,0,0.05,1,EQ,NSE,NSE\n").rows,
              ElementsAre("INFY.NSE 408065"));
}

TEST(KiteCsv, ALineWithoutEndIsOneBadRow) {
  const Parsed p = rows(std::string(100'000, 'x') + "\n8,2,GOOD,A,0,,0,0.05,1,EQ,NSE,NSE\n");
  EXPECT_THAT(p.skips, ElementsAre("2: line of more than 4096 bytes"));
  EXPECT_THAT(p.rows, ElementsAre("GOOD.NSE 8"));
}

TEST(KiteCsv, FindsColumnsByName) {
  const Parsed p = parse(
      "exchange,segment,instrument_type,lot_size,tick_size,strike,expiry,name,tradingsymbol,"
      "instrument_token,more\n"
      "NSE,NSE,EQ,1,0.05,0,,INFOSYS,INFY,408065,x\n");
  EXPECT_THAT(p.rows, ElementsAre("INFY.NSE 408065"));
}

TEST(KiteCsv, DoesNotCareHowTheBytesArrive) {
  const std::string text =
      std::string(kHeader) + "738561,2885,RELIANCE,\"R, I\",0,,0,0.1,1,EQ,NSE,NSE\r\n1,2,A,A,0,,0,1,1,EQ,BSE,BSE";
  for (const std::size_t chunk : {1U, 2U, 7U, 4096U})
    EXPECT_THAT(parse(text, chunk).rows, UnorderedElementsAre("RELIANCE.NSE 738561", "A.BSE 1")) << chunk;
}

TEST(KiteCsv, AFileThatIsNoneIsRefusedAsAWhole) {
  EXPECT_EQ(parse("").error, "found an empty file, expected Kite's instrument list (CSV)");
  const Parsed p = parse("<html>\n<body>Too many requests\n");
  EXPECT_EQ(p.status, BGW_E_INVALID);
  EXPECT_EQ(p.error,
            "line 1: found a header without the column instrument_token, expected Kite's "
            "instrument list (CSV)");
  EXPECT_THAT(p.rows, IsEmpty());
}

}  // namespace
}  // namespace zerodha
