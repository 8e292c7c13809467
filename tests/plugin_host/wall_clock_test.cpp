// Stamps follow the monotonic clock; a jump of the machine's is told once and followed.
#include <gtest/gtest.h>

#include "core/plugin_host/wall_clock.hpp"
#include "tests/support/seconds.hpp"

namespace gw::plugin_host {
namespace {

using support::kSecond;

TEST(WallClock, RunsWithTheMonotonicClock) {
  const WallClock clock(1000 * kSecond, 5 * kSecond);
  EXPECT_EQ(clock.at(5 * kSecond), 1000 * kSecond);
  EXPECT_EQ(clock.at(8 * kSecond), 1003 * kSecond);
}

TEST(WallClock, AJumpIsToldOnceAndFollowed) {
  WallClock clock(1000 * kSecond, 0);
  for (const std::int64_t jump : {3600 * kSecond, -7200 * kSecond, -3 * kSecond}) {
    const std::int64_t after = clock.at(kSecond) + jump;
    EXPECT_EQ(clock.look(after, kSecond), jump);
    EXPECT_EQ(clock.at(kSecond), after);
    EXPECT_EQ(clock.look(after + kSecond, 2 * kSecond), 0);
  }
}

TEST(WallClock, ACorrectionIsFollowedInSilence) {
  WallClock clock(1000 * kSecond, 0);
  EXPECT_EQ(clock.look(1001 * kSecond, 0), 0);
  EXPECT_EQ(clock.at(0), 1001 * kSecond);
}

TEST(WallClock, WhatTwoReadingsLieApartMovesNothing) {
  WallClock clock(1000 * kSecond, 0);
  EXPECT_EQ(clock.look(1000 * kSecond + 1000, 0), 0);
  EXPECT_EQ(clock.at(0), 1000 * kSecond);
}

}  // namespace
}  // namespace gw::plugin_host
