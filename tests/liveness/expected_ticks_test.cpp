// What should tick, when its silence says something, and when not.
#include "tests/liveness/judge_fixture.hpp"

namespace gw::liveness {
namespace {

TEST_F(JudgeTest, ManyInstrumentsOfWhichNoneTicksInTimeAreStale) {
  silent_exchanges_.insert("NSE");
  want(0, 20);
  pass(kFirstTick - kSecond);
  EXPECT_EQ(state(), FeedState::quiet);
  EXPECT_FALSE(wants_login());
  pass(2 * kSecond);
  EXPECT_EQ(state(), FeedState::stale);
  EXPECT_EQ(evidence(), FeedEvidence::expected);
  EXPECT_TRUE(wants_login());
}

TEST_F(JudgeTest, AnIndexTicksInTime) {
  silent_exchanges_.insert("NSE_INDEX");
  want(0, 1, "NSE_INDEX");
  pass(kFirstTick + kSecond);
  EXPECT_EQ(state("NSE_INDEX"), FeedState::stale);
}

TEST_F(JudgeTest, AnIndexThatTickedForTheLimitIsMissedSoon) {
  silent_exchanges_.insert("NSE_INDEX");
  want(0, 1, "NSE_INDEX");
  run(2 * kStall, 1);
  ASSERT_EQ(state("NSE_INDEX"), FeedState::live);
  pass(2 * kStall);
  EXPECT_EQ(state("NSE_INDEX"), FeedState::stale);
}

TEST_F(JudgeTest, AnIndexThatDiesAtOnceIsMissedWhenItsFirstTickWouldBe) {
  silent_exchanges_.insert("NSE_INDEX");
  want(0, 1, "NSE_INDEX");
  run(2 * kSecond, 1);
  ASSERT_EQ(state("NSE_INDEX"), FeedState::live);
  pass(kFirstTick - kSecond);
  EXPECT_EQ(state("NSE_INDEX"), FeedState::quiet);
  pass(2 * kSecond);
  EXPECT_EQ(state("NSE_INDEX"), FeedState::stale);
}

TEST_F(JudgeTest, SoDoesWhatDidSoInItsLastSessions) {
  silent_exchanges_.insert("NSE");
  expected_.insert("S3");
  want(0, 5);
  pass(kFirstTick + kSecond);
  EXPECT_EQ(state(), FeedState::stale);
}

TEST_F(JudgeTest, NothingShouldTickWhereTheHoursAreNotKnown) {
  silent_exchanges_ = {"GLOBAL_INDEX", "NIGHT"};
  without_hours_ = {"GLOBAL_INDEX", "NIGHT"};
  expected_.insert("S100");
  want(0, 30, "NIGHT");
  want(100, 2, "GLOBAL_INDEX");
  run(60 * kSecond, 2, kSecond, 100);
  run(60 * kSecond, 30, kSecond);
  pass(24 * 3600 * kSecond);
  for (const char* exchange : {"GLOBAL_INDEX", "NIGHT"}) {
    EXPECT_EQ(state(exchange), FeedState::quiet);
    EXPECT_EQ(evidence(exchange), FeedEvidence::none);
    EXPECT_EQ(market(exchange).verdict().message, "no tick");
  }
  EXPECT_FALSE(wants_login());
  EXPECT_TRUE(noted_.empty()) << "they have no sessions";
}

TEST_F(JudgeTest, AFewInstrumentsAreQuietForEver) {
  silent_exchanges_.insert("NSE");
  want(0, 14);
  pass(6 * 3600 * kSecond);
  EXPECT_EQ(state(), FeedState::quiet);
  EXPECT_EQ(evidence(), FeedEvidence::none);
  EXPECT_FALSE(wants_login());
}

TEST_F(JudgeTest, WhatIsAddedToAQuietMarketHasItsTime) {
  silent_exchanges_.insert("NSE");
  want(0, 5);
  pass(3600 * kSecond);
  want(5, 45);
  pass(kFirstTick - kSecond);
  EXPECT_EQ(state(), FeedState::quiet);
  pass(2 * kSecond);
  EXPECT_EQ(state(), FeedState::stale);
}

TEST_F(JudgeTest, WhereTheSameValuesAreAnsweredTheSilenceOfWhatShouldTickIsQuietAndWorthALogin) {
  want(0, 50);
  run(60 * kSecond);
  pass(60 * kSecond);
  EXPECT_EQ(state(), FeedState::quiet);
  EXPECT_EQ(evidence(), FeedEvidence::expected);
  EXPECT_TRUE(wants_login());
}

TEST_F(JudgeTest, AnIndexThatHasNotTickedSinceTheOpenIsWorthALogin) {
  want(0, 1, "NSE_INDEX");
  pass(kFirstTick - kSecond);
  EXPECT_FALSE(wants_login());
  pass(kFirstTick);
  EXPECT_EQ(state("NSE_INDEX"), FeedState::quiet);
  EXPECT_TRUE(wants_login());
}

TEST_F(JudgeTest, WhatWasMissedAndIsWantedNoMoreIsMissedNoMore) {
  silent_exchanges_.insert("NSE");
  want(0, 30);
  pass(kFirstTick + kSecond);
  ASSERT_EQ(state(), FeedState::stale);
  for (std::uint32_t i = 1; i < 30; ++i) unwant(i);
  pass(kSecond);
  EXPECT_EQ(state(), FeedState::quiet);
  EXPECT_FALSE(wants_login());
}

TEST_F(JudgeTest, ManyThatDieSoonAfterTheOpenAreMissedAMinuteLater) {
  for (const bool answers : {true, false}) {
    start_anew();
    if (!answers) silent_exchanges_.insert("NSE");
    want(0, 50);
    run(2 * kSecond);
    pass(kFirstTick - 2 * kSecond);
    EXPECT_EQ(evidence(), FeedEvidence::none);
    pass(4 * kSecond);
    EXPECT_EQ(state(), answers ? FeedState::quiet : FeedState::stale);
    EXPECT_EQ(evidence(), FeedEvidence::expected);
    EXPECT_TRUE(wants_login());
  }
}

TEST_F(JudgeTest, ManyOfWhichOneTickedOnceAreMissedAMinuteLater) {
  silent_exchanges_.insert("NSE");
  want(0, 30);
  tick(0);
  pass(2 * kSecond);
  tick(0);
  ASSERT_EQ(state(), FeedState::live);
  pass(kFirstTick - kSecond);
  EXPECT_EQ(state(), FeedState::quiet);
  pass(2 * kSecond);
  EXPECT_EQ(state(), FeedState::stale);
}

// A chain of strikes that trades every two minutes.
TEST_F(JudgeTest, AfterTheFirstMinutesTheirOwnPaceCounts) {
  silent_exchanges_.insert("NSE");
  want(0, 30);
  for (int i = 0; i < 5; ++i) {
    tick(0);
    tick(1);
    pass(120 * kSecond);
  }
  tick(0);
  ASSERT_EQ(state(), FeedState::live);
  pass(120 * kSecond);
  EXPECT_EQ(state(), FeedState::quiet);
  EXPECT_EQ(evidence(), FeedEvidence::none);
  pass(20 * 120 * kSecond);
  EXPECT_EQ(state(), FeedState::stale) << "twenty times its longest pause";
}

TEST_F(JudgeTest, ManyThatDoNotTickAfterTheOpenAreMissedWhateverTheCacheSays) {
  want(0, 50);
  run(60 * kSecond);
  closed_.insert("NSE");
  pass(3600 * kSecond);
  closed_.clear();
  pass(kFirstTick + 2 * kSecond);
  EXPECT_EQ(state(), FeedState::quiet);
  EXPECT_EQ(evidence(), FeedEvidence::expected);
  EXPECT_TRUE(wants_login());
}

TEST_F(JudgeTest, FewThatTickedSteadilyAreQuietForEver) {
  for (const bool answers : {true, false}) {
    start_anew();
    if (!answers) silent_exchanges_.insert("NSE");
    want(0, 14);
    run(600 * kSecond, 14, kSecond);
    pass(3600 * kSecond);
    EXPECT_EQ(state(), FeedState::quiet);
    EXPECT_EQ(evidence(), FeedEvidence::none);
    EXPECT_FALSE(wants_login());
  }
}

TEST_F(JudgeTest, ASilenceThatIsUnlikeAFeedIsNewsAndCostsNothing) {
  silent_exchanges_.insert("NSE");
  want(0, 14);
  run(60 * kSecond, 14);
  EXPECT_FALSE(market().is_unlike_itself());
  judge().take_news();
  pass(20 * kSecond);
  EXPECT_TRUE(market().is_unlike_itself());
  EXPECT_TRUE(judge().take_news());
  EXPECT_EQ(evidence(), FeedEvidence::none);
  tick(0);
  pass(kSecond);
  EXPECT_FALSE(market().is_unlike_itself());
}

// The pace is today's, and what is wanted no more takes away its ticks of today.
TEST_F(JudgeTest, TicksOfAnEarlierSessionAreNotTakenFromTodaysPace) {
  silent_exchanges_.insert("NSE");
  want(0, 40);
  run(3600 * kSecond, 1);
  closed_.insert("NSE");
  pass(60 * kSecond);
  closed_.clear();
  run(400 * kSecond, 30, kSecond / 5, 1);
  ASSERT_EQ(state(), FeedState::live);
  unwant(0);
  pass(2 * kStall);
  EXPECT_EQ(state(), FeedState::stale) << "after minutes of five ticks a second of each";
}

}  // namespace
}  // namespace gw::liveness
