// What proves that a feed lives, what that it is dead, and what neither.
#include "tests/liveness/judge_fixture.hpp"

namespace gw::liveness {
namespace {

// ---- what proves life

TEST_F(JudgeTest, SnapshotsProveNothingAndATickDoes) {
  want(0, 1);
  EXPECT_EQ(state(), FeedState::unknown);
  EXPECT_FALSE(tick(0)) << "the answer to the choice of a mode";
  EXPECT_EQ(state(), FeedState::unknown);
  EXPECT_TRUE(tick(0));
  EXPECT_EQ(state(), FeedState::live);
}

TEST_F(JudgeTest, APacketThatSaysNothingNewIsNoTick) {
  want(0, 1);
  judge().take_news();
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(packet(0, kWall + now_, false));
  EXPECT_EQ(state(), FeedState::unknown);
  EXPECT_FALSE(judge().take_news());
}

TEST_F(JudgeTest, WhereOneSnapshotComesTheFirstTickIsOneAfterASecond) {
  want(0, 1);
  pass(kSecond + 1);
  EXPECT_TRUE(tick(0));
}

TEST_F(JudgeTest, EachOfSeveralRequestsIsAnsweredBySnapshots) {
  silent_exchanges_.insert("NSE");  // the test answers itself
  want(0, 1);
  pass(kSecond);
  judge().on_asked(0, now_);  // another mode, before the first answer
  unwant(0);
  want(0, 1);
  for (int request = 0; request < 3; ++request) {
    EXPECT_FALSE(tick(0));
    EXPECT_FALSE(tick(0));
    pass(kSecond + 1);
  }
  EXPECT_NE(state(), FeedState::live);
  EXPECT_TRUE(tick(0));
}

TEST_F(JudgeTest, ALateTickProvesNothing) {
  want(0, 1);
  tick(0);
  EXPECT_FALSE(tick(0, 11 * kSecond));
  EXPECT_EQ(state(), FeedState::unknown);
  EXPECT_TRUE(tick(0, 9 * kSecond));
}

TEST_F(JudgeTest, ATickThatIsStampedAheadProvesNothing) {
  want(0, 1);
  tick(0);
  EXPECT_FALSE(tick(0, -50 * 60 * kSecond));
  EXPECT_EQ(state(), FeedState::unknown);
}

// ---- asking again

TEST_F(JudgeTest, AFeedThatDiesAfterASecondIsFoundByAskingAgain) {
  want(0, 50);
  run(kSecond);
  answers_ = Answers::moving;
  pass(kStall + kSecond);
  EXPECT_EQ(state(), FeedState::stale);
  EXPECT_EQ(evidence(), FeedEvidence::proved);
  EXPECT_TRUE(wants_login());
  EXPECT_EQ(askings_, 1);
}

TEST_F(JudgeTest, AFeedThatShowsSnapshotsAloneIsFoundByAskingAgain) {
  answers_ = Answers::moving;
  want(0, 50);
  pass(kStall + kSecond);
  EXPECT_EQ(state(), FeedState::stale);
}

TEST_F(JudgeTest, WhatWasMissedInASilenceThatIsOverDoesNotProveALaterOne) {
  want(0, 14);
  run(20 * kSecond, 14);
  pass(60 * kSecond);  // the broker itself is cut off, and answers with what it had
  ASSERT_EQ(state(), FeedState::quiet);
  trade_unseen(1, 13);
  run(kSecond, 1);
  ASSERT_EQ(state(), FeedState::live);
  const int askings = askings_;
  pass(70 * kSecond);  // after a pause so long it is not asked at once
  EXPECT_GT(askings_, askings);
  EXPECT_NE(state(), FeedState::stale);
  EXPECT_FALSE(wants_login());
  answers_ = Answers::moving;
  pass(70 * kSecond);
  EXPECT_EQ(state(), FeedState::stale) << "by then it has been heard of each of those that are asked";
}

TEST_F(JudgeTest, NoAnswerWithinTwoSecondsIsADeadLink) {
  want(0, 50);
  run(kSecond);
  answers_ = Answers::none;
  pass(kStall + kSecond);
  EXPECT_EQ(state(), FeedState::live) << "asked, and not answered yet";
  pass(2 * kSecond);
  EXPECT_EQ(state(), FeedState::stale);
  EXPECT_NE(market().verdict().message.find("the broker gives no answer when asked again"), std::string::npos)
      << market().verdict().message;
}

TEST_F(JudgeTest, AnAnswerThatComesTooLateIsNoTick) {
  want(0, 50);
  run(20 * kSecond);
  answers_ = Answers::none;
  for (const std::int64_t late : {kSecond / 10, 60 * kSecond}) {
    pass(kStall + 2 * kSecond);
    while (state() != FeedState::stale) pass(kSecond / 10);
    pass(late);
    ASSERT_EQ(asked_last_.size(), 3U);
    for (const std::uint32_t i : asked_last_) EXPECT_FALSE(tick(i)) << "the answer";
    EXPECT_EQ(state(), FeedState::stale);
    pass(2 * kSecond);
  }
}

TEST_F(JudgeTest, AnAnswerThatDoesNotComeHidesNoTickForLong) {
  answers_ = Answers::none;
  want(0, 1);
  pass(600 * kSecond);
  EXPECT_FALSE(tick(0)) << "it may be the answer";
  pass(kSecond + 1);
  EXPECT_TRUE(tick(0));
}

TEST_F(JudgeTest, AFeedThatNeverSentAnythingIsFoundWhereManyInstrumentsAreAsked) {
  answers_ = Answers::none;
  want(0, 50);
  pass(kStall + 3 * kSecond);
  EXPECT_EQ(state(), FeedState::stale);
}

TEST_F(JudgeTest, OneInstrumentOfWhichNothingEverCameIsQuiet) {
  answers_ = Answers::none;
  want(0, 1);
  pass(600 * kSecond);
  EXPECT_EQ(state(), FeedState::quiet);
  EXPECT_FALSE(wants_login());
}

TEST_F(JudgeTest, TheSameValuesProveThatItIsQuiet) {
  want(0, 14);
  run(kSecond, 14);
  pass(3600 * kSecond);
  EXPECT_EQ(state(), FeedState::quiet);
  EXPECT_EQ(evidence(), FeedEvidence::none);
  EXPECT_FALSE(wants_login());
  EXPECT_GT(askings_, 10);
  EXPECT_LT(askings_, 90) << "once a minute after the first few";
}

TEST_F(JudgeTest, AQuietFeedThatDiesIsFoundWhenItIsAskedNext) {
  want(0, 14);
  pass(600 * kSecond);
  ASSERT_EQ(state(), FeedState::quiet);
  answers_ = Answers::moving;
  pass(61 * kSecond);
  EXPECT_EQ(state(), FeedState::stale);
}

TEST_F(JudgeTest, ATickEndsTheRoundAndWhatItFound) {
  want(0, 50);
  run(kSecond);
  answers_ = Answers::none;
  pass(kStall + kSecond);
  run(10 * kSecond);
  EXPECT_EQ(state(), FeedState::live);
  EXPECT_FALSE(wants_login());
}

TEST_F(JudgeTest, OneThatTradedJustWhenItWasAskedIsNoProofWhereTheFeedGoesOn) {
  want(0, 3);
  run(kSecond, 3);
  pass(kStall);
  for (std::uint32_t i = 0; i < 3; ++i) packet(i);
  EXPECT_NE(state(), FeedState::stale);
}

// ---- what stale needs to end

TEST_F(JudgeTest, AStaleFeedStaysSoOverLoginsAndSnapshotsUntilItTicks) {
  want(0, 50);
  run(6 * kSecond);
  answers_ = Answers::moving;
  pass(60 * kSecond);
  ASSERT_EQ(state(), FeedState::stale);
  for (int login = 0; login < 5; ++login) {
    log_in();
    EXPECT_FALSE(wants_login()) << "the new one is judged anew";
    pass(60 * kSecond);
    EXPECT_EQ(state(), FeedState::stale);
    EXPECT_TRUE(wants_login());
  }
  answers_ = Answers::still;
  log_in();
  pass(180 * kSecond);
  EXPECT_EQ(state(), FeedState::stale) << "the same values prove no life either";
  EXPECT_TRUE(wants_login()) << "until it ticks";
  tick(0);
  tick(0);
  EXPECT_EQ(state(), FeedState::live);
}

TEST_F(JudgeTest, AConnectionWithoutFramesIsStaleAndQuietWhereTheNextOneIs) {
  want(0, 3);
  run(6 * kSecond, 3);
  judge().on_no_frame(now_, kWall + now_, "no frame for 3.0 s");
  EXPECT_EQ(state(), FeedState::stale);
  log_in();
  EXPECT_EQ(state(), FeedState::stale);
  pass(60 * kSecond);
  EXPECT_EQ(state(), FeedState::quiet);
  EXPECT_FALSE(wants_login());
}

// ---- the phases of the day

TEST_F(JudgeTest, SilenceBeforeTheOpenIsNoneAndIsFoundAfterIt) {
  closed_.insert("NSE");
  want(0, 50);
  run(10 * kSecond);
  answers_ = Answers::moving;
  pass(3600 * kSecond);
  EXPECT_EQ(askings_, 0);
  EXPECT_EQ(state(), FeedState::live);
  closed_.clear();
  pass(2 * kStall + kSecond);
  EXPECT_EQ(state(), FeedState::stale);
}

TEST_F(JudgeTest, WhatMovedWhileTheMarketWasClosedIsNotMissedAfterTheOpen) {
  want(0, 14);
  run(60 * kSecond, 14);
  closed_.insert("NSE");
  pass(3600 * kSecond);
  trade_unseen(0, 14);  // settlement prices
  closed_.clear();
  pass(30 * kSecond);
  EXPECT_EQ(state(), FeedState::quiet) << market().verdict().message;
  EXPECT_FALSE(wants_login());
}

TEST_F(JudgeTest, WhatMovedBetweenTwoLoginsIsNotMissedInTheSecond) {
  want(0, 14);
  run(60 * kSecond, 14);
  trade_unseen(0, 14);
  answers_ = Answers::none;
  log_in();
  pass(kStall - kSecond);
  answers_ = Answers::still;
  pass(30 * kSecond);
  EXPECT_EQ(state(), FeedState::quiet) << market().verdict().message;
  EXPECT_FALSE(wants_login());
}

TEST_F(JudgeTest, WhenTheMarketOpensNothingIsProvedYet) {
  want(0, 50);
  run(10 * kSecond);
  closed_.insert("NSE");
  pass(600 * kSecond);
  EXPECT_EQ(state(), FeedState::live);
  closed_.clear();
  pass(kSecond);
  EXPECT_EQ(state(), FeedState::unknown);
}

TEST_F(JudgeTest, AStaleFeedIsQuietWhenItsMarketCloses) {
  want(0, 50);
  run(6 * kSecond);
  answers_ = Answers::moving;
  pass(60 * kSecond);
  closed_.insert("NSE");
  pass(kSecond);
  EXPECT_EQ(state(), FeedState::quiet);
  EXPECT_FALSE(wants_login());
}

TEST_F(JudgeTest, AKindWhoseMarketIsClosedSaysNothing) {
  want(0, 50, "NSE", InstrumentKind::share_with_derivatives);
  run(10 * kSecond);
  closed_kinds_.insert(InstrumentKind::share_with_derivatives);
  answers_ = Answers::moving;
  pass(1200 * kSecond);
  EXPECT_EQ(askings_, 0);
  EXPECT_NE(state(), FeedState::stale);
}

// A new list came overnight, and the instruments are held since yesterday.
TEST_F(JudgeTest, SharesThatHaveDerivativesSinceTodayAreJudgedByTheHoursOfThose) {
  want(0, 50);
  run(10 * kSecond);
  describe(0, 50, InstrumentKind::share_with_derivatives);
  EXPECT_EQ(market().carried().count(), 50U);
  run(10 * kSecond);
  EXPECT_EQ(state(), FeedState::live);
  closed_kinds_.insert(InstrumentKind::share_with_derivatives);
  answers_ = Answers::moving;
  pass(1200 * kSecond);
  EXPECT_EQ(askings_, 0);
  EXPECT_NE(state(), FeedState::stale);
  for (std::uint32_t i = 0; i < 50; ++i) unwant(i);
  EXPECT_EQ(market().carried().count(), 0U);
}

TEST_F(JudgeTest, SharesThatHaveDerivativesNoMoreAreMissedInTheClosingAuction) {
  want(0, 50, "NSE", InstrumentKind::share_with_derivatives);
  closed_kinds_.insert(InstrumentKind::share_with_derivatives);
  pass(600 * kSecond);
  ASSERT_EQ(askings_, 0);
  describe(0, 50, InstrumentKind::other);
  answers_ = Answers::moving;
  run(6 * kSecond);
  pass(60 * kSecond);
  EXPECT_GT(askings_, 0);
  EXPECT_EQ(state(), FeedState::stale);
}

TEST_F(JudgeTest, WhatIsCalledOtherwiseIsExpectedAsThat) {
  silent_exchanges_.insert("NSE");
  expected_.insert("NEW0");
  want(0, 1);
  run(10 * kSecond, 1);
  pass(600 * kSecond);
  ASSERT_EQ(state(), FeedState::quiet) << "one instrument that is not known to tick";
  describe(0, 1, InstrumentKind::other, "NSE", "NEW");
  pass(600 * kSecond);
  EXPECT_EQ(state(), FeedState::stale);
  describe(0, 1, InstrumentKind::other, "NSE", "S");
  pass(kSecond);
  EXPECT_NE(state(), FeedState::stale) << "nothing is expected any more";
}

TEST_F(JudgeTest, WhatIsOfAnotherExchangeIsJudgedThere) {
  want(0, 50);
  run(10 * kSecond);
  describe(0, 50, InstrumentKind::other, "BSE");
  EXPECT_EQ(state("NSE"), FeedState::unknown) << "nothing is carried there";
  run(10 * kSecond);
  EXPECT_EQ(state("BSE"), FeedState::live);
  answers_ = Answers::moving;
  pass(60 * kSecond);
  EXPECT_EQ(state("BSE"), FeedState::stale) << "it is asked again without having been subscribed anew";
}

TEST_F(JudgeTest, WhatNobodyHoldsIsNotJudged) {
  want(0, 1);
  run(6 * kSecond, 1);
  answers_ = Answers::moving;
  pass(600 * kSecond);
  ASSERT_EQ(state(), FeedState::stale);
  unwant(0);
  pass(kSecond);
  EXPECT_EQ(state(), FeedState::unknown);
}

// ---- exchange by exchange

TEST_F(JudgeTest, TicksOfOneExchangeHideNoSilenceOfAnother) {
  want(0, 20, "NSE");
  want(100, 20, "MCX");
  run(6 * kSecond, 20);
  run(6 * kSecond, 20, kSecond / 5, 100);
  answers_ = Answers::moving;
  for (int i = 0; i < 300; ++i) run(kSecond / 5, 20, kSecond / 5, 100);
  EXPECT_EQ(state("NSE"), FeedState::stale);
  EXPECT_EQ(state("MCX"), FeedState::live);
}

// ---- logins

TEST_F(JudgeTest, ASilentFeedIsNotCalledLiveBecauseOfALogin) {
  want(0, 50);
  run(6 * kSecond);
  pass(kStall - kSecond);
  ASSERT_EQ(state(), FeedState::live);
  now_ += 2 * kSecond;
  judge().take_news();
  log_in();
  EXPECT_EQ(state(), FeedState::unknown);
  EXPECT_TRUE(judge().take_news());
}

// ---- another broker's word

TEST_F(JudgeTest, AnothersTicksProveWhatNoQuestionCould) {
  silent_exchanges_.insert("NSE");
  want(0, 3);
  run(kSecond, 3);
  judge().on_proof("NSE", now_, "another broker shows ticks that are missing here");
  EXPECT_EQ(state(), FeedState::live) << "it has not been silent for its limit";
  pass(kStall + kSecond);
  judge().on_proof("BSE", now_, "of another exchange");
  EXPECT_NE(state(), FeedState::stale);
  judge().on_proof("NSE", now_, "another broker shows ticks that are missing here");
  EXPECT_EQ(state(), FeedState::stale);
  EXPECT_EQ(evidence(), FeedEvidence::proved);
}

}  // namespace
}  // namespace gw::liveness
