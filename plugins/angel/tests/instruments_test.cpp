#include "angel_instruments.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>

#include "bgw/testing/parse_instruments.hpp"

namespace angel {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Parsed = bgw::testing::ParsedInstruments;

Parsed parse(std::string_view text, std::size_t chunk = 1 << 20) {
  return bgw::testing::parse_instruments(*instruments_extension(), text, chunk);
}

std::string row(const std::string& token, const std::string& symbol, const std::string& name, const std::string& type,
                const std::string& segment, const std::string& expiry = "", const std::string& strike = "-1.000000",
                const std::string& tick = "5.000000", const std::string& lot = "1") {
  return R"({"token":")" + token + R"(","symbol":")" + symbol + R"(","name":")" + name + R"(","expiry":")" + expiry +
         R"(","strike":")" + strike + R"(","lotsize":")" + lot + R"(","instrumenttype":")" + type +
         R"(","exch_seg":")" + segment + R"(","tick_size":")" + tick + "\"}";
}

TEST(ScripMaster, SharesAndIndices) {
  const Parsed p = parse('[' + row("2885", "RELIANCE-EQ", "RELIANCE", "", "NSE") + ",\n" +
                         row("500325", "RELIANCE", "RELIANCE", "", "BSE") + ",\n" +
                         row("99926000", "Nifty 50", "NIFTY", "AMXIDX", "NSE", "", "0.000000", "0.000000") + ']');
  EXPECT_EQ(p.status, BGW_OK) << p.error;
  EXPECT_THAT(p.rows, UnorderedElementsAre("RELIANCE.NSE 2885", "RELIANCE.BSE 500325", "NIFTY.NSE_INDEX 99926000"));
  EXPECT_THAT(p.skips, IsEmpty());
  EXPECT_EQ(p.last.place, 1U) << "shares of NSE come when all are known";
  EXPECT_EQ(p.last_texts, "RELIANCE-EQ|NSE|RELIANCE|EQ|");
}

