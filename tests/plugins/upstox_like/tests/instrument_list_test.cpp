#include "instrument_list.hpp"

#include <gmock/gmock.h>

#include "bgw/testing/parse_instruments.hpp"

namespace upstox_like {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kShareRow =
    R"({"segment":"NSE_EQ","name":"RELIANCE INDUSTRIES LTD","exchange":"NSE","isin":"INE002A01018","instrument_type":"EQ",
"instrument_key":"NSE_EQ|INE002A01018","lot_size":1,"exchange_token":"2885","tick_size":10.0,"trading_symbol":"RELIANCE"})";
constexpr const char* kOptionRow =
    R"({"weekly":false,"segment":"NSE_FO","name":"BANKNIFTY","exchange":"NSE","expiry":1793125799000,"instrument_type":"CE",
"underlying_symbol":"BANKNIFTY","instrument_key":"NSE_FO|50904","lot_size":35,"exchange_token":"50904","tick_size":5.0,
"trading_symbol":"BANKNIFTY 51200 CE 27 OCT 26","strike_price":51200.0})";

bgw::testing::ParsedInstruments parse(const std::string& text, std::size_t chunk = 1 << 20) {
  return bgw::testing::parse_instruments(*instruments_extension(), text, chunk);
}

std::string with(std::string row, const std::string& from, const std::string& to) {
  return row.replace(row.find(from), from.size(), to);
}

TEST(InstrumentList, AShare) {
  const auto parsed = parse("[" + std::string(kShareRow) + "]");
  EXPECT_EQ(parsed.error, "");
  EXPECT_THAT(parsed.rows, ElementsAre("RELIANCE.NSE NSE_EQ|INE002A01018"));
  EXPECT_EQ(parsed.last.tick_size, 100'000'000);  // 10 hundredths
  EXPECT_EQ(parsed.last.lot_size, 1);
  EXPECT_EQ(parsed.last.place, 1u);
  EXPECT_EQ(parsed.last_texts, "RELIANCE|NSE_EQ|RELIANCE INDUSTRIES LTD|EQ|");
}

TEST(InstrumentList, AnOptionAndAFuture) {
  const std::string future = with(with(kOptionRow, "\"CE\"", "\"FUT\""), "|50904", "|2");
  const auto parsed = parse("[" + future + "," + kOptionRow + "]");
  EXPECT_THAT(parsed.rows, ElementsAre("BANKNIFTY27OCT26FUT.NFO NSE_FO|2", "BANKNIFTY27OCT2651200CE.NFO NSE_FO|50904"));
  EXPECT_EQ(parsed.last.strike, 51'200'000'000'000);
  EXPECT_EQ(parsed.last.tick_size, 50'000'000);
  EXPECT_EQ(parsed.last.lot_size, 35);
  EXPECT_EQ(parsed.last_texts, "BANKNIFTY 51200 CE 27 OCT 26|NSE_FO|BANKNIFTY|CE|2026-10-27");
}

TEST(InstrumentList, ADayBeginsAtMidnightInIndia) {
  const auto parsed = parse("[" + with(kOptionRow, "1793125799000", "1793125800000") + "]");
  EXPECT_THAT(parsed.rows, ElementsAre("BANKNIFTY28OCT2651200CE.NFO NSE_FO|50904"));
}

TEST(InstrumentList, SeriesAndIndices) {
  const std::string bond = with(with(kShareRow, "\"EQ\"", "\"SG\""), "\"RELIANCE\"", "\"715RJ53\"");
  const std::string index =
      R"({"segment":"NSE_INDEX","name":"Nifty 50","instrument_type":"INDEX","instrument_key":"NSE_INDEX|Nifty 50","trading_symbol":"NIFTY 50"})";
  EXPECT_THAT(
      parse("[" + bond + "," + index + "]").rows,
      testing::UnorderedElementsAre("715RJ53-SG.NSE NSE_EQ|INE002A01018", "NIFTY.NSE_INDEX NSE_INDEX|Nifty 50"));
}

