// What counts as a fault of the feed and what does not, on a clock of numbers.
#include <gtest/gtest.h>

#include "core/plugin_host/feed_clock.hpp"
#include "tests/support/seconds.hpp"

namespace gw::plugin_host {
namespace {

using Fault = FeedClock::Fault;
using support::kSecond;
constexpr std::int64_t kStall = 6'500'000'000;
constexpr std::int64_t kWall = 1'760'000'000 * kSecond;  // when the test's clock shows 0
constexpr std::uint64_t kOpen = 1;

class FeedClockTest : public testing::Test {
 protected:
  FeedClockTest() {
    for (const std::uint32_t i : {0U, 1U, 2U}) clock_.on_wanted(i);
    clock_.on_ready(now_);
  }
  // Time passes; the first fault that is found on the way.
  FeedClock::Verdict pass(std::int64_t ns, std::uint64_t open = kOpen) {
    const std::int64_t end = now_ + ns;
    while (now_ < end) {
      now_ = std::min(end, now_ + clock_.period_ns());
      if (const auto verdict = clock_.check(now_, open); verdict.fault != Fault::none) return verdict;
    }
    return {};
  }
  bool tick(std::uint32_t instrument = 0, std::int64_t lag = 0) {
    return clock_.on_tick(instrument, now_, kWall + now_ - lag, kWall + now_);
  }
  // A tick every `gap`, `count` times; the first fault.
  Fault run(int count, std::int64_t gap, std::uint32_t instrument = 0, std::int64_t lag = 0) {
    for (int i = 0; i < count; ++i) {
      tick(instrument, lag);
      if (const auto verdict = pass(gap); verdict.fault != Fault::none) return verdict.fault;
    }
    return Fault::none;
  }
  void log_in() { clock_.on_ready(now_); }