TEST(ScripMaster, DerivativesAreNamedFromNameExpiryAndStrike) {
  const Parsed p = parse(
      '[' + row("1", "NIFTY28OCT2524400CE", "NIFTY", "OPTIDX", "NFO", "28OCT2025", "2440000.000000") + ',' +
      row("2", "SENSEX24MAR75000PE", "SENSEX", "OPTIDX", "BFO", "28MAR2024", "7500000.000000") + ',' +
      row("3", "GOLDPETAL30SEP25FUT", "GOLDPETAL", "FUTCOM", "MCX", "30SEP2025", "0.000000") + ',' +
      row("4", "VEDL25APR24292.5CE", "VEDL", "OPTSTK", "NFO", "25APR2024", "29250.000000") + ',' +
      row("5", "USDINR24DEC83.25CE", "USDINR", "OPTCUR", "CDS", "19DEC2024", "832500000.000000", "25000.000000") + ']');
  EXPECT_THAT(p.rows,
              ElementsAre("NIFTY28OCT2524400CE.NFO 1", "SENSEX28MAR2475000PE.BFO 2", "GOLDPETAL30SEP25FUT.MCX 3",
                          "VEDL25APR24292.5CE.NFO 4", "USDINR19DEC2483.25CE.CDS 5"));
  EXPECT_EQ(p.last.strike, 83'250'000'000);
  EXPECT_EQ(p.last.tick_size, 2'500'000);
  EXPECT_EQ(p.last_texts, "USDINR24DEC83.25CE|CDS|USDINR|CE|2024-12-19");
}

TEST(ScripMaster, TheOrdinarySeriesHasTheNameWhateverTheOrder) {
  const std::string ordinary = row("1", "ABC-EQ", "ABC", "", "NSE");
  const std::string other = row("2", "ABC-BE", "ABC", "", "NSE");
  EXPECT_THAT(parse('[' + ordinary + ',' + other + ']').rows, UnorderedElementsAre("ABC.NSE 1", "ABC-BE.NSE 2"));
  EXPECT_THAT(parse('[' + other + ',' + ordinary + ']').rows, UnorderedElementsAre("ABC.NSE 1", "ABC-BE.NSE 2"));
  EXPECT_THAT(parse('[' + other + ']').rows, ElementsAre("ABC.NSE 2"));
  EXPECT_THAT(parse('[' + row("3", "782GJ32-SG", "782GJ32", "", "NSE") + ']').rows, ElementsAre("782GJ32-SG.NSE 3"));
}

TEST(ScripMaster, AShareWhoseRowIsRefusedKeepsItsName) {
  for (const std::string& refused :
       {row("1", "ABC-EQ", "ABC", "", "NSE", "", "-1", "5", "-1"), row("x", "ABC-EQ", "ABC", "", "NSE"),
        row("1", "ABC-EQ", "ABC", "BOND", "NSE"), std::string(R"({"symbol":"ABC-EQ","exch_seg":"NSE","more":[]})")}) {
    const Parsed p = parse('[' + row("2", "ABC-BE", "ABC", "", "NSE") + ',' + refused + ']');
    EXPECT_THAT(p.rows, ElementsAre("ABC-BE.NSE 2")) << refused;
    EXPECT_EQ(p.skips.size(), 1U);
  }
}

TEST(ScripMaster, AWholeLotMayHaveDecimals) {
  for (const char* lot : {"75", "75.0", "75.000000"}) {
    const Parsed p = parse('[' + row("1", "AFUT", "A", "FUTSTK", "NFO", "28OCT2026", "-1", "5", lot) + ']');
    EXPECT_THAT(p.skips, IsEmpty()) << lot;
    EXPECT_EQ(p.last.lot_size, 75) << lot;
  }
}

TEST(ScripMaster, AByteOrderMarkIsPassedOver) {
  EXPECT_THAT(parse("\xef\xbb\xbf[" + row("1", "A-EQ", "A", "", "NSE") + ']').rows, ElementsAre("A.NSE 1"));
}

TEST(ScripMaster, AShareNeedsNoStrikeTickOrExpiry) {
  for (const char* odd : {"", "-1.000000", "ten"}) {
    const Parsed p = parse('[' + row("1", "A-EQ", "A", "", "NSE", odd, odd, odd) + ']');
    EXPECT_THAT(p.rows, ElementsAre("A.NSE 1")) << odd;
    EXPECT_THAT(p.skips, IsEmpty());
  }
  EXPECT_THAT(parse('[' + row("1", "A-EQ", "A", "", "NSE", "", "", "", "") + ']').rows, ElementsAre("A.NSE 1"));
}

TEST(ScripMaster, TokensAreUniqueWithinTheirSegmentOnly) {
  EXPECT_THAT(parse('[' + row("7", "A-EQ", "A", "", "NSE") + ',' + row("7", "B", "B", "", "BSE") + ']').rows,
              UnorderedElementsAre("A.NSE 7", "B.BSE 7"));
}

TEST(ScripMaster, StrangeRowsAreSkippedWithTheirReason) {
  const auto reason = [](const std::string& one) {
    const Parsed p = parse('[' + one + ',' + row("9", "GOOD-EQ", "GOOD", "", "NSE") + ']');
    EXPECT_THAT(p.rows, ElementsAre("GOOD.NSE 9")) << one;
    return p.skips.size() == 1 ? p.skips[0] : "";
  };
  EXPECT_EQ(reason(row("26074", "MIDCPNIFTY", "MIDCPNIFTY", "", "NSE", "", "0.0", "0.0", "-1")),
            "1: lotsize: found '-1', expected 0 or more");
  EXPECT_THAT(reason(row("x", "A-EQ", "A", "", "NSE")), HasSubstr("token: found 'x', expected a number"));
  EXPECT_THAT(reason(row("1", "", "A", "", "NSE")), HasSubstr("symbol: found ''"));
  EXPECT_THAT(reason(row("1", "A", "A", "", "NYSE")), HasSubstr("exch_seg: found 'NYSE'"));
  EXPECT_THAT(reason(row("1", "A", "A", "AMXIDX", "NFO")), HasSubstr("expected NSE, BSE or MCX"));
  EXPECT_THAT(reason(row("1", "A", "A", "COMDTY", "MCX")), HasSubstr("instrumenttype: found 'COMDTY'"));
  EXPECT_THAT(reason(row("1", "A", "A", "", "MCX")), HasSubstr("instrumenttype: found ''"));
  EXPECT_THAT(reason(row("1", "AFUT", "A", "FUTSTK", "NFO", "soon")), HasSubstr("expiry: found 'soon'"));
  EXPECT_THAT(reason(row("1", "AFUT", "", "FUTSTK", "NFO", "28OCT2026")), HasSubstr("name: found ''"));
  EXPECT_THAT(reason(row("1", "A100XX", "A", "OPTSTK", "NFO", "28OCT2026", "100")), HasSubstr("CE or PE"));
  EXPECT_THAT(reason(row("1", "A100CE", "A", "OPTSTK", "NFO", "28OCT2026", "0")), HasSubstr("strike: found '0'"));
  EXPECT_THAT(reason(row("1", "A100CE", "A", "OPTSTK", "NFO", "28OCT2026", "ten")), HasSubstr("strike: found 'ten'"));
  EXPECT_THAT(reason(row("1", "AFUT", "A", "FUTSTK", "NFO", "31SEP2026")), HasSubstr("expiry: found '31SEP2026'"));
  EXPECT_THAT(reason(row("1", "AFUT", "A", "FUTSTK", "NFO", "28OCT2026", "-1", "5", "0")),
              HasSubstr("lotsize: found '0', expected 1 or more"));
  EXPECT_THAT(reason(row("1", "AFUT", "A", "FUTSTK", "NFO", "28OCT2026", "-1", "5", "")),
              HasSubstr("lotsize: found ''"));
  EXPECT_THAT(reason(row("1", "AFUT", "A", "FUTSTK", "NFO", "28OCT2026", "-1", "5", "1.5")),
              HasSubstr("lotsize: found '1.5', expected a whole number"));
  EXPECT_THAT(reason("{}"), HasSubstr("exch_seg: found ''"));
  EXPECT_THAT(reason(R"({"token":{"a":[1]},"symbol":"A"})"), HasSubstr("an object or a list within the row"));
}

TEST(ScripMaster, RowsAreCountedAndNotLines) {
  EXPECT_STREQ(instruments_extension()->place_word, "row");
  const Parsed p = parse('[' + row("1", "A-EQ", "A", "", "NSE") + ',' + row("x", "B-EQ", "B", "", "NSE") + ",\n\n" +
                         row("y", "C-EQ", "C", "", "NSE") + ',' + row("2", "D", "D", "", "BSE") + ']');
  EXPECT_THAT(p.skips, ElementsAre("2: token: found 'x', expected a number", "3: token: found 'y', expected a number"));
  EXPECT_EQ(p.last.place, 1U) << "a share of NSE, handed over last";
  EXPECT_EQ(parse('[' + row("1", "A-EQ", "A", "", "NSE") + ',' + row("2", "D", "D", "", "BSE") + ']').rows.front(),
            "D.BSE 2");
}

TEST(ScripMaster, NewKeysAndOtherTypesChangeNothing) {
  std::string one = row("1", "A-EQ", "A", "", "NSE");
  one.insert(1, R"("is_cas_enabled":true,"freeze_qty":12.5,"more":null,)");
  EXPECT_THAT(parse('[' + one + ']').rows, ElementsAre("A.NSE 1"));
  EXPECT_THAT(parse(R"([{"token":1,"symbol":"A-EQ","name":"A","strike":-1.0,"lotsize":1,"instrumenttype":"",)"
                    R"("exch_seg":"NSE","tick_size":5.0}])")
                  .rows,
              ElementsAre("A.NSE 1"));
}

TEST(ScripMaster, ComesInPiecesOfAnySize) {
  const std::string text = '[' + row("1", "A-EQ", "A", "", "NSE") + ",\n" + row("2", "B-EQ", "B", "", "NSE") + ']';
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, std::size_t{100}})
    EXPECT_THAT(parse(text, chunk).rows, ElementsAre("A.NSE 1", "B.NSE 2")) << chunk;
}

