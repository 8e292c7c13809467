#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/protocol/update_fixture.hpp"

namespace gw::protocol {
namespace {

using routing::Variant;
using testing::HasSubstr;

class Extremes : public UpdateTest {
 protected:
  unsigned byte(std::size_t i) const { return static_cast<unsigned char>(buffer_.frame()[i]); }
  void give_levels(std::size_t count) {
    levels_.assign(count, {INT64_MIN, INT64_MIN, UINT32_MAX, 0});
    update_.bids = levels_;
    update_.asks = levels_;
  }

  std::vector<bgw_level> levels_;
};

TEST_F(Extremes, PricesAreExactDecimals) {
  update_.ltp = -37'630'000'000;
  EXPECT_THAT(encoded({BGW_MODE_LTP, 0}), HasSubstr(R"("ltp":-37.63,)"));
  update_.ltp = 25'000'000'000'000;
  EXPECT_THAT(encoded({BGW_MODE_LTP, 0}), HasSubstr(R"("ltp":25000.0,)"));
  update_.ltp = 0;
  EXPECT_THAT(encoded({BGW_MODE_LTP, 0}), HasSubstr(R"("ltp":0.0,)"));
  update_.ltp = 83'427'500'000;
  EXPECT_THAT(encoded({BGW_MODE_LTP, 0}), HasSubstr(R"("ltp":83.4275,)"));
}

TEST_F(Extremes, EveryValueAtItsLongestStillFits) {
  give_quote();
  give_extras();
  for (std::int64_t bgw_tick::*member :
       {&bgw_tick::open, &bgw_tick::high, &bgw_tick::low, &bgw_tick::close, &bgw_tick::volume, &bgw_tick::last_quantity,
        &bgw_tick::average_price, &bgw_tick::oi, &bgw_tick::last_trade_time_ns, &bgw_tick::total_buy_quantity,
        &bgw_tick::total_sell_quantity})
    tick_.*member = INT64_MIN;
  rare_ = {INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN, 0, 0, 0};
  update_.ltp = update_.exchange_time_ns = update_.received_ns = INT64_MIN;
  update_.published_ns = INT64_MIN;
  update_.seq = UINT64_MAX;
  update_.snapshot = true;
  update_.age_ms = INT64_MAX;
  give_levels(kMaxBookLevels);
  symbol_ = std::string(64, 'S');
  const std::string text = encoded({BGW_MODE_DEPTH, 50}, 50, "", Variant::extras);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["seq"], UINT64_MAX);
  EXPECT_EQ(json["data"]["volume"], INT64_MIN);
  EXPECT_EQ(json["data"]["depth"]["sell"].size(), std::size_t{kMaxBookLevels});
  EXPECT_EQ(json["data"]["depth"]["buy"][199]["orders"], UINT32_MAX);
  EXPECT_THAT(text, HasSubstr(R"("low":-9223372036.854775808,)"));
}

TEST_F(Extremes, EveryFurtherValueAtItsLongestStillFitsWithEveryExponent) {
  for (int exponent = BGW_MIN_EXPONENT; exponent <= 0; ++exponent) {
    update_.exponents = {static_cast<std::int8_t>(exponent), static_cast<std::int8_t>(exponent)};
    give_quote();
    give_extras();
    std::vector<bgw_value> values;
    for (std::uint32_t kind = 1; kind <= kMaxValues; ++kind) values.push_back({kind, exponent, INT64_MIN});
    update_.values = values;
    give_levels(kMaxBookLevels);
    const std::string text = encoded({BGW_MODE_DEPTH, 1000}, 1000, "", Variant::extras);
    const auto json = nlohmann::json::parse(text);
    EXPECT_EQ(json["data"]["depth"]["buy"].size(), std::size_t{kMaxBookLevels});
    EXPECT_THAT(text, HasSubstr("\"funding_rate\":-9"));
  }
}

TEST_F(Extremes, NamesAreEscaped) {
  symbol_ = "M&M\"\\";
  const auto json = nlohmann::json::parse(encoded({BGW_MODE_LTP, 0}));
  EXPECT_EQ(json["topic"], "M&M\"\\.NSE");
  EXPECT_EQ(json["data"]["symbol"], "M&M\"\\");
}

TEST_F(Extremes, AShortFrameHasTheSevenBitHeader) {
  symbol_ = "A";
  update_.ltp = 0;
  update_.exchange_time_ns = 1'000'000'000;
  const std::string text = encoded({BGW_MODE_LTP, 0});
  ASSERT_LT(text.size(), 126U);
  EXPECT_EQ(buffer_.frame().size(), text.size() + 2);
  EXPECT_EQ(byte(0), 0x81U);
  EXPECT_EQ(byte(1), text.size());
}

TEST_F(Extremes, AMediumFrameHasTheSixteenBitHeader) {
  const std::string text = encoded({BGW_MODE_LTP, 0});
  ASSERT_GT(text.size(), 125U);
  EXPECT_EQ(buffer_.frame().size(), text.size() + 4);
  EXPECT_EQ(byte(0), 0x81U);
  EXPECT_EQ(byte(1), 126U);
  EXPECT_EQ(byte(2) << 8 | byte(3), text.size());
}

TEST_F(Extremes, ALongFrameHasTheSixtyFourBitHeader) {
  give_levels(600);
  const std::string text = encoded({BGW_MODE_DEPTH, 50}, 50);
  ASSERT_GT(text.size(), 65535U);
  EXPECT_EQ(buffer_.frame().size(), text.size() + 10);
  EXPECT_EQ(byte(1), 127U);
  std::size_t size = 0;
  for (std::size_t i = 2; i < 10; ++i) size = size << 8 | byte(i);
  EXPECT_EQ(size, text.size());
}

TEST_F(Extremes, EveryLengthAroundTheHeaderBordersIsFramedRight) {
  for (std::size_t extra = 0; extra < 40; ++extra) {
    symbol_ = std::string(1 + extra, 'S');
    const std::string text = encoded({BGW_MODE_LTP, 0});
    EXPECT_EQ(buffer_.frame().size(), text.size() + (text.size() < 126 ? 2 : 4));
    EXPECT_EQ(buffer_.frame().substr(buffer_.frame().size() - text.size()), text);
  }
}

TEST_F(Extremes, TheBufferServesShortFramesAfterLongOnes) {
  const std::string before = encoded({BGW_MODE_LTP, 0});
  give_levels(200);
  encoded({BGW_MODE_DEPTH, 50}, 50);
  EXPECT_EQ(encoded({BGW_MODE_LTP, 0}), before);
}

}  // namespace
}  // namespace gw::protocol
