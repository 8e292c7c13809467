// How the logins that silence asks for are spread.
#include <vector>

#include <gtest/gtest.h>

#include "core/liveness/login_pauses.hpp"
#include "tests/support/seconds.hpp"

namespace gw::liveness {
namespace {

using support::kSecond;
constexpr std::int64_t kMinute = 60 * kSecond;

// When logins are made while something speaks for them all the time, in seconds from the beginning.
std::vector<std::int64_t> logins(LoginPauses& pauses, std::int64_t from, std::int64_t ns, bool proved) {
  std::vector<std::int64_t> at;
  for (std::int64_t now = from; now < from + ns; now += kSecond) {
    if (!pauses.may_log_in(now, proved)) continue;
    pauses.on_login(now);
    at.push_back((now - from) / kSecond);
  }
  return at;
}

void expect_around(std::int64_t seconds, std::int64_t minutes) {
  EXPECT_GE(seconds, minutes * 48);
  EXPECT_LE(seconds, minutes * 72 + 1);
}

TEST(LoginPauses, AreNoneThenOneFiveAndFifteenMinutes) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    LoginPauses pauses(seed);
    const auto at = logins(pauses, kSecond, 60 * kMinute, true);
    ASSERT_GE(at.size(), 4U);
    EXPECT_EQ(at[0], 0);
    expect_around(at[1] - at[0], 1);
    expect_around(at[2] - at[1], 5);
    expect_around(at[3] - at[2], 15);
  }
}

TEST(LoginPauses, BeginWithAMinuteWhereNothingIsProved) {
  LoginPauses pauses(1);
  const auto at = logins(pauses, kSecond, 60 * kMinute, false);
  expect_around(at[0], 1);
  expect_around(at[1] - at[0], 5);
}

TEST(LoginPauses, AreSpreadByAFifthEitherWay) {
  std::int64_t least = 1000 * kMinute;
  std::int64_t most = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    LoginPauses pauses(seed);
    const auto at = logins(pauses, kSecond, 10 * kMinute, false);
    least = std::min(least, at[0]);
    most = std::max(most, at[0]);
  }
  EXPECT_LT(least, 50);
  EXPECT_GT(most, 70);
}

TEST(LoginPauses, AnOutageOfFourHoursCostsFewerThanTwentyLoginsWhereNobodyTicks) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    LoginPauses pauses(seed);
    EXPECT_LT(logins(pauses, kSecond, 240 * kMinute, false).size(), 20U) << seed;
  }
}

TEST(LoginPauses, WhatIsWellForAMinuteIsWell) {
  LoginPauses pauses(1);
  logins(pauses, kSecond, 30 * kMinute, true);
  std::int64_t now = 40 * kMinute;
  for (; now < 42 * kMinute; now += kSecond) pauses.on_well(now, true);
  EXPECT_TRUE(pauses.may_log_in(now, true));
}

TEST(LoginPauses, WhatIsNotHeardAnyMoreIsGivenALongPause) {
  LoginPauses pauses(1);
  logins(pauses, kSecond, 23 * kMinute, true);
  std::int64_t now = 24 * kMinute;
  for (; now < 26 * kMinute; now += kSecond) pauses.on_well(now, false);
  EXPECT_FALSE(pauses.may_log_in(now, true));
  for (; now < 42 * kMinute; now += kSecond) pauses.on_well(now, false);
  EXPECT_TRUE(pauses.may_log_in(now, true));
}

TEST(LoginPauses, WhatTicksForSecondsAfterEachLoginIsNotCured) {
  LoginPauses pauses(1);
  int count = 0;
  for (std::int64_t now = kSecond; now < 60 * kMinute; now += 10 * kSecond) {
    for (std::int64_t well = now; well < now + 6 * kSecond; well += kSecond) pauses.on_well(well, true);
    if (!pauses.may_log_in(now + 9 * kSecond, true)) continue;
    pauses.on_login(now + 9 * kSecond);
    ++count;
  }
  EXPECT_LE(count, 7);
}

}  // namespace
}  // namespace gw::liveness