  FeedClock clock_{kStall, 10 * kSecond};
  std::int64_t now_ = 1000 * kSecond;
};

TEST_F(FeedClockTest, SilenceOfABusyFeedIsAFaultAfterTheLimit) {
  EXPECT_EQ(run(60, kSecond), Fault::none);
  const auto verdict = pass(60 * kSecond);
  EXPECT_EQ(verdict.fault, Fault::no_tick);
  EXPECT_GT(verdict.for_ns, kStall);
  EXPECT_LT(verdict.for_ns, kStall + 2 * kSecond);
  EXPECT_TRUE(clock_.is_stale());
}

TEST_F(FeedClockTest, AFeedWhoseRateIsNotKnownIsNeverJudged) {
  EXPECT_EQ(run(7, kSecond), Fault::none);
  EXPECT_EQ(pass(3600 * kSecond).fault, Fault::none);
}

TEST_F(FeedClockTest, ManyTicksOfOneMomentAreNoRate) {
  for (int i = 0; i < 1000; ++i) tick();
  EXPECT_EQ(pass(3600 * kSecond).fault, Fault::none);
}

TEST_F(FeedClockTest, AQuietInstrumentIsGivenThreeTimesItsOwnGap) {
  EXPECT_EQ(run(20, 60 * kSecond), Fault::none);
  EXPECT_EQ(pass(110 * kSecond).fault, Fault::none);  // 60 of them had passed in run()
  EXPECT_EQ(pass(20 * kSecond).fault, Fault::no_tick);
}

TEST_F(FeedClockTest, AQuietInstrumentBesideABusyOneIsNoFault) {
  tick(1);
  EXPECT_EQ(run(4000, kSecond), Fault::none);
}

TEST_F(FeedClockTest, WhenTheBusyInstrumentIsUnsubscribedTheQuietOneIsNoFault) {
  tick(1);
  run(200, kSecond / 5);
  tick(1);
  clock_.on_unwanted(0);
  EXPECT_EQ(pass(3600 * kSecond).fault, Fault::none);
}

TEST_F(FeedClockTest, WhenOneOfTwoBusyInstrumentsIsUnsubscribedTheOtherIsStillWatched) {
  for (int i = 0; i < 100; ++i) {
    tick(0);
    tick(1);
    pass(kSecond / 2);
  }
  clock_.on_unwanted(0);
  EXPECT_EQ(pass(20 * kSecond).fault, Fault::no_tick);
}

TEST_F(FeedClockTest, SilenceWhileNothingTradesIsNoFault) {
  run(60, kSecond);
  EXPECT_EQ(pass(12 * 3600 * kSecond, 0).fault, Fault::none);
}

TEST_F(FeedClockTest, WhenAnExchangeClosesTheRateIsLearnedAnew) {
  run(60, kSecond);
  EXPECT_EQ(pass(600 * kSecond, 2).fault, Fault::none);
}

TEST_F(FeedClockTest, AMutedFeedStaysStaleAfterANewLoginUntilItTicks) {
  run(60, kSecond);
  ASSERT_EQ(pass(60 * kSecond).fault, Fault::no_tick);
  for (int i = 0; i < 5; ++i) {
    log_in();
    EXPECT_TRUE(clock_.is_stale());
    EXPECT_EQ(pass(60 * kSecond).fault, Fault::no_tick);
  }
  log_in();
  EXPECT_TRUE(tick());
  EXPECT_FALSE(clock_.is_stale());
  EXPECT_FALSE(tick()) << "told once";
}

TEST_F(FeedClockTest, AnInstrumentThatTurnsQuietIsRecycledOnceAndThenGivenTime) {
  run(60, kSecond);
  ASSERT_EQ(pass(60 * kSecond).fault, Fault::no_tick);
  log_in();
  tick();  // what the broker sends after every subscribe
  EXPECT_EQ(pass(8 * kSecond).fault, Fault::none);
  EXPECT_EQ(run(10, 15 * kSecond), Fault::none);
}

TEST_F(FeedClockTest, LagAboveTheLimitIsAFaultWhereItHadBeenWithin) {
  EXPECT_EQ(run(20, kSecond, 0, 2 * kSecond), Fault::none);
  EXPECT_EQ(run(20, kSecond, 0, 12 * kSecond), Fault::late);
  EXPECT_TRUE(clock_.is_stale());
  log_in();
  EXPECT_FALSE(tick(0, 12 * kSecond)) << "still late";
  EXPECT_TRUE(tick(0, 2 * kSecond));
}

TEST_F(FeedClockTest, RecordedFramesAreNeverLate) {
  EXPECT_EQ(run(100, kSecond, 0, 400 * 24 * 3600 * kSecond), Fault::none);
}

TEST_F(FeedClockTest, OneLateInstrumentBesideAFreshOneIsNoFault) {
  for (int i = 0; i < 100; ++i) {
    tick(0, 0);
    tick(1, 500 * kSecond);
    ASSERT_EQ(pass(kSecond).fault, Fault::none);
  }
}

TEST_F(FeedClockTest, SnapshotsOfWhatHasNotTradedForHoursAreNoFault) {
  ASSERT_EQ(run(20, kSecond), Fault::none);
  for (std::uint32_t i = 3; i < 30; ++i) {
    clock_.on_wanted(i);
    EXPECT_EQ(run(2, kSecond / 2, i, 3 * 3600 * kSecond), Fault::none) << i;
  }
}

TEST_F(FeedClockTest, AShortDelayIsNoFault) {
  run(20, kSecond, 0, kSecond);
  EXPECT_EQ(run(3, kSecond, 0, 30 * kSecond), Fault::none);
  EXPECT_EQ(run(20, kSecond, 0, kSecond), Fault::none);
}

TEST_F(FeedClockTest, AJumpOfTheClockIsNoLag) {
  run(20, kSecond, 0, kSecond);
  clock_.forget_lag();
  EXPECT_EQ(run(100, kSecond, 0, 3600 * kSecond), Fault::none);
}

TEST_F(FeedClockTest, TicksWithoutTheirTimeHaveNoLag) {
  run(20, kSecond, 0, kSecond);
  for (int i = 0; i < 50; ++i) {
    clock_.on_tick(0, now_, 0, kWall + now_);
    ASSERT_EQ(pass(kSecond).fault, Fault::none);
  }
}

TEST_F(FeedClockTest, AnyFrameEndsTheSilenceOfALinkWithoutFrames) {
  clock_.on_silence();
  EXPECT_TRUE(clock_.is_stale());
  EXPECT_TRUE(clock_.on_frame());
  EXPECT_FALSE(clock_.is_stale());
}

}  // namespace
}  // namespace gw::plugin_host
