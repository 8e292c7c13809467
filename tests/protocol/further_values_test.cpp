// What an update has beside the values of every broker: other units, further values and the window of the day's values.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/protocol/update_fixture.hpp"

namespace gw::protocol {
namespace {

using routing::Variant;
using testing::HasSubstr;
using testing::Not;

class FurtherValues : public UpdateTest {
 protected:
  std::string with(std::vector<bgw_value> values, std::uint32_t mode = BGW_MODE_QUOTE,
                   Variant variant = Variant::extras) {
    values_ = std::move(values);
    update_.values = values_;
    return encoded({static_cast<int>(mode), mode == BGW_MODE_DEPTH ? 5 : 0}, 5, "", variant);
  }
  std::vector<bgw_value> values_;
};

TEST_F(FurtherValues, PricesAndQuantitiesAreDecimalsInTheUnitsOfTheInstrument) {
  give_quote();
  give_extras();
  give_book();
  tick_.volume = 123'456;
  tick_.open = -7;
  update_.exponents = {-13, -3};
  update_.ltp = 14'240'500;
  const std::string quote = encoded({BGW_MODE_QUOTE, 0}, 0, "", Variant::extras);
  EXPECT_THAT(quote, HasSubstr(R"("ltp":0.00000142405,)"));
  EXPECT_THAT(quote, HasSubstr(R"("open":-0.0000000000007,)"));
  EXPECT_THAT(quote, HasSubstr(R"("volume":123.456,)"));
  EXPECT_THAT(quote, HasSubstr(R"("last_trade_quantity":0.05,)"));
  EXPECT_THAT(quote, HasSubstr(R"("oi":9.0,)"));
  EXPECT_THAT(quote, HasSubstr(R"("oi_day_high":9.5,)"));
  EXPECT_THAT(quote, HasSubstr(R"("upper_circuit":0.156,)"));
  EXPECT_THAT(quote, HasSubstr(R"("last_trade_time":1748428244.0,)")) << "times keep their unit";
  const std::string book = encoded({BGW_MODE_DEPTH, 5}, 5);
  EXPECT_THAT(book, HasSubstr(R"({"price":0.1424,"quantity":0.05,"orders":3})"));
}

TEST_F(FurtherValues, HaveTheirNamesAndTheirOwnExponents) {
  const char* const names[] = {"bid",
                               "bid_quantity",
                               "ask",
                               "ask_quantity",
                               "delta",
                               "gamma",
                               "theta",
                               "vega",
                               "rho",
                               "implied_volatility",
                               "indicative_price",
                               "indicative_quantity",
                               "trades",
                               "turnover",
                               "mark_price",
                               "index_price",
                               "funding_rate"};
  std::vector<bgw_value> all;
  for (std::uint32_t kind = 1; kind <= std::size(names); ++kind) all.push_back({kind, -2, 1000 + kind});
  for (const std::uint32_t mode : {BGW_MODE_QUOTE, BGW_MODE_DEPTH}) {
    const auto json = nlohmann::json::parse(with(all, mode));
    for (std::uint32_t kind = 1; kind <= std::size(names); ++kind) {
      if (mode == BGW_MODE_DEPTH && kind <= BGW_VALUE_ASK_QUANTITY) {
        EXPECT_FALSE(json["data"].contains(names[kind - 1])) << "the book itself says what is best";
        continue;
      }
      EXPECT_DOUBLE_EQ(json["data"].at(names[kind - 1]).get<double>(), 10.0 + kind / 100.0) << names[kind - 1];
    }
  }
  EXPECT_THAT(with({{BGW_VALUE_TRADES, 0, 7}}), HasSubstr(R"(,"trades":7)")) << "a whole number without a point";
  EXPECT_THAT(with({{BGW_VALUE_FUNDING_RATE, -8, -1234}}), HasSubstr(R"("funding_rate":-0.00001234)"));
}

TEST_F(FurtherValues, AreForExtrasInModes2And4Only) {
  EXPECT_THAT(with({{BGW_VALUE_TRADES, 0, 7}}, BGW_MODE_QUOTE, Variant::plain), Not(HasSubstr("trades")));
  EXPECT_THAT(with({{BGW_VALUE_TRADES, 0, 7}}, BGW_MODE_LTP), Not(HasSubstr("trades")));
}

TEST_F(FurtherValues, OfUnknownKindsAndTheMarketsStatusAreNotForClients) {
  const std::string none = with({});
  EXPECT_EQ(with({{0, 0, 1}, {BGW_VALUE_MARKET_STATUS, 0, 2}, {19, 0, 3}, {UINT32_MAX, 0, 4}}), none);
}

TEST_F(FurtherValues, ABidWithoutAQuantityIsShownAndAnEmptySideIsNot) {
  EXPECT_THAT(with({{BGW_VALUE_BID_PRICE, -1, 15}}), HasSubstr(R"("bid":1.5)"));
  const std::string empty = with({{BGW_VALUE_BID_PRICE, 0, 0},
                                  {BGW_VALUE_BID_QUANTITY, 0, 0},
                                  {BGW_VALUE_ASK_PRICE, 0, 16},
                                  {BGW_VALUE_ASK_QUANTITY, -1, 5}});
  EXPECT_THAT(empty, Not(HasSubstr("bid")));
  EXPECT_THAT(empty, HasSubstr(R"("ask":16,"ask_quantity":0.5)"));
}

TEST_F(FurtherValues, OfTwoValuesOfOneKindTheLastOneIsShown) {
  const std::string text = with({{BGW_VALUE_DELTA, 0, 1}, {BGW_VALUE_GAMMA, 0, 5}, {BGW_VALUE_DELTA, 0, 2}});
  EXPECT_THAT(text, HasSubstr(R"("gamma":5,"delta":2)"));
  EXPECT_THAT(text, Not(HasSubstr(R"("delta":1)")));
}

TEST_F(FurtherValues, TheWindowIsSaidWhereItIsNoDayToExtrasInModes2And4) {
  const auto frame = [&](std::uint32_t mode, Variant variant, bool is_of_24_hours) {
    routing::TopicInfo made{symbol_, "NSE", {static_cast<int>(mode), mode == BGW_MODE_DEPTH ? 5 : 0}, 5, "", {}};
    made.is_of_24_hours = is_of_24_hours;
    encoder_.prepare(made);
    encoder_.encode(made, update_, variant, buffer_);
    return std::string(buffer_.payload());
  };
  EXPECT_THAT(frame(BGW_MODE_QUOTE, Variant::extras, true), HasSubstr(R"("exchange":"NSE","window":"24h","ltp":)"));
  EXPECT_THAT(frame(BGW_MODE_DEPTH, Variant::extras, true), HasSubstr(R"("window":"24h")"));
  EXPECT_THAT(frame(BGW_MODE_LTP, Variant::extras, true), Not(HasSubstr("window")));
  EXPECT_THAT(frame(BGW_MODE_QUOTE, Variant::plain, true), Not(HasSubstr("window")));
  EXPECT_THAT(frame(BGW_MODE_QUOTE, Variant::extras, false), Not(HasSubstr("window")));
  update_.has_ltp = false;
  const auto priceless = nlohmann::json::parse(frame(BGW_MODE_QUOTE, Variant::extras, true));
  EXPECT_EQ(priceless["data"]["window"], "24h");
  EXPECT_FALSE(priceless["data"].contains("ltp"));
}

}  // namespace
}  // namespace gw::protocol
