// Which broker of a list serves which instrument.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/routing/broker_group_fixture.hpp"

namespace gw::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Mixing = BrokerGroupTest;

TEST_F(Mixing, WhatOnlyTheLostBrokerListsWaitsForIt) {
  const Outcome sbin = subscribe(5, "SBIN", kQuote);
  subscribe(6, "INFY", kLtp);
  lose(adapter_);
  EXPECT_THAT(port_.refusals, ElementsAre("5: SBIN.NSE 2: broker zerodha does not list it; waiting for broker angel"));
  EXPECT_EQ(router_.topics()[sbin.topic].state, SubscriptionState::pending);
  EXPECT_EQ(router_.note(sbin.topic), "waiting for broker angel");
  const Outcome nifty = subscribe(5, "NIFTY", kLtp, "NSE_INDEX");  // neither is known to the one that serves
  EXPECT_EQ(nifty.code, Code::ok);
  EXPECT_EQ(nifty.broker, "angel");
  // A list of it that has them takes them.
  demand(adapter_);
  router_.set_index("zerodha", index_of({{"INFY", "NSE", "z1"}, {"SBIN", "NSE", "z3"}}));
  EXPECT_THAT(demand(second_), UnorderedElementsAre("INFY.NSE mode 1 token z1", "SBIN.NSE mode 2 token z3"));
  EXPECT_THAT(demand(adapter_), ElementsAre("SBIN.NSE none"));
  EXPECT_EQ(router_.note(sbin.topic), "");
}

TEST_F(Mixing, WhatOnlyTheSilentBrokerListsIsSaidToWaitForIt) {
  const Outcome sbin = subscribe(5, "SBIN", kQuote);
  subscribe(5, "INFY", kLtp);
  adapter_.tick(0, kQuotePacket, 7);
  drain();
  go_silent(adapter_);
  EXPECT_EQ(router_.topics()[sbin.topic].state, SubscriptionState::active) << "its broker's feed is told as stale";
  ++monotonic_;
  second_.tick(0, kLtpPacket, 1);
  drain();
  ASSERT_EQ(serving(), "zerodha");
  EXPECT_THAT(port_.refusals, ElementsAre("5: SBIN.NSE 2: broker zerodha does not list it; waiting for broker angel"));
  EXPECT_EQ(router_.topics()[sbin.topic].state, SubscriptionState::pending);
  EXPECT_EQ(router_.note(sbin.topic), "waiting for broker angel");
  adapter_.tick(0, kQuotePacket, 8);
  say(adapter_, bus::FeedState::live, bus::FeedEvidence::none);
  EXPECT_EQ(router_.topics()[sbin.topic].state, SubscriptionState::active);
  EXPECT_EQ(router_.note(sbin.topic), "");
}

TEST_F(Mixing, WhatComesFromTheNextBrokerWaitsWhenThatOneFallsSilent) {
  router_.set_index("zerodha", index_of({{"INFY", "NSE", "z1"}, {"GOLD", "NSE", "z9"}}));
  const Outcome gold = subscribe(5, "GOLD", kLtp);
  const Outcome infy = subscribe(5, "INFY", kLtp);
  adapter_.tick(0, kLtpPacket, 1);
  second_.tick(0, kLtpPacket, 7);
  drain();
  say(second_, bus::FeedState::stale, bus::FeedEvidence::proved, "MCX");
  EXPECT_EQ(router_.topics()[gold.topic].state, SubscriptionState::active) << "another exchange";
  go_silent(second_);
  EXPECT_EQ(router_.topics()[gold.topic].state, SubscriptionState::pending);
  EXPECT_EQ(router_.note(gold.topic), "waiting for broker zerodha");
  EXPECT_EQ(router_.topics()[infy.topic].state, SubscriptionState::active);
}

TEST_F(Mixing, BrokersThatAreNotMixedLeaveItWaiting) {
  router_.mix_brokers(false);
  const Outcome sbin = subscribe(5, "SBIN", kQuote);
  lose(adapter_);
  demand(adapter_);
  EXPECT_EQ(port_.refusals.size(), 1U);
  EXPECT_EQ(router_.note(sbin.topic), "waiting for broker angel");
  recover(adapter_);
  adapter_.tick(2, kQuotePacket, 7);
  drain();
  EXPECT_THAT(port_.take(), IsEmpty()) << "nothing comes from a broker that does not serve";
}