TEST(ScripMaster, WhatIsNoListIsRefusedWhole) {
  const std::string one = row("1", "A-EQ", "A", "", "NSE");
  const auto problem = [](const std::string& text) {
    const Parsed p = parse(text);
    EXPECT_EQ(p.status, BGW_E_INVALID) << text;
    EXPECT_THAT(p.error, HasSubstr("expected Angel's ScripMaster"));
    return p.error;
  };
  EXPECT_THAT(problem(""), HasSubstr("found an empty file"));
  EXPECT_THAT(problem("<html>gone</html>"), HasSubstr("found no valid JSON in row 1"));
  EXPECT_THAT(problem("{\"a\":1}"), HasSubstr("found a JSON object"));
  EXPECT_THAT(problem("[[1]]"), HasSubstr("a list within the list"));
  EXPECT_THAT(problem("[1]"), HasSubstr("no object in the list"));
  EXPECT_THAT(problem("\"a\""), HasSubstr("a single JSON value"));
  EXPECT_THAT(problem("[\n" + one + ",\n" + one.substr(0, 30)), HasSubstr("found no valid JSON in row 2"));
  EXPECT_THAT(problem("[" + std::string(100, '[')), HasSubstr("a list within the list"));
  EXPECT_THAT(problem("[{\"token\":\"" + std::string(3 << 20, 'x') + "\"}]"),
              HasSubstr("found a value of more than 1 MiB in row 1"));
}

const std::filesystem::path kFolder =
    std::filesystem::path(GW_SOURCE_DIR).parent_path() / "shared" / "fixtures" / "angel";

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(RealScripMaster, RowsOfTodaysAndOfOlderFiles) {
  if (!std::filesystem::exists(kFolder)) GTEST_SKIP() << "no recorded lists in " << kFolder;
  const Parsed today = parse(text_of(kFolder / "ScripMaster_2026_NSE_sample.json"));
  EXPECT_EQ(today.status, BGW_OK) << today.error;
  EXPECT_EQ(today.rows.size(), 38U);
  for (const char* known : {"NIFTY.NSE_INDEX 99926000", "MIDCPNIFTY.NSE_INDEX 99926074", "INDIAVIX.NSE_INDEX 99926017",
                            "HANGSENGBEESNAV.NSE_INDEX 99926016", "782GJ32-SG.NSE 10196", "ASAHISONG.NSE 25092",
                            "VEEKAYEM.NSE 10710", "94SFL28-YL.NSE 1001", "ICICIBANK.NSE 4963"})
    EXPECT_THAT(today.rows, Contains(known));
  const Parsed older = parse(text_of(kFolder / "ScripMaster_quoted_rows.json"));
  for (const char* known : {"RELIANCE.NSE 2885", "NIFTY28OCT2524400CE.NFO 58784"})
    EXPECT_THAT(older.rows, Contains(known));
  EXPECT_THAT(older.rows, Contains(HasSubstr("SENSEX28MAR2475000PE.BFO")));
  EXPECT_THAT(older.rows, Contains(HasSubstr("GOLDPETAL30SEP25FUT.MCX")));
}

}  // namespace
}  // namespace angel
