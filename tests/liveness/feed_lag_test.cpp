// When late ticks make a feed stale, and when they only prove nothing.
#include "tests/liveness/judge_fixture.hpp"

namespace gw::liveness {
namespace {

TEST_F(JudgeTest, AFeedThatFallsBehindIsStaleUntilItIsInTime) {
  want(0, 50);
  run(6 * kSecond);
  for (int i = 0; i < 10; ++i) {
    for (std::uint32_t n = 0; n < 50; ++n) tick(n, 12 * kSecond);
    pass(kSecond / 5);
  }
  EXPECT_EQ(state(), FeedState::stale);
  EXPECT_TRUE(wants_login());
  tick(0, 11 * kSecond);
  EXPECT_EQ(state(), FeedState::stale);
  tick(0, kSecond);
  EXPECT_EQ(state(), FeedState::live);
}

TEST_F(JudgeTest, SnapshotsOfWhatHasNotTradedForHoursAreNoLag) {
  want(0, 3);
  run(6 * kSecond, 3);
  for (std::uint32_t i = 10; i < 24; ++i) {
    judge().on_wanted(i, "OLD", "NSE", InstrumentKind::other, now_, kWall + now_);
    judge().on_asked(i, now_, false);
    packet(i, 3 * 3600 * kSecond);
    packet(i, 3 * 3600 * kSecond);
    run(2 * kSecond, 3);
  }
  EXPECT_EQ(state(), FeedState::live);
  EXPECT_FALSE(wants_login());
}

TEST_F(JudgeTest, AFeedThatIsLateFromTheOpenOnIsNotCalledLive) {
  want(0, 3);
  run(6 * kSecond, 3);
  closed_.insert("NSE");
  pass(kSecond);
  closed_.clear();
  for (int i = 0; i < 30; ++i) {
    tick(0, 20 * kSecond);
    pass(kSecond);
  }
  EXPECT_EQ(state(), FeedState::quiet);
  tick(0);
  EXPECT_EQ(state(), FeedState::live);
}

TEST_F(JudgeTest, RecordedFramesAreNeverLate) {
  want(0, 3);
  for (int i = 0; i < 300; ++i) {
    tick(0, 400 * 24 * 3600 * kSecond);
    pass(kSecond);
  }
  EXPECT_NE(state(), FeedState::stale);
  EXPECT_FALSE(wants_login());
}

TEST_F(JudgeTest, AJumpOfTheClockIsNoLag) {
  want(0, 3);
  run(6 * kSecond, 3);
  judge().distrust_clock();
  for (int i = 0; i < 100; ++i) {
    tick(0, 3600 * kSecond);
    pass(kSecond / 5);
  }
  EXPECT_FALSE(wants_login());
}

}  // namespace
}  // namespace gw::liveness