TEST_F(Mixing, WhatTheActiveBrokerDoesNotListComesFromTheNextAndGoesHomeWhenItDoes) {
  router_.set_index("zerodha", index_of({{"INFY", "NSE", "z1"}, {"GOLD", "NSE", "z9"}}));
  const Outcome gold = subscribe(5, "GOLD", kLtp);
  EXPECT_EQ(gold.broker, "zerodha");
  EXPECT_EQ(router_.choice().elsewhere_count(router_.clients()[5].group), 1U);
  EXPECT_THAT(demand(second_), ElementsAre("GOLD.NSE mode 1 token z9"));
  second_.tick(0, kLtpPacket, 7);
  drain();
  EXPECT_THAT(port_.take(), ElementsAre("5: GOLD.NSE 1 extras #1 ltp 7"));
  router_.set_index("angel", index_of({{"INFY", "NSE", "1"}, {"GOLD", "NSE", "9"}}));
  EXPECT_THAT(demand(second_), ElementsAre("GOLD.NSE none"));
  EXPECT_THAT(demand(adapter_), ElementsAre("GOLD.NSE mode 1 token 9"));
  EXPECT_EQ(router_.topics()[gold.topic].info.broker, "angel");
  router_.unsubscribe(5, "GOLD", "NSE", kLtp);
  demand(adapter_);
  adapter_.released(0);
  drain();
  router_.mix_brokers(false);
  router_.set_index("angel", index_of({{"INFY", "NSE", "1"}}));
  EXPECT_EQ(subscribe(6, "GOLD", kLtp).code, Code::symbol_not_found);
}

