// The oracle finds what a gateway that errs would do: each rule is broken on purpose.
#include <array>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/log.hpp"
#include "tests/market_days/day.hpp"

namespace gw::market_days {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class OracleTest : public testing::Test {
 protected:
  OracleTest() {
    log::set_level(log::Level::error);
    plan_.brokers = 1;
    plan_.stall_limit_ns = 16 * kSecond;
    plan_.traits[0].places = 2;
    std::vector<std::size_t> held = some(kNse, kBusy, 10);
    for (const std::size_t i : some(kMcx, kBusy, 4)) held.push_back(i);
    plan_.clients = {{0, 0, held, {BGW_MODE_QUOTE, 0}}};
  }
  Spell mute(std::size_t broker) const {
    Spell spell;
    spell.kind = Spell::Kind::mute;
    spell.broker = broker;
    spell.from = kHour;
    spell.until = 24 * kHour;
    spell.exchanges = kAllExchanges;
    return spell;
  }
  // What the link tells routing from now on, each half second.
  void say(Day& day, std::size_t broker, bool stale) {
    const bool begins = !says_[broker].has_value();
    says_[broker] = stale;
    if (begins) repeat(day, broker);
  }
  void repeat(Day& day, std::size_t broker) {
    for (const char* exchange : kExchangeNames)
      day.link(broker).channel().writer().feed(exchange, *says_[broker] ? bus::FeedState::stale : bus::FeedState::live,
                                               bus::FeedEvidence::proved, 0, "said by a test");
    day.clock().after(kSecond / 2, [this, &day, broker] { repeat(day, broker); });
  }

