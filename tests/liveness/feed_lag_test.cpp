// When late ticks make a feed stale, and when they only prove nothing.
#include "tests/liveness/judge_fixture.hpp"

namespace gw::liveness {
namespace {

TEST_F(JudgeTest, AFeedThatFallsBehindIsStaleUntilItIsInTime) {
  want(0, 50);
  run(6 * kSecond);
  run_late(2 * kSecond, 50, 12 * kSecond);
  EXPECT_EQ(state(), FeedState::stale);
  EXPECT_TRUE(wants_login());
  tick(0, 11 * kSecond);
  EXPECT_EQ(state(), FeedState::stale);
  tick(0, kSecond);
  EXPECT_EQ(state(), FeedState::live);
}

TEST_F(JudgeTest, TicksWithoutATimeDoNotMakeALateFeedLive) {
  want(0, 50);
  run(6 * kSecond);
  run_late(2 * kSecond, 50, 12 * kSecond);
  EXPECT_EQ(state(), FeedState::stale);
  packet(1, 0, false);
  EXPECT_EQ(state(), FeedState::stale);
  EXPECT_TRUE(wants_login());
  tick(0, kSecond);
  EXPECT_EQ(state(), FeedState::live);
  packet(1, 0, false);
  EXPECT_EQ(state(), FeedState::live);
}

TEST_F(JudgeTest, SnapshotsOfWhatHasNotTradedForHoursAreNoLag) {
  want(0, 3);
  run(6 * kSecond, 3);
  for (std::uint32_t i = 10; i < 24; ++i) {
    judge().on_wanted(i, "OLD", "NSE", InstrumentKind::other, now_, kWall + now_);
    judge().on_asked(i, now_);
    packet(i, 3 * 3600 * kSecond);
    packet(i, 3 * 3600 * kSecond);
    run(2 * kSecond, 3);
  }
  EXPECT_EQ(state(), FeedState::live);
  EXPECT_FALSE(wants_login());
}

TEST_F(JudgeTest, AFeedThatIsLateFromTheOpenOnIsStale) {
  want(0, 50);
  run(6 * kSecond);
  closed_.insert("NSE");
  pass(kSecond);
  closed_.clear();
  run_late(2 * kSecond, 50, 60 * kSecond);
  EXPECT_EQ(state(), FeedState::stale) << market().verdict().message;
  EXPECT_EQ(evidence(), FeedEvidence::proved);
  EXPECT_TRUE(wants_login());
  EXPECT_EQ(market().verdict().message, "ticks are 60.0 s late, limit 10.0 s");
  tick(0);
  EXPECT_EQ(state(), FeedState::live);
}

TEST_F(JudgeTest, AFeedThatIsLateFromTheLoginOnIsStale) {
  want(0, 2);
  run_late(2 * kSecond, 2, 60 * kSecond);
  EXPECT_EQ(state(), FeedState::stale);
  EXPECT_TRUE(wants_login());
}

TEST_F(JudgeTest, OneThatIsLateBesideOthersThatDoNotTickProvesNoLag) {
  want(0, 3);
  run_late(30 * kSecond, 1, 20 * kSecond);
  EXPECT_EQ(state(), FeedState::quiet);
  EXPECT_EQ(market().verdict().message, "ticks are 20.0 s late");
  EXPECT_FALSE(wants_login());
}

TEST_F(JudgeTest, OneThatIsAllThatIsCarriedProvesIt) {
  want(0, 1, "NSE_INDEX");
  run_late(10 * kSecond, 1, 20 * kSecond);
  EXPECT_EQ(state("NSE_INDEX"), FeedState::stale);
}

// Books that change, in packets with the time of the last trade.
TEST_F(JudgeTest, TimesThatStandStillAreNoLag) {
  want(0, 14);
  const std::int64_t traded = now_ - 3 * 3600 * kSecond;
  for (int i = 0; i < 100; ++i) {
    for (std::uint32_t n = 0; n < 14; ++n) tick(n, now_ - traded);
    pass(kSecond / 5);
  }
  EXPECT_NE(state(), FeedState::stale);
  EXPECT_FALSE(wants_login());
}

TEST_F(JudgeTest, OldTicksThatWaitedInAQueueAreNoLag) {
  want(0, 50);
  run_late(kSecond / 2, 50, 60 * kSecond);
  run(kSecond);
  EXPECT_EQ(state(), FeedState::live);
  EXPECT_FALSE(wants_login());
}

TEST_F(JudgeTest, RecordedFramesAreNeverLate) {
  want(0, 3);
  run_late(300 * kSecond, 3, 400 * 24 * 3600 * kSecond);
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
