#include "bybit_instruments.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "bgw/decimal.hpp"
#include "bgw/testing/parse_instruments.hpp"
#include "recording.hpp"

namespace bybit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::json;

Json linear_row(const char* symbol, const char* tick = "0.10", const char* step = "0.001") {
  return {{"symbol", symbol},
          {"contractType", "LinearPerpetual"},
          {"status", "Trading"},
          {"baseCoin", "BTC"},
          {"quoteCoin", "USDT"},
          {"deliveryTime", "0"},
          {"priceScale", "2"},
          {"leverageFilter", {{"tickSize", "7"}}},
          {"priceFilter", {{"minPrice", "0.10"}, {"maxPrice", "1999999.80"}, {"tickSize", tick}}},
          {"lotSizeFilter", {{"qtyStep", step}, {"minOrderQty", step}, {"basePrecision", "9"}}},
          {"isPreListing", false},
          {"preListingInfo", nullptr}};
}

Json spot_row(const char* symbol, const char* tick, const char* precision) {
  return {{"symbol", symbol},
          {"status", "Trading"},
          {"baseCoin", "BTC"},
          {"quoteCoin", "EUR"},
          {"lotSizeFilter", {{"basePrecision", precision}, {"minOrderQty", precision}}},
          {"priceFilter", {{"tickSize", tick}}}};
}

std::string page(const char* category, std::vector<Json> rows, const char* cursor = "") {
  return Json{{"retCode", 0},
              {"retMsg", "OK"},
              {"result", {{"category", category}, {"list", rows}, {"nextPageCursor", cursor}}},
              {"retExtInfo", Json::object()},
              {"time", 1}}
      .dump();
}

bgw::testing::ParsedInstruments parse(const std::string& text, std::size_t chunk = 1 << 20) {
  return bgw::testing::parse_instruments(*instruments_extension(), text, chunk);
}

std::string next_of(const std::string& text, std::uint32_t pages = 1, std::size_t capacity = 4096) {
  std::vector<char> next(capacity, 'x');
  bgw_error error{};
  if (instruments_extension()->next_page(text.data(), text.size(), pages, next.data(), capacity, &error) != BGW_OK)
    return std::string("error: ") + error.message;
  return next.data();
}

