#include "apps/gateway/login_schedule.hpp"

#include <gtest/gtest.h>

namespace gw::app {
namespace {

constexpr std::int64_t kOneMinute = 60'000'000'000;
constexpr std::int64_t kOneHour = 60 * kOneMinute;
constexpr std::int64_t kOneDay = 24 * kOneHour;
constexpr std::int64_t kMidnight = 20'000 * kOneDay;  // UTC
constexpr std::int64_t kAt = kMidnight + 8 * kOneHour + 45 * kOneMinute;
constexpr std::int64_t kYesterday = kAt - kOneDay + kOneMinute;

const login::Outcome kLoggedIn{};
const login::Outcome kLater{BGW_E_TRANSIENT, "later", 0};
const login::Outcome kRefused{BGW_E_AUTH, "refused", 0};

// From 08:45 to 09:10 UTC.
class LoginTimes : public testing::Test {
 protected:
  LoginSchedule schedule_{525, 550, [](std::int64_t) { return 0; }};
};

TEST_F(LoginTimes, RunsAtItsTimeAndNotBefore) {
  EXPECT_FALSE(schedule_.is_time(kAt - 1, kYesterday, false));
  EXPECT_TRUE(schedule_.is_time(kAt, kYesterday, false));
  EXPECT_EQ(schedule_.ended(kLoggedIn, kAt), LoginSchedule::Next::done);
  EXPECT_FALSE(schedule_.is_time(kAt + kOneHour, kAt + 1, false));
  EXPECT_TRUE(schedule_.is_time(kAt + kOneDay, kAt + 1, false));
}

TEST_F(LoginTimes, RunsAtOnceWhereTheTokenIsOldOrMissing) {
  EXPECT_TRUE(schedule_.is_time(kAt + 5 * kOneHour, kYesterday, false));
  LoginSchedule other(525, 550, [](std::int64_t) { return 0; });
  EXPECT_TRUE(other.is_time(kAt - kOneHour, 0, true));
}

TEST_F(LoginTimes, GoesByTheLocalClockOfThatMoment) {
  const LoginSchedule india(525, 550, [](std::int64_t) { return 330; });
  EXPECT_EQ(india.last_at(kAt), kAt - 330 * kOneMinute);
  // At 01:00 UTC the clock is set forward by an hour.
  const LoginSchedule summer(525, 550, [](std::int64_t t) { return t < kMidnight + kOneHour ? 60 : 120; });
  EXPECT_EQ(summer.last_at(kAt), kAt - 120 * kOneMinute);
  EXPECT_EQ(summer.last_at(kMidnight + 2 * kOneHour), kAt - kOneDay - 60 * kOneMinute);
}

TEST_F(LoginTimes, TriesAgainEverMoreSlowlyUntilItsDeadline) {
  std::int64_t now = kAt;
  ASSERT_TRUE(schedule_.is_time(now, 0, true));
  const std::int64_t last = kAt + 25 * kOneMinute - kOneMinute / 6;  // shortly before the deadline
  std::int64_t wait = 0;
  while (schedule_.ended(kLater, now) == LoginSchedule::Next::again) {
    if (schedule_.next_try_ns() != last) {
      EXPECT_GE(schedule_.next_try_ns() - now, wait);
      wait = schedule_.next_try_ns() - now;
    }
    EXPECT_FALSE(schedule_.is_time(schedule_.next_try_ns() - 1, 0, true));
    now = schedule_.next_try_ns();
    ASSERT_TRUE(schedule_.is_time(now, 0, true));
  }
  EXPECT_EQ(wait, kOneMinute);
  EXPECT_EQ(now, last);
  EXPECT_FALSE(schedule_.is_time(now + 5 * kOneHour, 0, true));
  EXPECT_TRUE(schedule_.is_time(kAt + kOneDay, 0, true));
}

TEST_F(LoginTimes, WaitsAsLongAsTheBrokerSays) {
  ASSERT_TRUE(schedule_.is_time(kAt, 0, false));
  EXPECT_EQ(schedule_.ended({BGW_E_RATE, "", 5 * kOneMinute}, kAt), LoginSchedule::Next::again);
  EXPECT_EQ(schedule_.next_try_ns(), kAt + 5 * kOneMinute);
}

TEST_F(LoginTimes, WhoStartsLateHasAsMuchTime) {
  const std::int64_t start = kAt + 3 * kOneHour;
  ASSERT_TRUE(schedule_.is_time(start, 0, true));
  EXPECT_EQ(schedule_.ended(kLater, start + 20 * kOneMinute), LoginSchedule::Next::again);
  EXPECT_EQ(schedule_.ended(kLater, start + 25 * kOneMinute), LoginSchedule::Next::gave_up);
}

TEST_F(LoginTimes, ARefusalIsNotRepeated) {
  ASSERT_TRUE(schedule_.is_time(kAt, 0, true));
  EXPECT_EQ(schedule_.ended(kRefused, kAt), LoginSchedule::Next::gave_up);
  EXPECT_FALSE(schedule_.is_time(kAt + kOneHour, 0, true));
  EXPECT_TRUE(schedule_.is_time(kAt + kOneDay, 0, true));
}

TEST_F(LoginTimes, AnExpiryLeadsToOneLoginInAQuarterOfAnHour) {
  std::int64_t now = kAt + kOneHour;
  EXPECT_FALSE(schedule_.is_time(now, kAt + 1, false));
  ASSERT_TRUE(schedule_.is_time(now, kAt + 1, true));
  EXPECT_EQ(schedule_.ended(kLoggedIn, now), LoginSchedule::Next::done);
  EXPECT_FALSE(schedule_.is_time(now + kOneHour, now, true)) << "the broker has taken no token since";
  schedule_.taken();
  EXPECT_FALSE(schedule_.is_time(now + 15 * kOneMinute - 1, now, true));
  EXPECT_TRUE(schedule_.is_time(now + 15 * kOneMinute, now, true));
}

TEST_F(LoginTimes, EndsWhenSomebodyElseHasLoggedIn) {
  ASSERT_TRUE(schedule_.is_time(kAt, 0, true));
  ASSERT_EQ(schedule_.ended(kLater, kAt), LoginSchedule::Next::again);
  EXPECT_FALSE(schedule_.is_time(kAt + 5 * kOneMinute, kAt + kOneMinute, false));
}

}  // namespace
}  // namespace gw::app
