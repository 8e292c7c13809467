// An hour of bad days, played on a clock of numbers: how often a broker is asked to let us in.
#include <gtest/gtest.h>

#include "core/plugin_host/link_policy.hpp"
#include "tests/support/seconds.hpp"

namespace gw::plugin_host {
namespace {

using support::kSecond;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr transport::BackoffOptions kForEver{5 * kSecond, 60 * kSecond, 0, 0.2};

// A day on which each connection lives for `lives` after its login (none: the login fails), then is lost.
int attempts_in_an_hour(std::int64_t lives, LinkPolicy::Loss loss, std::uint64_t seed) {
  LinkPolicy policy(kForEver, 60 * kSecond, seed);
  policy.on_connected(-2 * 60 * kSecond);
  std::int64_t now = 0;
  int attempts = 0;
  LinkPolicy::Loss first = loss;
  first.had_lived = loss.recycled;
  std::optional<std::int64_t> delay = policy.on_loss(now, first);
  while (now + *delay < kHour) {
    now += *delay;
    ++attempts;
    if (lives >= 0) policy.on_connected(now);
    now += std::max<std::int64_t>(lives, 0);
    delay = policy.on_loss(now, loss);
  }
  return attempts;
}

class Hour : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, Hour, testing::Range<std::uint64_t>(1, 40));

TEST_P(Hour, OfABrokerThatRefusesCostsFewAttempts) {
  const int made = attempts_in_an_hour(-1, {}, GetParam());
  EXPECT_LT(made, 75);
  EXPECT_GT(made, 50);
}

TEST_P(Hour, OfABrokerThatLetsUsInAndStaysMuteCostsFewAttempts) {
  EXPECT_LT(attempts_in_an_hour(13 * kSecond / 2, {true, false, 0}, GetParam()), 75);
}

TEST_P(Hour, OfALinkThatIsLostEveryTenSecondsCostsFewAttempts) {
  EXPECT_LT(attempts_in_an_hour(10 * kSecond, {}, GetParam()), 75);
}

TEST_P(Hour, OfAFeedThatIsRecycledEveryTwentySecondsCostsFewAttempts) {
  EXPECT_LT(attempts_in_an_hour(20 * kSecond, {true, true, 0}, GetParam()), 75);
}

TEST(LinkPolicy, ALinkThatHadBeenWellIsRecycledAtOnceAndOnlyOnce) {
  LinkPolicy policy({5 * kSecond, 60 * kSecond, 10, 0.0}, 60 * kSecond, 1);
  policy.on_connected(0);
  EXPECT_EQ(policy.on_loss(20 * kSecond, {true, true, 0}), 0);
  policy.on_connected(20 * kSecond);
  EXPECT_EQ(policy.on_loss(40 * kSecond, {true, true, 0}), 5 * kSecond);
  policy.on_connected(45 * kSecond);
  // After a minute connected it is a new day.
  EXPECT_EQ(policy.on_loss(105 * kSecond, {true, true, 0}), 0);
}

TEST(LinkPolicy, DoublesUpToTheMostAndBeginsAnewAfterAMinute) {
  LinkPolicy policy({5 * kSecond, 60 * kSecond, 0, 0.0}, 60 * kSecond, 1);
  for (const std::int64_t seconds : {5, 10, 20, 40, 60, 60}) EXPECT_EQ(policy.on_loss(0, {}), seconds * kSecond);
  policy.on_connected(0);
  EXPECT_EQ(policy.on_loss(59 * kSecond, {}), 60 * kSecond);
  policy.on_connected(0);
  EXPECT_EQ(policy.on_loss(60 * kSecond, {}), 5 * kSecond);
}

TEST(LinkPolicy, WaitsAtLeastWhatTheBrokerSays) {
  LinkPolicy policy({5 * kSecond, 60 * kSecond, 0, 0.0}, 60 * kSecond, 1);
  EXPECT_EQ(policy.on_loss(0, {false, false, 90 * kSecond}), 90 * kSecond);
  EXPECT_EQ(policy.on_loss(0, {false, false, kSecond}), 10 * kSecond);
}

TEST(LinkPolicy, GivesUpAfterItsAttemptsUntilSomebodyBeginsAnew) {
  LinkPolicy policy({kSecond, kSecond, 2, 0.0}, 60 * kSecond, 1);
  EXPECT_TRUE(policy.on_loss(0, {}));
  EXPECT_TRUE(policy.on_loss(0, {}));
  EXPECT_FALSE(policy.on_loss(0, {}));
  policy.begin_anew();
  EXPECT_TRUE(policy.on_loss(0, {}));
}

}  // namespace
}  // namespace gw::plugin_host