TEST(Instruments, APerpetual) {
  const auto out = parse(page("linear", {linear_row("BTCUSDT")}));
  EXPECT_EQ(out.status, BGW_OK) << out.error;
  EXPECT_THAT(out.rows, ElementsAre("BTCUSDT.BYBIT_LINEAR linear:BTCUSDT"));
  EXPECT_EQ(out.last_texts, "BTCUSDT|linear|BTC/USDT|perpetual|");
  EXPECT_EQ(out.last.price_exponent, -6);
  EXPECT_EQ(out.last.tick_size, 100'000);
  EXPECT_EQ(out.last.quantity_exponent, -5);
  EXPECT_EQ(out.last.lot_size, 100);
  EXPECT_EQ(out.last.place, 1U);
}

TEST(Instruments, AFutureHasItsDayInUtc) {
  Json row = linear_row("BTCUSDT-14AUG26");
  row["contractType"] = "LinearFutures";
  row["deliveryTime"] = "1786694400000";
  EXPECT_EQ(parse(page("linear", {row})).last_texts, "BTCUSDT-14AUG26|linear|BTC/USDT|FUT|2026-08-14");
  for (const char* time : {"0", "", "x", "-5", "99999999999999999999"}) {
    row["deliveryTime"] = time;
    EXPECT_THAT(parse(page("linear", {row})).skips, ElementsAre(HasSubstr("1: deliveryTime: found '"))) << time;
  }
}

TEST(Instruments, SpotWithTicksOfThirteenDecimals) {
  const auto out = parse(page("spot", {spot_row("XEUR", "0.0000000000001", "1")}));
  EXPECT_THAT(out.rows, ElementsAre("XEUR.BYBIT_SPOT spot:XEUR"));
  EXPECT_EQ(out.last_texts, "XEUR|spot|BTC/EUR|spot|");
  EXPECT_EQ(out.last.price_exponent, -17);
  EXPECT_EQ(out.last.tick_size, 10'000);
  EXPECT_EQ(out.last.quantity_exponent, -2);
  EXPECT_EQ(out.last.lot_size, 100);
}

TEST(Instruments, PricesHaveFourMoreDecimalsThanTheTickIsWrittenWith) {
  const auto out = parse(page("spot", {spot_row("X", "0.50", "0.010")}));
  EXPECT_EQ(out.last.price_exponent, -6);
  EXPECT_EQ(out.last.tick_size, 500'000);
  EXPECT_EQ(out.last.quantity_exponent, -4);
  EXPECT_EQ(out.last.lot_size, 100);
}

TEST(Instruments, StepsAboveOneAndTicksWithoutDecimals) {
  Json row = linear_row("X", "1", "100");
  row["priceScale"] = "0";
  const auto out = parse(page("linear", {row}));
  EXPECT_EQ(out.last.price_exponent, -5);
  EXPECT_EQ(out.last.tick_size, 100'000);
  EXPECT_EQ(out.last.quantity_exponent, -2);
  EXPECT_EQ(out.last.lot_size, 10'000);
}

// Prices a thousand times the largest one, and quantities 100,000 times the largest order, still fit.
TEST(Instruments, SpareDecimalsEndWhereTheLargestValuesWouldNotFit) {
  const auto price = [](const char* tick, const char* most) {
    Json row = linear_row("X", tick);
    row["priceScale"] = "0";
    row["priceFilter"]["maxPrice"] = most;
    return parse(page("linear", {row})).last.price_exponent;
  };
  EXPECT_EQ(price("0.01", "9223372036"), -6);
  EXPECT_EQ(price("0.01", "9223372037"), -5);
  EXPECT_EQ(price("0.01", "92233720368547758"), -2) << "those of the tick are the least";
  EXPECT_EQ(price("0.0000000000000001", "0.001"), -18);
  const auto quantity = [](const char* step, const char* most, const char* name = "maxOrderQty") {
    Json row = linear_row("X", "0.1", step);
    row["lotSizeFilter"][name] = most;
    return parse(page("linear", {row})).last.quantity_exponent;
  };
  EXPECT_EQ(quantity("0.001", "1190.000"), -8);
  EXPECT_EQ(quantity("0.001", "922337"), -8);
  EXPECT_EQ(quantity("0.001", "922338"), -7);
  EXPECT_EQ(quantity("0.001", "922338", "maxLimitOrderQty"), -7);
  EXPECT_EQ(quantity("10", "712500000"), -5);
  EXPECT_EQ(quantity("1", "26001000000000"), 0) << "those of the step are the least";
  EXPECT_EQ(quantity("0.00000001", "1"), -10) << "two more than the step's, where these are more than eight";
}

TEST(Instruments, RowsThatDoNotFitAreSkippedByNumberWithAReason) {
  Json type = linear_row("T"), scale = linear_row("P"), most = linear_row("M");
  type["contractType"] = "LinearOption";
  scale["priceScale"] = "19";
  most["priceFilter"]["maxPrice"] = "99999999999999999999";
  const auto out =
      parse(page("linear", {linear_row("A", "0.0000000000000000001"), linear_row("B", "0"), linear_row("C", "-1"),
                            linear_row("D", "0.1", "x"), linear_row("E", "0.1", "0"), linear_row("F\"<"), type, scale,
                            most, linear_row("GOOD")}));
  EXPECT_EQ(out.status, BGW_OK);
  EXPECT_THAT(out.rows, ElementsAre("GOOD.BYBIT_LINEAR linear:GOOD"));
  EXPECT_THAT(
      out.skips,
      ElementsAre("1: priceFilter.tickSize: found '0.0000000000000000001', expected a price above 0 with at most "
                  "18 decimals",
                  HasSubstr("2: priceFilter.tickSize: found '0'"), HasSubstr("3: priceFilter.tickSize"),
                  HasSubstr("4: lotSizeFilter.qtyStep: found 'x'"), HasSubstr("5: lotSizeFilter.qtyStep: found '0'"),
                  HasSubstr("6: symbol"), HasSubstr("7: contractType: found 'LinearOption'"),
                  HasSubstr("8: priceScale: found '19'"), HasSubstr("9: priceFilter.maxPrice")));
}

TEST(Instruments, WhatIsNotTradedIsLeftOut) {
  Json row = linear_row("X");
  row["status"] = "PreLaunch";
  const auto out = parse(page("linear", {row, linear_row("Y")}));
  EXPECT_THAT(out.rows, ElementsAre("Y.BYBIT_LINEAR linear:Y"));
  EXPECT_THAT(out.skips, IsEmpty());
}

TEST(Instruments, PagesFollowOneAnother) {
  const std::string pages = page("linear", {linear_row("A")}, "c1") + '\n' + page("linear", {linear_row("B")}) + '\n' +
                            page("spot", {spot_row("A", "0.1", "0.1")}) + '\n';
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, std::size_t{1 << 20}}) {
    const auto out = parse(pages, chunk);
    EXPECT_EQ(out.status, BGW_OK) << out.error;
    EXPECT_THAT(out.rows, ElementsAre("A.BYBIT_LINEAR linear:A", "B.BYBIT_LINEAR linear:B", "A.BYBIT_SPOT spot:A"));
    EXPECT_EQ(out.last.place, 3U);
  }
}

TEST(Instruments, ThePageAfterThisOne) {
  constexpr const char* kUrl = "{api_url}/v5/market/instruments-info?status=Trading&limit=1000&category=";
  EXPECT_EQ(instruments_extension()->url, std::string(kUrl) + "linear");
  EXPECT_EQ(next_of(page("linear", {}, "first page&x={api_url}%")),
            std::string(kUrl) + "linear&cursor=first%20page%26x%3D%7Bapi_url%7D%25");
  EXPECT_EQ(next_of(page("linear", {})), std::string(kUrl) + "spot");
  EXPECT_EQ(next_of(page("spot", {}, "c")), std::string(kUrl) + "spot&cursor=c");
  EXPECT_EQ(next_of(page("spot", {})), "");
  EXPECT_EQ(next_of(R"({"retCode":0,"result":{"category":"spot","list":[]}})"), "") << "spot has no cursor";
}

TEST(Instruments, APageThatIsNoneSaysWhy) {
  EXPECT_THAT(next_of("<html>"), HasSubstr("found no valid JSON"));
  EXPECT_THAT(next_of(R"({"retCode":10001,"retMsg":"params error","result":{}})"),
              HasSubstr("found retCode '10001' (params error), expected 0"));
  EXPECT_THAT(next_of(page("option", {})), HasSubstr("category 'option'"));
  EXPECT_THAT(next_of(page("linear", {}, "c"), 200), HasSubstr("more than 200 pages"));
  EXPECT_THAT(next_of(page("linear", {}, "c"), 1, 20), HasSubstr("too long"));
}

TEST(Instruments, AFileThatIsNoListSaysWhy) {
  for (const auto& [text, words] :
       {std::pair<std::string, const char*>{"", "found an empty file"},
        {" \n ", "found an empty file"},
        {"[]", "page 1: found a JSON list"},
        {"5", "page 1: found a single JSON value"},
        {"{}", "page 1: found retCode ''"},
        {R"({"retCode":0,"result":{"category":"linear"}})", "page 1: found no result.list"},
        {R"({"retCode":0,"result":{"category":"linear","list":[5]}})", "page 1: found a value that is no object"},
        {page("linear", {}) + "\n{", "page 2: found no valid JSON"},
        {page("inverse", {}), "page 1: found the category 'inverse'"},
        {R"({"a":")" + std::string(2'000'000, 'x'), "found a value of more than 1 MiB"},
        {R"({"a":)" + std::string(100'000, '['), "found values nested too deeply"}}) {
    const auto out = parse(text);
    EXPECT_EQ(out.status, BGW_E_INVALID) << text.substr(0, 100);
    EXPECT_THAT(out.error, HasSubstr(words));
    EXPECT_THAT(out.error, HasSubstr("expected pages of Bybit's instruments-info"));
  }
}

TEST(Instruments, TheRecordedLists) {
  const Recording recording = read_recording();
  if (recording.lists.empty()) GTEST_SKIP() << "no recorded lists in " << recording_path();
  ASSERT_EQ(recording.lists.size(), 2U);
  EXPECT_THAT(next_of(recording.lists[0]), HasSubstr("category=spot"));
  EXPECT_EQ(next_of(recording.lists[1], 2), "");
  const auto out = parse(recording.lists[0] + '\n' + recording.lists[1]);
  EXPECT_EQ(out.status, BGW_OK) << out.error;
  EXPECT_EQ(out.rows.size(), 800U + 557U);
  EXPECT_THAT(out.skips, IsEmpty());
}

// Every tick size and step of the recorded lists is in its row to the last digit.
TEST(Instruments, TheRecordedTicksAndSteps) {
  const Recording recording = read_recording();
  if (recording.lists.empty()) GTEST_SKIP() << "no recorded lists in " << recording_path();
  std::vector<std::pair<std::string, std::string>> expected;  // tick and step, without zeros at the end
  const auto plain = [](std::string text) {
    if (text.find('.') == text.npos) return text;
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    return text;
  };
  for (std::size_t i = 0; i < 2; ++i) {
    const Json list = Json::parse(recording.lists[i]);
    for (const Json& row : list["result"]["list"])
      expected.emplace_back(plain(row["priceFilter"]["tickSize"]),
                            plain(row["lotSizeFilter"][i == 0 ? "qtyStep" : "basePrecision"]));
  }
  std::vector<std::pair<std::string, std::string>> found;
  for (const std::string& list : recording.lists) {
    std::string_view rest = list;
    const bgw_instrument_source source{sizeof source, 0, &rest, [](void* context, void* buffer, std::size_t capacity) {
                                         auto& text = *static_cast<std::string_view*>(context);
                                         const std::size_t n = std::min(capacity, text.size());
                                         std::memcpy(buffer, text.data(), n);
                                         text.remove_prefix(n);
                                         return n;
                                       }};
    const bgw_instrument_sink sink{sizeof sink, 0, &found,
                                   [](void* context, const bgw_instrument* row) {
                                     const auto text = [](std::int64_t value, int exponent) {
                                       std::string out(bgw::DecimalText(value, exponent, -exponent));
                                       while (out.find('.') != out.npos && (out.back() == '0' || out.back() == '.')) {
                                         const bool was_point = out.back() == '.';
                                         out.pop_back();
                                         if (was_point) break;
                                       }
                                       return out;
                                     };
                                     static_cast<decltype(found)*>(context)->emplace_back(
                                         text(row->tick_size, row->price_exponent),
                                         text(row->lot_size, row->quantity_exponent));
                                   },
                                   [](void*, std::uint64_t, const char* reason) { ADD_FAILURE() << reason; }};
    bgw_error error{};
    ASSERT_EQ(instruments_extension()->parse(&source, &sink, &error), BGW_OK) << error.message;
  }
  EXPECT_EQ(expected.size(), 800U + 557U);
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace bybit
