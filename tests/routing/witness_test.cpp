#include "core/upstream/witness.hpp"

#include <gtest/gtest.h>

namespace gw::upstream {
namespace {

constexpr std::int64_t kOneSecond = 1'000'000'000;
constexpr std::int64_t kTraded = 1'791'171'000 * kOneSecond;

bgw_tick traded_at(std::int64_t ns, std::int64_t ltp = 100) {
  bgw_tick tick{};
  tick.present = BGW_HAS_LTP | BGW_HAS_LAST_TRADE_TIME;
  tick.ltp = ltp;
  tick.last_trade_time_ns = ns;
  return tick;
}

// A broker that states whole seconds and one that states milliseconds show the same trade.
TEST(Witness, OneTradeWithTimesOfDifferentResolutionIsNotTwo) {
  const bgw_tick shown = traded_at(kTraded);
  const bgw_tick before = traded_at(kTraded - 10 * kOneSecond, 99);
  const bgw_tick now = traded_at(kTraded + kOneSecond / 2);
  EXPECT_FALSE(Witness::would_show(BGW_MODE_QUOTE, now, &before, &shown, false, kOneSecond));
  EXPECT_FALSE(Witness::would_show(BGW_MODE_QUOTE, now, nullptr, &shown, false, kOneSecond));
}

TEST(Witness, ATradeOfALaterSecondIsNewThoughItsPriceIsTheSame) {
  const bgw_tick shown = traded_at(kTraded);
  const bgw_tick before = traded_at(kTraded + kOneSecond / 4);
  const bgw_tick now = traded_at(kTraded + kOneSecond);
  EXPECT_TRUE(Witness::would_show(BGW_MODE_QUOTE, now, &before, &shown, false, kOneSecond));
  EXPECT_FALSE(Witness::would_show(BGW_MODE_LTP, now, &before, &shown, false, kOneSecond)) << "it has no time";
}

TEST(Witness, WithinOneBrokerEachLaterTimeCounts) {
  const bgw_tick before = traded_at(kTraded);
  const bgw_tick now = traded_at(kTraded + 1);
  EXPECT_TRUE(Witness::would_show(BGW_MODE_QUOTE, now, &before, nullptr, false, kOneSecond));
}

}  // namespace
}  // namespace gw::upstream
