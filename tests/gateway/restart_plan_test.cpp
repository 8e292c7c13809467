#include "apps/gateway/restart_plan.hpp"

#include <gtest/gtest.h>

namespace gw::app {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kSecond = 1'000'000'000;

class Restarts : public testing::Test {
 protected:
  config::Restart rules_{.first = 1s, .max = 4s, .breaker = {.deaths = 5, .within = 10min}};
  RestartPlan plan_;
};

TEST_F(Restarts, PausesDoubleUpToTheLongest) {
  std::int64_t now = 0;
  for (const std::int64_t expected : {1, 2, 4, 4}) {
    EXPECT_EQ(plan_.note_death(rules_, now), expected * kSecond);
    EXPECT_FALSE(plan_.take_planned(now + expected * kSecond - 1));
    EXPECT_TRUE(plan_.take_planned(now + expected * kSecond));
    EXPECT_FALSE(plan_.take_planned(now + expected * kSecond)) << "once";
    now += expected * kSecond;
  }
}

TEST_F(Restarts, AProcessThatLivedForAWhileBeginsWithTheFirstPause) {
  static_cast<void>(plan_.note_death(rules_, 0));
  EXPECT_EQ(plan_.note_death(rules_, kSecond), 2 * kSecond);
  EXPECT_EQ(plan_.note_death(rules_, 60 * kSecond), kSecond);
}

TEST_F(Restarts, AfterSoManyDeathsNoneBeginsUntilAnOperatorWantsIt) {
  for (int death = 0; death < 4; ++death) EXPECT_TRUE(plan_.note_death(rules_, death * 100 * kSecond));
  EXPECT_FALSE(plan_.note_death(rules_, 500 * kSecond));
  EXPECT_TRUE(plan_.is_waiting());
  EXPECT_FALSE(plan_.take_planned(10'000 * kSecond));
  plan_.forget();
  EXPECT_FALSE(plan_.is_waiting());
  EXPECT_FALSE(plan_.take_planned(10'000 * kSecond));
  EXPECT_EQ(plan_.note_death(rules_, 10'001 * kSecond), kSecond);
}

TEST_F(Restarts, DeathsOfLongAgoDoNotCount) {
  for (int death = 0; death < 20; ++death) EXPECT_TRUE(plan_.note_death(rules_, death * 200 * kSecond)) << death;
}

TEST_F(Restarts, WithoutABreakerItAlwaysBeginsAgain) {
  rules_.breaker.deaths = 0;
  for (int death = 0; death < 50; ++death) EXPECT_TRUE(plan_.note_death(rules_, death));
}

}  // namespace
}  // namespace gw::app
