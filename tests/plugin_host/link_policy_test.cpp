// An hour of bad days, played on a clock of numbers: how often a broker is asked to let us in.
#include <gtest/gtest.h>

#include "core/plugin_host/link_policy.hpp"
#include "tests/support/seconds.hpp"

namespace gw::plugin_host {
namespace {

using support::kSecond;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr transport::BackoffOptions kForEver{5 * kSecond, 60 * kSecond, 0, 0.2};

struct BadHour {
  const char* name;
  int connections;
  std::int64_t lives;  // of all connections, from the login of the first on; -1: the login fails
  bool silent;
};

// The link as BrokerLink plays it: after each wait the first connection logs in, then the others if they may.
int attempts_in(const BadHour& hour, std::uint64_t seed) {
  LinkPolicy policy(kForEver, 60 * kSecond, 13 * kSecond, seed);
  policy.on_connected(-2 * 60 * kSecond);
  std::int64_t now = 0;
  int attempts = 0;
  std::optional<std::int64_t> delay = policy.on_loss(now, {hour.silent, 0, 120 * kSecond});
  while (now + *delay < kHour) {
    now += *delay;
    ++attempts;
    const bool let_in = hour.lives >= 0;
    if (let_in) policy.on_login(now);
    if (let_in && (hour.connections == 1 || policy.others_wait(now) < hour.lives)) {
      attempts += hour.connections - 1;
      policy.on_connected(now);
    }
    if (let_in) now += hour.lives;
    delay = policy.on_loss(now, {hour.silent && let_in, 0, let_in ? hour.lives : 0});
  }
  return attempts;
}

constexpr BadHour kHours[] = {
    {"refused", 1, -1, false},
    {"refused, three connections", 3, -1, false},
    {"muted", 1, 13 * kSecond / 2, true},
    {"muted, three connections", 3, 13 * kSecond / 2, true},
    {"flapping", 1, 10 * kSecond, false},
    {"flapping, three connections", 3, 10 * kSecond, false},
    {"silent every twenty seconds", 1, 20 * kSecond, true},
};

TEST(LinkPolicy, AnHourOfBadDaysCostsFewAttempts) {
  for (const BadHour& hour : kHours) {
    for (std::uint64_t seed = 1; seed < 40; ++seed) {
      const int made = attempts_in(hour, seed);
      EXPECT_LT(made, 75) << hour.name;
      EXPECT_GT(made, 30) << hour.name;
    }
  }
}

TEST(LinkPolicy, TheFirstLossesAreAnsweredByAllConnections) {
  LinkPolicy policy({5 * kSecond, 60 * kSecond, 0, 0.0}, 60 * kSecond, 13 * kSecond, 1);
  for (int i = 0; i < 3; ++i) {
    policy.on_loss(0, {false, 0, kSecond});
    policy.on_login(0);
    EXPECT_EQ(policy.others_wait(0), 0);
  }
  policy.on_loss(0, {false, 0, kSecond});
  EXPECT_EQ(policy.others_wait(0), 0) << "of the first itself";
  policy.on_login(kSecond);
  EXPECT_EQ(policy.others_wait(2 * kSecond), 12 * kSecond);
  policy.on_login(3 * kSecond);
  EXPECT_EQ(policy.others_wait(14 * kSecond), 0);
}

TEST(LinkPolicy, WhereTheBrokerWasDownALoginIsProofEnough) {
  LinkPolicy policy({5 * kSecond, 60 * kSecond, 0, 0.0}, 60 * kSecond, 13 * kSecond, 1);
  for (int i = 0; i < 10; ++i) policy.on_loss(0, {});
  policy.on_login(0);
  EXPECT_EQ(policy.others_wait(0), 0);
}

TEST(LinkPolicy, AFurtherConnectionDoesNotBeginTheMinuteAnew) {
  LinkPolicy policy({5 * kSecond, 60 * kSecond, 0, 0.0}, 60 * kSecond, 13 * kSecond, 1);
  policy.on_loss(0, {});
  policy.on_connected(0);
  policy.on_connected(50 * kSecond);
  EXPECT_EQ(policy.on_loss(60 * kSecond, {}), 5 * kSecond);
}

TEST(LinkPolicy, ASilentLinkIsMadeAnewAtOnceAndOnlyOnce) {
  LinkPolicy policy({5 * kSecond, 60 * kSecond, 10, 0.0}, 60 * kSecond, 13 * kSecond, 1);
  policy.on_connected(0);
  EXPECT_EQ(policy.on_loss(20 * kSecond, {true, 0, 20 * kSecond}), 0);
  policy.on_connected(20 * kSecond);
  EXPECT_EQ(policy.on_loss(40 * kSecond, {true, 0, 20 * kSecond}), 5 * kSecond);
  policy.on_connected(45 * kSecond);
  // After a minute connected it is a new day.
  EXPECT_EQ(policy.on_loss(105 * kSecond, {true, 0, 60 * kSecond}), 0);
}

TEST(LinkPolicy, ConnectionsThatAreRecycledByTheSameCauseAllGoAtOnce) {
  LinkPolicy policy({5 * kSecond, 60 * kSecond, 10, 0.0}, 60 * kSecond, 13 * kSecond, 1);
  policy.on_connected(0);
  EXPECT_EQ(policy.on_loss(20 * kSecond, {true, 0, 20 * kSecond}), 0);
  EXPECT_EQ(policy.on_loss(21 * kSecond, {true, 0, 15 * kSecond}), 0);
  EXPECT_EQ(policy.on_loss(35 * kSecond, {true, 0, 14 * kSecond}), 5 * kSecond) << "a session of afterwards";
  EXPECT_EQ(policy.on_loss(36 * kSecond, {true, 0, 36 * kSecond}), 10 * kSecond) << "once trouble goes on";
}

TEST(LinkPolicy, DoublesUpToTheMostAndBeginsAnewAfterAMinute) {
  LinkPolicy policy({5 * kSecond, 60 * kSecond, 0, 0.0}, 60 * kSecond, 13 * kSecond, 1);
  for (const std::int64_t seconds : {5, 10, 20, 40, 60, 60}) EXPECT_EQ(policy.on_loss(0, {}), seconds * kSecond);
  policy.on_connected(0);
  EXPECT_EQ(policy.on_loss(59 * kSecond, {}), 60 * kSecond);
  policy.on_connected(0);
  EXPECT_EQ(policy.on_loss(60 * kSecond, {}), 5 * kSecond);
}

TEST(LinkPolicy, WaitsAtLeastWhatTheBrokerSays) {
  LinkPolicy policy({5 * kSecond, 60 * kSecond, 0, 0.0}, 60 * kSecond, 13 * kSecond, 1);
  EXPECT_EQ(policy.on_loss(0, {false, 90 * kSecond}), 90 * kSecond);
  EXPECT_EQ(policy.on_loss(0, {false, kSecond}), 10 * kSecond);
}

TEST(LinkPolicy, GivesUpAfterItsAttemptsUntilSomebodyBeginsAnew) {
  LinkPolicy policy({kSecond, kSecond, 2, 0.0}, 60 * kSecond, 13 * kSecond, 1);
  EXPECT_TRUE(policy.on_loss(0, {}));
  EXPECT_TRUE(policy.on_loss(0, {}));
  EXPECT_FALSE(policy.on_loss(0, {}));
  policy.begin_anew();
  EXPECT_TRUE(policy.on_loss(0, {}));
}

}  // namespace
}  // namespace gw::plugin_host
