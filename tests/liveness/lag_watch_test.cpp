// When ticks are late, and when they only look so.
#include <gtest/gtest.h>

#include "core/liveness/lag_watch.hpp"
#include "tests/support/seconds.hpp"

namespace gw::liveness {
namespace {

using support::kSecond;

class LagWatchTest : public testing::Test {
 protected:
  bool tick(std::int64_t lag, std::uint32_t instrument = 0, bool time_goes_on = true) {
    return watch_.on_tick({instrument, 0, kWall - lag, time_goes_on, kWall});
  }
  // So many periods with one tick each; whether one was found late.
  bool run(int periods, std::int64_t lag) {
    bool late = false;
    for (int i = 0; i < periods; ++i) {
      tick(lag);
      late = watch_.check(false).has_value() || late;
    }
    return late;
  }
  static constexpr std::int64_t kWall = 1'760'000'000 * kSecond;
  LagWatch watch_{10 * kSecond};
};

TEST_F(LagWatchTest, FourLatePeriodsAreAFaultAfterOneInTime) {
  EXPECT_FALSE(run(20, 12 * kSecond)) << "one instrument";
  EXPECT_FALSE(run(1, kSecond));
  EXPECT_FALSE(run(3, 12 * kSecond));
  EXPECT_TRUE(run(1, 12 * kSecond));
  EXPECT_EQ(watch_.lag_ns(), 12 * kSecond);
}

TEST_F(LagWatchTest, FourLatePeriodsOfTwoInstrumentsAreAFaultFromTheBeginOn) {
  bool late = false;
  for (std::uint32_t i = 0; i < 5; ++i) {
    EXPECT_FALSE(late);
    tick(60 * kSecond, i % 2);
    late = watch_.check(false).has_value();
  }
  EXPECT_TRUE(late) << "the first period showed one of them alone";
}

TEST_F(LagWatchTest, WhatIsOfAnotherDayIsNoLagOfAFeedThatNeverWasInTime) {
  for (std::uint32_t i = 0; i < 100; ++i) {
    tick(17 * 3600 * kSecond, i % 5);
    EXPECT_FALSE(watch_.check(false));
  }
}

TEST_F(LagWatchTest, AfterAJumpOfTheClockNothingIsLateBeforeATickIsInTime) {
  watch_.distrust_clock();
  for (std::uint32_t i = 0; i < 100; ++i) {
    tick(60 * kSecond, i % 5);
    EXPECT_FALSE(watch_.check(false));
  }
}

TEST_F(LagWatchTest, ALateTickWhoseTimeStandsStillIsNone) {
  run(1, 0);
  for (std::uint32_t i = 0; i < 100; ++i) {
    tick(60 * kSecond, i % 5, false);
    EXPECT_FALSE(watch_.check(false));
  }
}

TEST_F(LagWatchTest, OneLateInstrumentBesideAFreshOneIsNone) {
  run(1, 0);
  for (int i = 0; i < 100; ++i) {
    tick(500 * kSecond);
    EXPECT_FALSE(run(1, 0));
  }
}

TEST_F(LagWatchTest, ItIsFoundAgainAfterANewLogin) {
  run(1, 0);
  EXPECT_TRUE(run(4, 12 * kSecond));
  watch_.on_ready();
  EXPECT_FALSE(run(3, 12 * kSecond));
  EXPECT_TRUE(run(1, 12 * kSecond));
}

TEST_F(LagWatchTest, ItIsProvenUntilATickIsInTimeOrNoneTellsTheTimeForLong) {
  run(1, 0);
  run(3, 12 * kSecond);
  EXPECT_FALSE(watch_.is_proven());
  run(1, 12 * kSecond);
  EXPECT_TRUE(watch_.is_proven());
  watch_.on_ready();
  EXPECT_TRUE(watch_.is_proven()) << "a login proves nothing";
  tick(kSecond);
  EXPECT_FALSE(watch_.is_proven());
  run(5, 12 * kSecond);  // the first period has that tick
  for (int i = 0; i < 63; ++i) watch_.check(false);
  EXPECT_TRUE(watch_.is_proven());
  watch_.check(false);
  EXPECT_FALSE(watch_.is_proven());
}

TEST_F(LagWatchTest, AStampAheadSaysNothing) {
  EXPECT_FALSE(tick(-3000 * kSecond));
  EXPECT_FALSE(watch_.check(false));
  EXPECT_EQ(watch_.lag_ns(), 0);
  EXPECT_TRUE(tick(-kSecond)) << "clocks differ a little";
}

TEST_F(LagWatchTest, WithoutALimitNothingIsLate) {
  LagWatch without(0);
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(without.on_tick({0, 0, kWall - 3600 * kSecond, true, kWall}));
    EXPECT_FALSE(without.check(false));
  }
  EXPECT_EQ(without.lag_ns(), 3600 * kSecond);
}

}  // namespace
}  // namespace gw::liveness
