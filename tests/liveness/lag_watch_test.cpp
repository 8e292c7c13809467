// When ticks are late, and when they only look so.
#include <gtest/gtest.h>

#include "core/liveness/lag_watch.hpp"
#include "tests/support/seconds.hpp"

namespace gw::liveness {
namespace {

using support::kSecond;

class LagWatchTest : public testing::Test {
 protected:
  bool tick(std::int64_t lag) { return watch_.on_tick(kWall - lag, kWall); }
  // So many periods with one tick each; whether one was found late.
  bool run(int periods, std::int64_t lag) {
    bool late = false;
    for (int i = 0; i < periods; ++i) {
      tick(lag);
      late = watch_.check().has_value() || late;
    }
    return late;
  }
  static constexpr std::int64_t kWall = 1'760'000'000 * kSecond;
  LagWatch watch_{10 * kSecond};
};

TEST_F(LagWatchTest, FourLatePeriodsAreAFaultAfterOneInTime) {
  EXPECT_FALSE(run(20, 12 * kSecond)) << "recorded frames";
  EXPECT_FALSE(run(1, kSecond));
  EXPECT_FALSE(run(3, 12 * kSecond));
  EXPECT_TRUE(run(1, 12 * kSecond));
  EXPECT_EQ(watch_.lag_ns(), 12 * kSecond);
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

TEST_F(LagWatchTest, AStampAheadSaysNothing) {
  EXPECT_FALSE(tick(-3000 * kSecond));
  EXPECT_FALSE(watch_.check());
  EXPECT_EQ(watch_.lag_ns(), 0);
  EXPECT_TRUE(tick(-kSecond)) << "clocks differ a little";
}

TEST_F(LagWatchTest, WithoutALimitNothingIsLate) {
  LagWatch without(0);
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(without.on_tick(kWall - 3600 * kSecond, kWall));
    EXPECT_FALSE(without.check());
  }
  EXPECT_EQ(without.lag_ns(), 3600 * kSecond);
}

}  // namespace
}  // namespace gw::liveness
