// What is kept of a session for the next ones: whether an instrument ticked soon.
#include <gmock/gmock.h>

#include "tests/liveness/judge_fixture.hpp"

namespace gw::liveness {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

TEST_F(JudgeTest, AnInstrumentThatTicksSoonAfterTheOpenIsNotedOnceASession) {
  closed_.insert("NSE");
  want(0, 1);
  pass(kSecond);
  closed_.clear();
  pass(kSecond);
  run(10 * kSecond, 1);
  EXPECT_THAT(noted_, ElementsAre("S0.NSE in time"));
  closed_.insert("NSE");
  pass(kSecond);
  closed_.clear();
  pass(kSecond);
  run(10 * kSecond, 1);
  EXPECT_THAT(noted_, ElementsAre("S0.NSE in time", "S0.NSE in time"));
}

TEST_F(JudgeTest, OneThatDoesNotWhileOthersDoIsNotedToo) {
  want(0, 2);
  run(kFirstTick + kSecond, 1);
  EXPECT_THAT(noted_, UnorderedElementsAre("S0.NSE in time", "S1.NSE late"));
}

TEST_F(JudgeTest, WhatIsExpectedIsLookedUpAnewWithEachSession) {
  silent_exchanges_.insert("NSE");
  want(0, 3);
  pass(2 * kFirstTick);
  EXPECT_EQ(state(), FeedState::quiet);
  closed_.insert("NSE");
  pass(kSecond);
  expected_.insert("S1");
  closed_.clear();
  pass(kFirstTick + 2 * kSecond);
  EXPECT_EQ(state(), FeedState::stale);
}

TEST_F(JudgeTest, ALateFirstTickIsNotedLateThoughItsInstrumentWasAskedAgain) {
  want(0, 14);
  pass(180 * kSecond);
  ASSERT_GT(askings_, 0);
  for (std::uint32_t i = 0; i < 14; ++i) tick(i);
  EXPECT_THAT(noted_, SizeIs(14));
  EXPECT_THAT(noted_, Each(HasSubstr("late")));
}

TEST_F(JudgeTest, AnotherModeIsNoNewSubscription) {
  silent_exchanges_.insert("NSE");
  want(0, 1);
  pass(2 * kFirstTick);
  judge().on_asked(0, now_);
  pass(kSecond);
  for (int i = 0; i < 3; ++i) tick(0);
  EXPECT_THAT(noted_, ElementsAre("S0.NSE late"));
}

// Nothing ticked until then: nobody knew that it is late.
TEST_F(JudgeTest, AnotherKindsEndIsNoOpen) {
  silent_exchanges_.insert("NSE");
  want(0, 1);
  want(1, 1, "NSE", InstrumentKind::share_with_derivatives);
  pass(2 * kFirstTick);
  closed_kinds_.insert(InstrumentKind::share_with_derivatives);
  pass(kSecond);
  for (int i = 0; i < 3; ++i) tick(0);
  EXPECT_THAT(noted_, ElementsAre("S0.NSE late"));
}

TEST_F(JudgeTest, AMuteFeedSaysNothingOfItsInstruments) {
  want(0, 2);
  pass(2 * kFirstTick);
  EXPECT_THAT(noted_, IsEmpty());
}

TEST_F(JudgeTest, WhatTicksWhileTheMarketIsNotOpenIsOfNoSession) {
  closed_.insert("NSE");
  want(0, 1);
  run(10 * kSecond, 1);
  EXPECT_THAT(noted_, IsEmpty());
}

}  // namespace
}  // namespace gw::liveness