  std::array<std::optional<bool>, 2> says_;
  DayPlan plan_;
};

TEST_F(OracleTest, NothingIsWrongWithACalmDay) {
  plan_.brokers = 2;
  Day day(plan_);
  day.run();
  EXPECT_EQ(day.verdict(), "");
  EXPECT_GT(day.oracle().ticks(), 10'000U);
  EXPECT_EQ(day.account(0).logins(), 1U);
  EXPECT_EQ(day.account(1).logins(), 1U);
}

TEST_F(OracleTest, FindsAMuteFeedThatIsSaidToBeLive) {
  plan_.weather = {mute(0)};
  Day day(plan_);
  day.run_until(kHour);
  say(day, 0, false);
  day.run_until(2 * kHour);
  EXPECT_THAT(day.verdict(), StartsWith("rule 1 at 10:0"));
}

TEST_F(OracleTest, FindsALoginWithoutACause) {
  Day day(plan_);
  day.run_until(kHour);
  day.link(0).relogin({});
  day.run_until(kHour + kMinute);
  EXPECT_THAT(day.verdict(), StartsWith("rule 2 at 10:00:0"));
}

TEST_F(OracleTest, FindsLoginsThatAreTooMany) {
  plan_.weather = {mute(0)};
  Day day(plan_);
  for (int i = 0; i < 10; ++i) {
    day.run_until(kHour + kMinute + i * 30 * kSecond);
    day.link(0).relogin({});
  }
  EXPECT_THAT(day.verdict(), HasSubstr("for silence"));
  EXPECT_THAT(day.verdict(), StartsWith("rule 2"));
}

TEST_F(OracleTest, FindsAMoveWithoutEvidence) {
  plan_.brokers = 2;
  plan_.hot_standby = true;
  Day day(plan_);
  day.run_until(kHour);
  day.link(0).channel().writer().link(bus::LinkState::reconnecting, "said by a test");
  day.run_until(kHour + kMinute);
  EXPECT_THAT(day.verdict(), StartsWith("rule 3 at 10:00:0"));
  EXPECT_THAT(day.verdict(), HasSubstr("nothing of it was mute"));
}

TEST_F(OracleTest, FindsAMoveToABrokerThatTicksNoMore) {
  plan_.brokers = 2;
  plan_.hot_standby = true;
  plan_.weather = {mute(0), mute(1)};
  plan_.weather[1].from -= kMinute;
  Day day(plan_);
  day.run_until(kHour + kSecond);
  say(day, 1, false);
  say(day, 0, true);
  day.run_until(kHour + kMinute);
  EXPECT_THAT(day.verdict(), StartsWith("rule 3 at 10:00:0"));
  EXPECT_THAT(day.verdict(), HasSubstr("has not shown live ticks"));
}

TEST_F(OracleTest, FindsAMoveBackToABrokerThatIsStillMute) {
  plan_.brokers = 2;
  plan_.hot_standby = true;
  plan_.weather = {mute(0)};
  Day day(plan_);
  day.run_until(kHour + kMinute);
  say(day, 0, true);
  day.run_until(kHour + kMinute + 10 * kSecond);
  ASSERT_EQ(day.verdict(), "");
  ASSERT_EQ(day.serving(), 1U);
  say(day, 0, false);
  day.run_until(kHour + kMinute + 12 * kSecond);
  day.router().set_order(routing::kDefaultGroup, {0});
  EXPECT_THAT(day.verdict(), StartsWith("rule 3"));
  EXPECT_THAT(day.verdict(), HasSubstr("since it was left"));
}

TEST_F(OracleTest, FindsAWellFeedThatIsSaidToBeStale) {
  Day day(plan_);
  day.run_until(kHour);
  say(day, 0, true);
  day.run_until(kHour + kMinute);
  EXPECT_THAT(day.verdict(), StartsWith("rule 4 at 10:00:0"));
}

TEST_F(OracleTest, FindsATickThatDidNotArrive) {
  Day day(plan_);
  day.run_until(kHour);
  day.clients().loses = true;
  day.run_until(kHour + kMinute);
  EXPECT_THAT(day.verdict(), StartsWith("rule 5 at 10:00:"));
  EXPECT_THAT(day.verdict(), HasSubstr("did not get trade"));
}

TEST_F(OracleTest, FindsAnUpdateThatIsCountedAndDidNotArrive) {
  Day day(plan_);
  day.run_until(kHour);
  EXPECT_EQ(day.verdict(), "");
  day.clients().forgets_one(0);
  EXPECT_THAT(day.verdict(), StartsWith("rule 5: session 0 got"));
}

TEST_F(OracleTest, FindsATickThatComesAfterANewerOne) {
  Day day(plan_);
  day.run_until(kHour);
  day.clients().turns_back = true;
  day.run_until(kHour + kMinute);
  EXPECT_THAT(day.verdict(), StartsWith("rule 5: "));
  EXPECT_THAT(day.verdict(), HasSubstr("came after"));
}

TEST_F(OracleTest, FindsALateInstrumentThatIsNotedToHaveTickedInTime) {
  Day day(plan_);
  const std::string& held = instruments()[plan_.clients[0].instruments[0]].symbol;
  day.run_until(15 * kMinute + 30 * kSecond);  // NSE has been open for half a minute
  day.note(0, held, true);
  EXPECT_EQ(day.verdict(), "");
  day.run_until(kHour);
  day.note(0, held, false);
  EXPECT_EQ(day.verdict(), "");
  day.note(0, held, true);
  EXPECT_THAT(day.verdict(), StartsWith("rule 6 at 10:00:0"));
}

TEST_F(OracleTest, FindsAnInstrumentThatIsNotHeldAndIsNotedToHaveTickedInTime) {
  Day day(plan_);
  day.run_until(kHour);
  day.note(0, instruments()[some(kIndex, kIndexPace, 1)[0]].symbol, true);
  EXPECT_THAT(day.verdict(), StartsWith("rule 6 at 10:00:0"));
}

TEST_F(OracleTest, FindsAnInstrumentTooManyOnOneConnection) {
  Day day(plan_);
  day.run_until(kHour);
  day.account(0).allow(5);
  day.router().open(1, routing::kDefaultGroup, routing::Variant::plain, false, 1);
  const std::string& symbol = instruments()[some(kNse, kEachMinute, 1).at(0)].symbol;
  ASSERT_EQ(day.router().subscribe(1, symbol, "NSE", {BGW_MODE_QUOTE, 0}).code, routing::Code::ok);
  day.router().flush_demand();
  day.run_until(kHour + kMinute);
  EXPECT_THAT(day.verdict(), StartsWith("rule 0 at 10:00:0"));
  EXPECT_THAT(day.verdict(), HasSubstr("15 instruments on one connection, 5 are allowed"));
}

TEST_F(OracleTest, FindsAConnectionTooMany) {
  Day day(plan_);
  day.run_until(kHour);
  Spell slow;
  slow.kind = Spell::Kind::slow_logins;
  slow.until = support::VirtualClock::kNever;
  day.account(0).begin(slow);
  std::array<Account::Connection, 2> more{{{&day.account(0), nullptr, nullptr}, {&day.account(0), nullptr, nullptr}}};
  bgw_error error{};
  for (Account::Connection& connection : more) day.account(0).connect(connection, error);
  day.run_until(kHour + kMinute);
  EXPECT_THAT(day.verdict(), StartsWith("rule 0 at 10:00:0"));
}

}  // namespace
}  // namespace gw::market_days
