// Single cases in virtual time that would take too long in real time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/log.hpp"
#include "tests/market_days/day.hpp"
#include "tests/market_days/feed_state.hpp"

namespace gw::market_days {
namespace {

std::vector<std::size_t> together(std::initializer_list<std::vector<std::size_t>> lists) {
  std::vector<std::size_t> all;
  for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

class Scenario : public testing::Test {
 protected:
  Scenario() {
    log::set_level(std::getenv("GW_LOG") != nullptr ? log::Level::debug : log::Level::error);
    plan_.stall_limit_ns = 3 * kSecond;
  }
  static FeedState said(Day& day, std::size_t broker, Exchange exchange) {
    return feed_state(day.router().brokers()[static_cast<routing::BrokerId>(broker)], exchange);
  }

  DayPlan plan_;
};

// The first broker has nothing to show: in LTP mode a packet comes with each change of the price, and the price stands.
// The second sends books of the same instruments, because another client wants them there.
TEST_F(Scenario, BookChangesOfTheStandbyProveNothingOfAnUnchangedPrice) {
  const auto quiet = some(kNse, kNever, 15);
  plan_.hot_standby = true;
  plan_.clients = {{0, 0, quiet, {BGW_MODE_LTP, 0}}, {0, 0, quiet, {BGW_MODE_DEPTH, 5}, true}};
  Day day(plan_);
  day.run_until(kHour);
  const std::uint64_t logins = day.account(0).logins();
  constexpr std::int64_t kPause = kSecond * 15 / 250;
  for (std::int64_t at = 0; at < 10 * kMinute; at += kPause) {
    day.account(1).repeat(BGW_MODE_DEPTH);
    day.run_until(kHour + at);
  }
  EXPECT_EQ(day.verdict(), "");
  EXPECT_EQ(day.serving(), 0U);
  EXPECT_EQ(day.oracle().switches(), 0U);
  EXPECT_EQ(day.account(0).logins(), logins);
}

TEST_F(Scenario, WhereNobodyTicksNobodyIsMovedAndLoginsAreFew) {
  for (const bool hot : {true, false}) {
    plan_.hot_standby = hot;
    plan_.clients = {{0,
                      0,
                      together({some(kIndex, kIndexPace, 3), some(kNse, kBusy, 10), some(kNse, kEachMinute, 20),
                                some(kMcx, kBusy, 4), some(kMcx, kEachMinute, 8)}),
                      {BGW_MODE_QUOTE, 0}}};
    // The indices alone, and later all of the exchange for four hours.
    plan_.halts = {{kIndex, kHour, kHour + 30 * kMinute}, {kIndex, 2 * kHour, 6 * kHour}, {kNse, 2 * kHour, 6 * kHour}};
    Day day(plan_);
    day.run_until(6 * kHour);
    EXPECT_EQ(day.verdict(), "");
    EXPECT_EQ(day.oracle().switches(), 0U);
    EXPECT_LE(day.account(0).logins(), 20U);
    EXPECT_LE(day.account(1).logins(), 20U);
    EXPECT_NE(said(day, 0, kNse), FeedState::live);
    while (day.fault().empty() && day.account(0).last_live(kNse) < day.market().at(15, 0) &&
           day.clock().now() < day.market().at(15, 1))
      day.run_until(day.clock().now() - day.market().at(9, 0) + kSecond / 100);
    day.run_until(day.account(0).last_live(kNse) - day.market().at(9, 0) + kSecond);
    EXPECT_EQ(said(day, 0, kNse), FeedState::live);
    day.run();
    EXPECT_EQ(day.verdict(), "");
  }
}

TEST_F(Scenario, SeveralConnectionsShareTheLoginsOfAHalt) {
  for (const bool declared : {true, false}) {
    plan_.brokers = 1;
    plan_.traits[0].places = 3;
    plan_.traits[0].per_connection = 25;
    plan_.traits[0].declares_snapshots = plan_.traits[0].sends_snapshots = declared;
    plan_.clients = {
        {0, 0, together({some(kNse, kBusy, 10), some(kNse, kEachMinute, 20), some(kNse, kInHours, 20)}), {2, 0}}};
    plan_.halts = {{kNse, kHour, 5 * kHour}};
    Day day(plan_);
    day.run_until(kHour);
    const std::uint64_t before = day.account(0).logins();
    day.run_until(5 * kHour);
    EXPECT_EQ(day.verdict(), "");
    EXPECT_LE(day.account(0).logins() - before, 20U);
    EXPECT_GT(day.account(0).logins() - before, 3U);
  }
}

// For good, while its cache stands still, or where nothing can be asked. The other, which was not subscribed, ticks.
TEST_F(Scenario, AFeedThatDiesSoonAfterTheOpenIsLeftForOneThatTicks) {
  for (const bool declared : {true, false}) {
    for (Traits& traits : plan_.traits) traits.declares_snapshots = traits.sends_snapshots = declared;
    plan_.clients = {{0, 0, together({some(kNse, kBusy, 10), some(kNse, kEachMinute, 20)}), {2, 0}}};
    Spell mute;
    mute.from = 15 * kMinute + 20 * kSecond;
    mute.until = 24 * kHour;
    mute.exchanges = kAllExchanges;
    mute.snapshots = Spell::Snapshots::stand_still;
    plan_.weather = {mute};
    Day day(plan_);
    day.run_until(15 * kMinute + 20 * kSecond);
    ASSERT_EQ(said(day, 0, kNse), FeedState::live);
    day.run_until(20 * kMinute);
    EXPECT_EQ(day.serving(), 1U);
    day.run();
    EXPECT_EQ(day.verdict(), "");
    EXPECT_EQ(day.serving(), 1U);
  }
}

TEST_F(Scenario, AFeedThatIsLateFromItsFirstTickOnIsLeftForOneThatIsInTime) {
  plan_.clients = {{0, 0, together({some(kNse, kBusy, 10), some(kNse, kEachMinute, 20)}), {2, 0}}};
  Spell lag;
  lag.kind = Spell::Kind::lag;
  lag.until = 24 * kHour;
  lag.lag_ns = kMinute;
  plan_.weather = {lag};
  Day day(plan_);
  day.run_until(18 * kMinute);
  EXPECT_EQ(day.serving(), 1U);
  day.run();
  EXPECT_EQ(day.verdict(), "");
}

// A few that nobody must trade, and that did for a while: their lull is theirs.
TEST_F(Scenario, ALullOfAFewContractsCostsNothing) {
  for (const bool declared : {true, false}) {
    plan_.traits[0].declares_snapshots = plan_.traits[0].sends_snapshots = declared;
    plan_.clients = {{0, 0, some(kMcx, kBusy, 4), {2, 0}}};
    plan_.halts = {{kMcx, kHour, 2 * kHour}};
    Day day(plan_);
    day.run();
    EXPECT_EQ(day.verdict(), "");
    EXPECT_EQ(day.account(0).logins(), 1U);
    EXPECT_EQ(day.oracle().switches(), 0U);
  }
}

TEST_F(Scenario, TheClosingAuctionCostsNothing) {
  for (const bool declared : {true, false}) {
    std::vector<std::size_t> shares;
    for (std::size_t i = 0; i < instruments().size(); ++i)
      if (instruments()[i].has_auction) shares.push_back(i);
    plan_.traits[0].declares_snapshots = plan_.traits[0].sends_snapshots = declared;
    plan_.remembers = plan_.traits[0].busy_are_known = plan_.traits[1].busy_are_known = true;
    plan_.clients = {{0, 0, shares, {2, 0}}};
    Day day(plan_);
    day.run();
    EXPECT_EQ(day.verdict(), "");
    EXPECT_EQ(day.account(0).logins(), 1U);
    EXPECT_EQ(day.oracle().switches(), 0U);
  }
}

TEST_F(Scenario, AChainOfFarStrikesIsQuiet) {
  for (const bool declared : {true, false}) {
    plan_.traits[0].declares_snapshots = declared;
    plan_.clients = {
        {16 * kMinute, 0, together({some(kNse, kInHours, 4), some(kNse, kNever, 10)}), {BGW_MODE_QUOTE, 0}}};
    Day day(plan_);
    day.run();
    EXPECT_EQ(day.verdict(), "");
    EXPECT_EQ(day.account(0).logins(), 1U);
    EXPECT_EQ(day.oracle().switches(), 0U);
    EXPECT_NE(said(day, 0, kNse), FeedState::stale);
  }
}

}  // namespace
}  // namespace gw::market_days
