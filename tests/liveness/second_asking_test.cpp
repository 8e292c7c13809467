// What the answers to a round of asking again say.
#include <vector>

#include <gtest/gtest.h>

#include "core/liveness/second_asking.hpp"
#include "tests/support/seconds.hpp"

namespace gw::liveness {
namespace {

using Finding = SecondAsking::Finding;
using support::kSecond;

LastValues price(std::int64_t ltp) {
  bgw_tick t{};
  t.present = BGW_HAS_LTP;
  t.ltp = ltp;
  return LastValues({&t, nullptr, nullptr});
}

class SecondAskingTest : public testing::Test {
 protected:
  void begin() {
    const std::vector<SecondAsking::Asked> asked = {{1, price(10)}, {2, price(20)}, {3, {}}};
    asking_.begin(asked, 0);
  }
  SecondAsking asking_;
};

TEST_F(SecondAskingTest, NothingIsKnownBeforeTheAnswersOrTheirTime) {
  EXPECT_FALSE(asking_.check(0));
  begin();
  asking_.on_values(1, price(10));
  EXPECT_FALSE(asking_.check(2 * kSecond - 1));
}

TEST_F(SecondAskingTest, TwoNewerOnesAreProofAtOnce) {
  begin();
  asking_.on_values(1, price(11));
  EXPECT_FALSE(asking_.check(1)) << "it may have traded just now";
  asking_.on_values(2, price(21));
  EXPECT_EQ(asking_.check(1), Finding::missed);
}

TEST_F(SecondAskingTest, OneNewerOneIsProofWhenNothingFollows) {
  begin();
  asking_.on_values(1, price(11));
  asking_.on_values(2, price(20));
  EXPECT_EQ(asking_.check(2 * kSecond), Finding::missed);
}

TEST_F(SecondAskingTest, TheSameOfAllIsQuietAtOnceAndOfSomeLater) {
  begin();
  asking_.on_values(1, price(10));
  asking_.on_values(2, price(20));
  EXPECT_FALSE(asking_.check(1));
  EXPECT_EQ(asking_.check(2 * kSecond), Finding::quiet);
  asking_.on_values(3, price(30));
  EXPECT_EQ(asking_.check(1), Finding::quiet) << "of which nothing was known";
}

TEST_F(SecondAskingTest, NoAnswerIsADeadLink) {
  begin();
  asking_.on_values(7, price(1));
  EXPECT_EQ(asking_.check(2 * kSecond), Finding::dead);
  asking_.end();
  EXPECT_FALSE(asking_.check(3 * kSecond));
}

}  // namespace
}  // namespace gw::liveness
