#include <gtest/gtest.h>

#include "core/plugin_host/tick_times.hpp"

namespace gw::plugin_host {
namespace {

constexpr std::int64_t kNow = 1'764'000'000'000'000'000;

bgw_tick timed(std::int64_t exchange, std::int64_t trade) {
  bgw_tick tick{};
  tick.present = BGW_HAS_LTP | BGW_HAS_EXCHANGE_TIME | BGW_HAS_LAST_TRADE_TIME;
  tick.exchange_time_ns = exchange;
  tick.last_trade_time_ns = trade;
  return tick;
}

TEST(TickTimes, SensibleOnesPassUntouched) {
  for (const std::int64_t time : {kNow, kFirstTime, kEndOfTimes - 1}) {
    const bgw_tick tick = timed(time, time);
    const bgw_update update{&tick, nullptr, nullptr, nullptr, 0, 0};
    const UpdateTimes times(update);
    EXPECT_FALSE(times.corrected());
    EXPECT_EQ(times.update().tick, &tick);
    EXPECT_EQ(times.exchange_time_ns(), time);
  }
}

TEST(TickTimes, OthersCountAsNoneOneByOne) {
  for (const std::int64_t time : {std::int64_t{0}, std::int64_t{-5}, kFirstTime - 1, kEndOfTimes, INT64_MAX}) {
    const bgw_tick tick = timed(time, kNow);
    const bgw_update update{&tick, nullptr, nullptr, nullptr, 0, 0};
    const UpdateTimes times(update);
    EXPECT_TRUE(times.corrected());
    EXPECT_EQ(times.update().tick->present, BGW_HAS_LTP | BGW_HAS_LAST_TRADE_TIME);
    EXPECT_EQ(times.exchange_time_ns(), 0);
  }
}

TEST(TickTimes, OfABookAreLookedAtToo) {
  bgw_tick tick{};
  bgw_book book{};
  book.present = BGW_HAS_EXCHANGE_TIME | BGW_HAS_ORDERS;
  book.exchange_time_ns = 7;
  const bgw_update update{&tick, nullptr, &book, nullptr, 0, 0};
  const UpdateTimes wrong(update);
  EXPECT_TRUE(wrong.corrected());
  EXPECT_EQ(wrong.update().book->present, std::uint32_t{BGW_HAS_ORDERS});
  book.exchange_time_ns = kNow;
  const UpdateTimes right(update);
  EXPECT_FALSE(right.corrected());
  EXPECT_EQ(right.exchange_time_ns(), kNow);
}

TEST(TickTimes, ThatAreNotPresentAreNoFault) {
  const bgw_tick tick{};
  const bgw_update update{&tick, nullptr, nullptr, nullptr, 0, 0};
  EXPECT_FALSE(UpdateTimes(update).corrected());
}

}  // namespace
}  // namespace gw::plugin_host
