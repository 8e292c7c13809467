// What a feed's own past says of its silence.
#include <gtest/gtest.h>

#include "core/liveness/pace.hpp"
#include "tests/support/seconds.hpp"

namespace gw::liveness {
namespace {

using support::kSecond;
constexpr std::int64_t kStall = 6 * kSecond;

class PaceTest : public testing::Test {
 protected:
  void run(int count, std::int64_t gap) {
    for (int i = 0; i < count; ++i) {
      pace_.on_tick(now_);
      now_ += gap;
    }
  }
  Pace pace_{kStall};
  std::int64_t now_ = 1000 * kSecond;
};

TEST_F(PaceTest, EightTicksApartAreAPace) {
  run(7, kSecond);
  EXPECT_FALSE(pace_.is_known());
  run(1, kSecond);
  EXPECT_TRUE(pace_.is_known());
}

TEST_F(PaceTest, ManyTicksOfOneMomentAreNone) {
  run(1000, 0);
  EXPECT_FALSE(pace_.is_known());
}

TEST_F(PaceTest, ThreeTimesTheLongestPauseIsUnusualAndTwentyTimesAlarming) {
  run(20, 60 * kSecond);
  EXPECT_EQ(pace_.unusual_ns(), 180 * kSecond);
  EXPECT_EQ(pace_.alarming_ns(), 1200 * kSecond);
  EXPECT_TRUE(pace_.has_alarm(false));
}

TEST_F(PaceTest, NeverLessThanTheLimit) {
  run(1000, kSecond / 10);
  EXPECT_EQ(pace_.unusual_ns(), kStall);
  EXPECT_EQ(pace_.alarming_ns(), kStall);
}

TEST_F(PaceTest, WhatWasSeenForASecondIsNoReasonForALogin) {
  run(20, kSecond / 10);
  EXPECT_TRUE(pace_.is_known());
  EXPECT_FALSE(pace_.has_alarm(false));
}

TEST_F(PaceTest, WhatTicksSteadilyHasItAfterTheLimit) {
  run(60, kSecond / 10);
  EXPECT_FALSE(pace_.has_alarm(true));
  run(2, kSecond / 10);
  EXPECT_TRUE(pace_.has_alarm(true));
  EXPECT_FALSE(pace_.has_alarm(false));
}

TEST_F(PaceTest, WhatIsLeftTicksAsMuchLessOften) {
  run(100, kSecond);
  pace_.on_unwanted(50);
  EXPECT_EQ(pace_.unusual_ns(), 6 * kSecond);
  pace_.on_unwanted(45);
  EXPECT_FALSE(pace_.is_known());
}

TEST_F(PaceTest, ThePauseBeforeANewLoginsFirstTickTeachesNothing) {
  run(100, kSecond);
  now_ += 3600 * kSecond;
  pace_.on_ready();
  run(10, kSecond);
  EXPECT_EQ(pace_.unusual_ns(), kStall);
}

}  // namespace
}  // namespace gw::liveness