// INFY, with the exchange's own number of it.
std::shared_ptr<const instruments::Index> numbered(const char* token, const char* number) {
  instruments::Index::Builder builder(1);
  instruments::InstrumentView view;
  view.symbol = "INFY";
  view.exchange = "NSE";
  view.token = token;
  view.exchange_number = number;
  builder.add(view);
  builder.describe({1, 1, instruments::ListTime::given, 20'000, ""});
  return std::make_shared<const instruments::Index>(std::move(builder).build());
}

TEST_F(Mixing, AnotherInstrumentUnderTheSameNameNeverStandsIn) {
  router_.set_index("angel", numbered("1", "1594"));
  router_.set_index("zerodha", numbered("z1", "99"));
  const Outcome infy = subscribe(5, "INFY", kLtp);
  demand(adapter_);
  lose(adapter_);
  EXPECT_THAT(demand(second_), IsEmpty());
  EXPECT_THAT(port_.refusals,
              ElementsAre("5: INFY.NSE 1: broker zerodha has another instrument under this name; waiting "
                          "for broker angel"));
  EXPECT_EQ(router_.note(infy.topic), "waiting for broker angel");
  router_.set_index("zerodha", numbered("z1", "1594"));
  EXPECT_THAT(demand(second_), ElementsAre("INFY.NSE mode 1 token z1"));
}

TEST_F(Mixing, AnOperatorsOtherBrokerNeverPutsAnotherInstrumentUnderAHeldName) {
  router_.set_index("angel", numbered("1", "1594"));
  router_.set_index("zerodha", numbered("z1", "99"));
  subscribe(5, "INFY", kLtp);
  subscribe(6, "INFY", kQuote);
  router_.move(6, router_.group_for("zerodha,", {zerodha_}));
  EXPECT_THAT(port_.ends, ElementsAre("6: INFY.NSE 2, another instrument at zerodha"));
  EXPECT_THAT(router_.clients().topics_of(6), IsEmpty());
  port_.ends.clear();
  router_.set_order(group_, {zerodha_});
  EXPECT_THAT(port_.ends, ElementsAre("5: INFY.NSE 1, another instrument at zerodha"));
  EXPECT_THAT(router_.clients().topics_of(5), IsEmpty());
  EXPECT_THAT(demand(second_), IsEmpty());
  EXPECT_EQ(subscribe(5, "INFY", kLtp).code, Code::ok) << "who asks now means the broker that serves now";
}

// A list of one day; `former` rows had their tokens before.
struct Row {
  const char* symbol;
  const char* token;
  const char* expiry;
};
std::shared_ptr<const instruments::Index> list_of(std::int64_t day, std::vector<Row> rows,
                                                  std::vector<Row> former = {}) {
  instruments::Index::Builder builder(2);
  for (const auto* all : {&rows, &former})
    for (const Row& row : *all) {
      instruments::InstrumentView view;
      view.symbol = row.symbol;
      view.exchange = "NSE";
      view.token = row.token;
      view.expiry = row.expiry;
      all == &rows ? builder.add(view) : builder.add_former(view);
    }
  builder.describe({1, 1, instruments::ListTime::given, day, ""});
  return std::make_shared<const instruments::Index>(std::move(builder).build());
}

TEST_F(Mixing, WhoseTokenIsTakenIsNotHadFromAnotherBrokersOldList) {
  router_.set_index("angel", list_of(1, {{"CALL", "1", "2099-12-29"}}));
  router_.set_index("zerodha", list_of(1, {{"CALL", "z1", "2099-12-29"}}));
  subscribe(5, "CALL", kLtp);
  demand(adapter_);
  router_.set_index("angel", list_of(2, {{"PUT", "1", "2099-12-30"}}, {{"CALL", "1", "2099-12-29"}}));
  EXPECT_THAT(port_.ends, ElementsAre("5: CALL.NSE 1"));
  EXPECT_THAT(demand(adapter_), ElementsAre("CALL.NSE none"));
  EXPECT_THAT(demand(second_), IsEmpty());
  EXPECT_EQ(subscribe(5, "CALL", kLtp).code, Code::symbol_not_found);
  lose(adapter_);
  ASSERT_EQ(serving(), "zerodha");
  EXPECT_EQ(subscribe(5, "CALL", kLtp).code, Code::symbol_not_found) << "its list is behind";
  router_.set_index("zerodha", list_of(3, {{"CALL", "z7", "2099-12-29"}}));
  EXPECT_EQ(subscribe(5, "CALL", kLtp).code, Code::ok) << "newer than the one that took its token";
}

TEST_F(Mixing, ANewerListOfTheNextBrokerSaysThatATokenIsTaken) {
  router_.set_index("angel", list_of(1, {{"CALL", "1", "2099-12-29"}, {"OLD", "2", ""}}));
  router_.set_index("zerodha", list_of(1, {{"CALL", "z1", "2099-12-29"}, {"OLD", "z2", ""}}));
  subscribe(5, "CALL", kLtp);
  subscribe(5, "OLD", kLtp);
  router_.set_index("zerodha", list_of(2, {{"PUT", "z1", "2099-12-30"}, {"NEW", "z2", ""}},
                                       {{"CALL", "z1", "2099-12-29"}, {"OLD", "z2", ""}}));
  EXPECT_THAT(port_.ends, ElementsAre("5: CALL.NSE 1")) << "OLD is the same instrument under a new name";
}

TEST_F(Mixing, WhatTheListLacksGoesToTheNextBrokerOnTheNextDay) {
  constexpr std::int64_t kDay = 86'400'000'000'000;
  router_.set_expiries({calendar::Calendar{}, 0});
  const Outcome infy = subscribe(5, "INFY", kLtp);
  demand(adapter_);
  router_.set_index("angel", index_of({{"TCS", "NSE", "2"}}));
  EXPECT_THAT(demand(second_), IsEmpty());
  router_.set_expiries({calendar::Calendar{}, kDay});
  EXPECT_THAT(port_.ends, IsEmpty());
  EXPECT_THAT(demand(adapter_), ElementsAre("INFY.NSE none"));
  EXPECT_THAT(demand(second_), ElementsAre("INFY.NSE mode 1 token z1"));
  EXPECT_EQ(router_.topics()[infy.topic].info.broker, "zerodha");
  EXPECT_EQ(router_.note(infy.topic), "");
}

TEST_F(Mixing, WhoWaitsForABrokerIsToldWhenThatOneListsItNoMore) {
  router_.mix_brokers(false);
  subscribe(5, "SBIN", kQuote);
  lose(adapter_);
  router_.set_index("angel", index_of({{"INFY", "NSE", "1"}}));
  EXPECT_THAT(port_.ends, ElementsAre("5: SBIN.NSE 2"));
  EXPECT_EQ(subscribe(5, "SBIN", kQuote).code, Code::symbol_not_found);
}

TEST_F(Mixing, WhetherItIsListedIsAskedOfWhoServes) {
  router_.set_expiries({calendar::Calendar{}, 0});
  const Outcome infy = subscribe(5, "INFY", kLtp);
  demand(adapter_);
  router_.set_index("angel", index_of({{"TCS", "NSE", "2"}}));
  EXPECT_EQ(router_.note(infy.topic), "not in list");
  EXPECT_EQ(router_.note(subscribe(1, "INFY", kLtp).topic), "not in list") << "another user's list of brokers";
  lose(adapter_);
  EXPECT_EQ(router_.note(infy.topic), "") << "zerodha lists it";
  EXPECT_EQ(router_.listings().unlisted_count(zerodha_), 0U);
}

}  // namespace
}  // namespace gw::routing
