// What the answers to a round of asking again say.
#include <vector>

#include <gtest/gtest.h>

#include "core/liveness/second_asking.hpp"
#include "tests/support/seconds.hpp"

namespace gw::liveness {
namespace {

using Finding = SecondAsking::Finding;
using support::kSecond;

constexpr std::int64_t kWall = 1'760'000'000 * kSecond;

// Traded so long before the round; 0: it does not say.
LastValues price(std::int64_t ltp, std::int64_t ago = 0) {
  bgw_tick t{};
  t.present = BGW_HAS_LTP | (ago != 0 ? BGW_HAS_EXCHANGE_TIME : 0);
  t.ltp = ltp;
  t.exchange_time_ns = kWall - ago;
  return LastValues({&t, nullptr, nullptr, nullptr, 0, 0});
}

class SecondAskingTest : public testing::Test {
 protected:
  void begin() {
    const std::vector<SecondAsking::Asked> asked = {{1, price(10)}, {2, price(20)}, {3, {}}};
    asking_.begin(asked, 0, kWall);
  }
  SecondAsking asking_;
  bool overdue_ = false;
};

TEST_F(SecondAskingTest, NothingIsKnownBeforeTheAnswersOrTheirTime) {
  EXPECT_FALSE(asking_.check(0, overdue_));
  begin();
  asking_.on_values(1, price(10));
  EXPECT_FALSE(asking_.check(2 * kSecond - 1, overdue_));
}

TEST_F(SecondAskingTest, TwoNewerOnesAreProofAtOnceWhereTicksAreOverdue) {
  overdue_ = true;
  begin();
  asking_.on_values(1, price(11));
  EXPECT_FALSE(asking_.check(1, overdue_)) << "it may have traded just now";
  asking_.on_values(2, price(21));
  EXPECT_EQ(asking_.check(1, overdue_), Finding::missed);
  EXPECT_FALSE(asking_.is_under_way());
}

TEST_F(SecondAskingTest, TwoThatMayHaveTradedJustNowAreProofTheSecondTime) {
  for (const Finding finding : {Finding::unclear, Finding::missed}) {
    begin();
    asking_.on_values(1, price(11, kSecond));
    asking_.on_values(2, price(21, kSecond));
    EXPECT_FALSE(asking_.check(1, overdue_));
    EXPECT_EQ(asking_.check(2 * kSecond, overdue_), finding);
  }
}

// The tick of each may have come while it was asked for, and passed for its answer.
TEST_F(SecondAskingTest, TwoAndThenOneThatMayHaveTradedJustNowAreNoProofYet) {
  begin();
  asking_.on_values(1, price(11, kSecond));
  asking_.on_values(2, price(21, kSecond));
  EXPECT_EQ(asking_.check(2 * kSecond, overdue_), Finding::unclear);
  for (const Finding finding : {Finding::unclear, Finding::missed}) {
    begin();
    asking_.on_values(1, price(11, kSecond));
    asking_.on_values(2, price(20));
    EXPECT_EQ(asking_.check(2 * kSecond, overdue_), finding);
  }
}

TEST_F(SecondAskingTest, TwoOfWhichOneTradedBeforeAreProofAtOnce) {
  begin();
  asking_.on_values(1, price(11, 3 * kSecond));
  asking_.on_values(2, price(21, kSecond));
  EXPECT_EQ(asking_.check(1, overdue_), Finding::missed);
}

TEST_F(SecondAskingTest, OneNewerOneIsProofWhereItTradedBefore) {
  begin();
  asking_.on_values(1, price(11, 3 * kSecond));
  asking_.on_values(2, price(20));
  EXPECT_EQ(asking_.check(2 * kSecond, overdue_), Finding::missed);
}

// The feed was silent meanwhile, and ticks again: what was missed then says nothing of now.
TEST_F(SecondAskingTest, WhatIsNewerThanValuesFromBeforeAnEarlierSilenceProvesNothing) {
  for (int round = 0; round < 10; ++round) {
    const std::vector<SecondAsking::Asked> asked = {{1, price(10), false}, {2, price(20), false}};
    asking_.begin(asked, 0, kWall);
    asking_.on_values(1, price(11, 3 * kSecond));
    asking_.on_values(2, price(21, 3 * kSecond));
    EXPECT_EQ(asking_.check(2 * kSecond, overdue_), Finding::unclear);
  }
}

TEST_F(SecondAskingTest, OneThatMayHaveTradedJustNowIsProofTheThirdTime) {
  for (const Finding finding : {Finding::unclear, Finding::unclear, Finding::missed}) {
    begin();
    asking_.on_values(1, price(11, kSecond));
    EXPECT_EQ(asking_.check(2 * kSecond, overdue_), finding);
  }
}

TEST_F(SecondAskingTest, WhatTradedAfterTheQuestionProvesNothing) {
  for (int round = 0; round < 10; ++round) {
    begin();
    for (const std::uint32_t i : {1U, 2U, 3U}) asking_.on_values(i, price(50, -kSecond / 2));
    EXPECT_EQ(asking_.check(1, overdue_), Finding::unclear) << "all have answered";
  }
}

TEST_F(SecondAskingTest, WhatComesBehindTheAnswerMayBeATick) {
  begin();
  for (const std::uint32_t i : {1U, 2U}) {
    asking_.on_values(i, price(10 * i));
    asking_.on_values(i, price(99));
  }
  EXPECT_EQ(asking_.check(2 * kSecond, overdue_), Finding::quiet);
}

TEST_F(SecondAskingTest, UnlessATickComesBetween) {
  for (int round = 0; round < 10; ++round) {
    begin();
    asking_.on_values(1, price(11));
    EXPECT_EQ(asking_.check(2 * kSecond, overdue_), Finding::unclear);
    if (round % 2 == 1) asking_.forget();
  }
}

TEST_F(SecondAskingTest, TheSameOfAllIsQuietAtOnceAndOfSomeLater) {
  begin();
  asking_.on_values(1, price(10));
  asking_.on_values(2, price(20));
  EXPECT_FALSE(asking_.check(1, overdue_));
  EXPECT_EQ(asking_.check(2 * kSecond, overdue_), Finding::quiet);
  begin();
  asking_.on_values(1, price(10));
  asking_.on_values(2, price(20));
  asking_.on_values(3, price(30));
  EXPECT_EQ(asking_.check(1, overdue_), Finding::quiet) << "of which nothing was known";
}

TEST_F(SecondAskingTest, NoAnswerIsADeadLink) {
  begin();
  asking_.on_values(7, price(1));
  EXPECT_EQ(asking_.check(2 * kSecond, overdue_), Finding::dead);
  EXPECT_FALSE(asking_.check(3 * kSecond, overdue_));
}

}  // namespace
}  // namespace gw::liveness