TEST(InstrumentList, CutAnywhereTheRowsAreTheSame) {
  const std::string text =
      " [ " + with(kShareRow, "RELIANCE IND", "R \\\" { [ } ] é IND") + " ,\n" + kOptionRow + " ] \n";
  const auto whole = parse(text);
  ASSERT_EQ(whole.error, "");
  ASSERT_EQ(whole.rows.size(), 2u);
  for (const std::size_t chunk : {1, 2, 3, 7, 64}) EXPECT_EQ(parse(text, chunk).rows, whole.rows) << chunk;
}

TEST(InstrumentList, BadRowsAreSkippedByTheirPlace) {
  const auto parsed =
      parse("[" + std::string(kShareRow) + "," + with(kOptionRow, "\"expiry\":1793125799000", "\"expiry\":null") + "," +
            with(kOptionRow, "51200.0", "-1") + "," + with(kOptionRow, "\"lot_size\":35", "\"lot_size\":0.5") + "," +
            with(kOptionRow, "NSE_FO\"", "GLOBAL\"") + "," + with(kOptionRow, "NSE_FO|", "BSE_FO|") +
            ",{\"segment\":}," + with(kOptionRow, "\"tick_size\":5.0", "\"tick_size\":1e300") + "]");
  EXPECT_EQ(parsed.error, "");
  EXPECT_EQ(parsed.rows.size(), 1u);
  EXPECT_THAT(parsed.skips,
              ElementsAre("2: expiry: found 'null', expected a time in milliseconds",
                          "3: strike_price: found '-1', expected a number above 0",
                          "4: lot_size: found '0.5', expected a whole number from 1 on",
                          "5: segment: found '\"GLOBAL\"', expected one that has a standard exchange",
                          "6: instrument_key: found '\"BSE_FO|50904\"', expected one that begins with the segment",
                          "7: the row: found '{\"segment\":}', expected a JSON object",
                          "8: tick_size: found '1e+300', expected a number"));
}

// A text of JSON may hold a NUL, where the contract's texts end: the row would become another one's.
TEST(InstrumentList, ANameIsNeverCutAtANul) {
  const auto parsed =
      parse("[" + with(kShareRow, "NSE_EQ|INE002A01018", "NSE_EQ|INE0\\u000002A") + "," + kOptionRow + "]");
  EXPECT_EQ(parsed.rows.size(), 1u);
  EXPECT_THAT(parsed.skips, ElementsAre("1: found a NUL byte behind 'NSE_EQ|INE0', expected text without one"));
}

TEST(InstrumentList, WhatIsNoListIsRefused) {
  for (const auto& [text, found] : std::vector<std::pair<std::string, std::string>>{
           {"", "found an empty file behind row 0"},
           {"<html>", "found no JSON list behind row 0"},
           {"{\"a\":[]}", "found no JSON list behind row 0"},
           {"[7]", "found something that is no object in the list behind row 0"},
           {"[", "found the end within the list behind row 0"},
           {std::string("[") + kShareRow, "found the end within the list behind row 1"},
           {std::string("[") + kShareRow + ",{\"a\":\"}", "found the end within an object behind row 1"},
           {std::string("[") + kShareRow + "] x", "found something behind the list behind row 1"},
           {"[{\"a\":\"" + std::string(70'000, 'x') + "\"}]", "found an object of more than 64 KiB behind row 0"}}) {
    const auto parsed = parse(text);
    EXPECT_EQ(parsed.status, BGW_E_INVALID) << text.substr(0, 40);
    EXPECT_EQ(parsed.error, found + ", expected Upstox's instrument list (a JSON list of objects)");
  }
}

TEST(InstrumentList, AnEmptyListHasNoRows) {
  EXPECT_EQ(parse("[]").error, "");
  EXPECT_THAT(parse("[]").rows, IsEmpty());
}

}  // namespace
}  // namespace upstox_like
