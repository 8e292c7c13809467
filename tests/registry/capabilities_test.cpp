#include "core/registry/capabilities.hpp"

#include <algorithm>
#include <cstring>
#include <initializer_list>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gw::registry {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint32_t kAllModes = BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH;

bgw_capability exchange(const char* name, std::uint32_t modes, std::initializer_list<std::uint16_t> levels,
                        std::uint32_t feed = BGW_FEED_SNAPSHOT) {
  bgw_capability c{};
  std::strncpy(c.exchange, name, sizeof c.exchange);
  c.modes = modes;
  c.feed = feed;
  c.depth_count = static_cast<std::uint32_t>(levels.size());
  std::copy(levels.begin(), levels.end(), c.depths);
  return c;
}

const bgw_capability kAngel[] = {
    exchange("NSE", kAllModes, {20, 5}, BGW_FEED_TICK_BY_TICK),
    exchange("BSE", kAllModes, {5}),
    exchange("NSE_INDEX", BGW_MODE_LTP | BGW_MODE_QUOTE, {}),
};

TEST(Capabilities, KnowModesLevelsAndFeedOfEachExchange) {
  const Capabilities can(kAngel);
  EXPECT_THAT(can.exchanges(), ElementsAre("BSE", "NSE", "NSE_INDEX"));
  EXPECT_TRUE(can.supports_mode("NSE", BGW_MODE_DEPTH));
  EXPECT_FALSE(can.supports_mode("NSE_INDEX", BGW_MODE_DEPTH));
  EXPECT_TRUE(can.is_depth_supported("NSE", 20));
  EXPECT_FALSE(can.is_depth_supported("NSE", 30));
  EXPECT_EQ(can.feed("NSE"), BGW_FEED_TICK_BY_TICK);
  EXPECT_EQ(can.feed("BSE"), BGW_FEED_SNAPSHOT);
}

TEST(Capabilities, LevelsAscendWhateverOrderThePluginDeclares) {
  EXPECT_THAT(Capabilities(kAngel).depth_levels("NSE"), ElementsAre(5, 20));
}

TEST(Capabilities, OfAnUnknownExchangeThereAreNone) {
  const Capabilities can(kAngel);
  EXPECT_FALSE(can.has_exchange("MCX"));
  EXPECT_FALSE(can.has_exchange("nse"));
  EXPECT_FALSE(can.supports_mode("MCX", BGW_MODE_LTP));
  EXPECT_THAT(can.depth_levels("MCX"), IsEmpty());
  EXPECT_EQ(can.choose_depth("MCX", {}, 5), std::nullopt);
}

TEST(Capabilities, AnExchangeNameMayFillItsFieldWithoutAnEnd) {
  const bgw_capability c[] = {exchange("ABCDEFGHIJKLMNOP", BGW_MODE_LTP, {})};
  EXPECT_TRUE(Capabilities(c).has_exchange("ABCDEFGHIJKLMNOP"));
}

TEST(Capabilities, ACountBeyondTheRecordReadsNoFurtherThanTheRecord) {
  bgw_capability c[] = {exchange("NSE", kAllModes, {1, 2, 3, 4, 5, 6, 7, 8})};
  c[0].depth_count = 1000;
  EXPECT_EQ(Capabilities(c).depth_levels("NSE").size(), 8U);
}

TEST(Narrowing, KeepsWhatTheInstanceNames) {
  const bgw_capability own[] = {exchange("NSE", BGW_MODE_LTP | BGW_MODE_DEPTH, {5})};
  const auto narrow = Capabilities(kAngel).narrowed_by(own);
  ASSERT_TRUE(narrow);
  EXPECT_THAT(narrow->exchanges(), ElementsAre("NSE"));
  EXPECT_FALSE(narrow->supports_mode("NSE", BGW_MODE_QUOTE));
  EXPECT_EQ(narrow->choose_depth("NSE", {}, 20), (Depth{5, 5}));
}

TEST(Narrowing, ToTheSameOrToNothingIsAllowed) {
  EXPECT_TRUE(Capabilities(kAngel).narrowed_by(kAngel));
  EXPECT_TRUE(Capabilities(kAngel).narrowed_by({}));
}

TEST(Narrowing, RefusesWhateverWouldWiden) {
  const Capabilities can(kAngel);
  const auto refusal = [&](const bgw_capability& c) {
    const auto narrow = can.narrowed_by({&c, 1});
    return narrow ? std::string("accepted") : narrow.error().message;
  };
  EXPECT_EQ(refusal(exchange("MCX", BGW_MODE_LTP, {})), "exchange MCX is not in the descriptor");
  EXPECT_EQ(refusal(exchange("NSE_INDEX", kAllModes, {})), "exchange NSE_INDEX has modes that the descriptor lacks");
  EXPECT_EQ(refusal(exchange("BSE", kAllModes, {5, 20})), "exchange BSE: depth level 20 is not in the descriptor");
}

TEST(BrokerMessage, NamesTheBrokersMostWhenThatIsUsed) {
  const Capabilities can(kAngel);
  EXPECT_EQ(broker_message("angel", can, "NSE", 50, 20), "Angel broker only supports up to 20 depth levels for NSE");
  EXPECT_EQ(broker_message("angel", can, "BSE", 20, 5), "Angel broker only supports up to 5 depth levels for BSE");
}

TEST(BrokerMessage, NamesTheReplacementWhenTheBrokerHasMore) {
  const bgw_capability deep[] = {exchange("NSE", kAllModes, {5, 20, 50})};
  EXPECT_EQ(broker_message("angel", Capabilities(deep), "NSE", 30, 20), "Depth level 30 not supported, using 20");
}

TEST(BrokerMessage, IsEmptyWithoutAFallback) {
  EXPECT_EQ(broker_message("angel", Capabilities(kAngel), "NSE", 20, 20), "");
}

TEST(Capabilities, SayInWhichModesPacketsHaveATime) {
  const bgw_capability declared[] = {{"NSE", 7, BGW_FEED_SNAPSHOT, 1, {5}, BGW_DEPTH_HAS_TIME},
                                     {"NSE_INDEX", 3, BGW_FEED_SNAPSHOT, 0, {}, BGW_QUOTE_HAS_TIME}};
  const Capabilities can(declared);
  EXPECT_FALSE(can.has_time("NSE", BGW_MODE_LTP));
  EXPECT_FALSE(can.has_time("NSE", BGW_MODE_QUOTE));
  EXPECT_TRUE(can.has_time("NSE", BGW_MODE_DEPTH));
  EXPECT_FALSE(can.has_time("NSE_INDEX", BGW_MODE_LTP));
  EXPECT_TRUE(can.has_time("NSE_INDEX", BGW_MODE_QUOTE));
  EXPECT_FALSE(can.has_time("MCX", BGW_MODE_LTP));
}

}  // namespace
}  // namespace gw::registry
