// An instrument is more than its token: lists are made anew each day, and tokens are used again.
#include <algorithm>
#include <array>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/routing/fixture.hpp"

namespace gw::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Tokens : public RouterTest {
 protected:
  void list(std::initializer_list<Listed> rows, std::initializer_list<Listed> former = {}) {
    router_.set_index("angel", index_of(rows, former));
  }
};

TEST_F(Tokens, ATokenThatIsAnothersNowEndsWhoHeldIt) {
  const Outcome infy = subscribe(1, "INFY", kLtp);
  subscribe(1, "INFY", depth(5));
  subscribe(2, "TCS", kLtp);
  asked();
  list({{"WIPRO", "NSE", "1"}, {"TCS", "NSE", "2"}}, {{"INFY", "NSE", "1"}});
  EXPECT_THAT(port_.ends, UnorderedElementsAre("1: INFY.NSE 1, now WIPRO", "1: INFY.NSE 4/5 as 5, now WIPRO"));
  EXPECT_THAT(port_.refusals, IsEmpty());
  EXPECT_FALSE(router_.clients().holds(1, infy.topic));
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE none"));
  adapter_.tick(0, kLtpPacket, 7);  // WIPRO's by now
  adapter_.tick(1, kLtpPacket, 8);
  EXPECT_THAT(got(), ElementsAre("2: TCS.NSE 1 #1 ltp 8"));
  EXPECT_EQ(subscribe(1, "INFY", kLtp).code, Code::symbol_not_found);
  EXPECT_EQ(unsubscribe(1, "INFY", kLtp), Code::not_subscribed);
}

TEST_F(Tokens, TheNewNameGetsNothingThatTheOldOneKnew) {
  subscribe(1, "INFY", kLtp);
  asked();
  adapter_.tick(0, kLtpPacket, 150);
  got();
  list({{"WIPRO", "NSE", "1"}});
  const Outcome wipro = subscribe(2, "WIPRO", kLtp);
  EXPECT_EQ(snapshot(2, wipro), "");
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE none", "1 WIPRO.NSE mode 1 token 1"));
  adapter_.tick(1, kLtpPacket, 7);
  EXPECT_THAT(got(), ElementsAre("2: WIPRO.NSE 1 #3 ltp 7"));
}

using Contract = std::array<const char*, 3>;
std::shared_ptr<const instruments::Index> contracts(std::initializer_list<Contract> rows,
                                                    std::initializer_list<Contract> former = {}) {
  instruments::Index::Builder builder(rows.size());
  for (const auto* all : {&rows, &former})
    for (const auto& [symbol, token, expiry] : *all) {
      instruments::InstrumentView view;
      view.symbol = symbol;
      view.exchange = "NSE";
      view.token = token;
      view.expiry = expiry;
      view.instrument_type = "FUT";
      all == &rows ? builder.add(view) : builder.add_former(view);
    }
  return std::make_shared<const instruments::Index>(std::move(builder).build());
}

instruments::Expiries on(std::int64_t november) {
  constexpr std::int64_t kNovember2026 = 20'758;  // its first day
  return {calendar::Calendar{}, (kNovember2026 + november - 1) * 86'400'000'000'000};
}

TEST_F(Tokens, AContractThatIsOverEnds) {
  router_.set_expiries(on(24));
  router_.set_index("angel", contracts({{"A24NOV", "1", "2026-11-24"}, {"A29DEC", "2", "2026-12-29"}}));
  subscribe(1, "A24NOV", kLtp);
  subscribe(1, "A29DEC", kLtp);
  asked();
  router_.set_expiries(on(25));
  EXPECT_THAT(port_.ends, ElementsAre("1: A24NOV.NSE 1, expired on 2026-11-24"));
  EXPECT_THAT(asked(), ElementsAre("0 A24NOV.NSE none"));
  const Outcome again = subscribe(2, "A24NOV", kLtp);
  EXPECT_EQ(again.code, Code::symbol_not_found);
  EXPECT_EQ(again.gone.expired_on, "2026-11-24");
  EXPECT_EQ(unsubscribe(1, "A24NOV", kLtp), Code::not_subscribed);
  router_.serve_expired(true);
  EXPECT_EQ(subscribe(2, "A24NOV", kLtp).code, Code::ok);
  router_.set_expiries(on(26));
  EXPECT_EQ(port_.ends.size(), 1U);
  router_.serve_expired(false);
  EXPECT_EQ(port_.ends.back(), "2: A24NOV.NSE 1, expired on 2026-11-24") << "at once, for who holds it too";
}

TEST_F(Tokens, TheListInUseSaysWhenAContractIsOver) {
  router_.set_expiries(on(24));
  router_.set_index("angel", contracts({{"A26NOV", "1", "2026-11-26"}, {"B", "2", ""}}));
  subscribe(1, "A26NOV", kLtp);
  subscribe(1, "B", kLtp);
  router_.set_index("angel", contracts({{"A26NOV", "1", "2026-11-25"}, {"B", "2", "2026-11-27"}}));
  router_.set_expiries(on(26));
  EXPECT_THAT(port_.ends, ElementsAre("1: A26NOV.NSE 1, expired on 2026-11-25"));
  router_.set_expiries(on(28));
  EXPECT_EQ(port_.ends.size(), 2U);
}

TEST_F(Tokens, WhatIsListedIsNotSaidToHaveAnotherName) {
  router_.set_expiries(on(24));
  router_.set_index("angel", contracts({{"A24NOV", "1", "2026-11-24"}}));
  router_.set_index("angel", contracts({{"A24NOV", "2", "2026-11-24"}, {"B24NOV", "1", "2026-11-24"}}));
  subscribe(1, "A24NOV", kLtp);
  router_.set_expiries(on(25));
  EXPECT_THAT(port_.ends, ElementsAre("1: A24NOV.NSE 1, expired on 2026-11-24"));
  EXPECT_EQ(subscribe(1, "A24NOV", kLtp).gone.renamed_to, "");
}

TEST_F(Tokens, WhoseTokenItIsNowIsSaidWhereItIsTheSameContract) {
  router_.set_index("angel", contracts({{"OLD", "1", "2026-12-29"}, {"GONE", "2", "2026-12-29"}}));
  subscribe(1, "OLD", kLtp);
  subscribe(1, "GONE", kLtp);
  router_.set_index("angel", contracts({{"NEW", "1", "2026-12-29"}, {"OTHER", "2", "2026-11-24"}},
                                       {{"OLD", "1", "2026-12-29"}, {"GONE", "2", "2026-12-29"}}));
  EXPECT_THAT(port_.ends, UnorderedElementsAre("1: OLD.NSE 1, now NEW", "1: GONE.NSE 1"));
  EXPECT_EQ(subscribe(1, "OLD", kLtp).gone.renamed_to, "NEW");
  EXPECT_EQ(subscribe(1, "GONE", kLtp).gone.renamed_to, "");
}

TEST_F(Tokens, WhatAListMerelyLacksGoesOnUntilTheNextDay) {
  router_.set_expiries(on(24));
  const Outcome infy = subscribe(1, "INFY", kLtp);
  asked();
  list({{"TCS", "NSE", "2"}});
  EXPECT_EQ(router_.note(infy.topic), "not in list");
  EXPECT_EQ(router_.listings().unlisted_count(angel_), 1U);
  adapter_.tick(0, kLtpPacket, 7);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 1 #1 ltp 7"));
  list({{"INFY", "NSE", "1"}});
  EXPECT_EQ(router_.note(infy.topic), "");
  router_.set_expiries(on(25));
  EXPECT_THAT(port_.ends, IsEmpty());
  list({{"TCS", "NSE", "2"}});
  router_.set_expiries(on(25));
  EXPECT_THAT(port_.ends, IsEmpty());
  router_.set_expiries(on(26));
  EXPECT_THAT(port_.ends, ElementsAre("1: INFY.NSE 1"));
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE none"));
}

TEST_F(Tokens, WhatAListLacksEndsOnTheNextDayForEachGroup) {
  router_.set_expiries(on(24));
  subscribe(1, "INFY", kLtp);
  list({{"TCS", "NSE", "2"}});
  router_.open(4, router_.group_for("angel,", {angel_}), Variant::plain, false, 10);
  const Outcome infy = router_.subscribe(4, "INFY", "NSE", kLtp);
  ASSERT_EQ(infy.code, Code::ok) << "the other group's clients have it";
  EXPECT_EQ(router_.note(infy.topic), "not in list");
  router_.set_expiries(on(25));
  EXPECT_THAT(port_.ends, UnorderedElementsAre("1: INFY.NSE 1", "4: INFY.NSE 1"));
}

// After a switch the new broker's list counts, and not that of the one before.
TEST_F(Tokens, WhatTheServingBrokerListsGoesOn) {
  FakeAdapter other;
  const BrokerId next = router_.add_broker({"next", "next", angel_capabilities(), &other.channel, "", {}, false});
  router_.set_index("next", index_of({{"INFY", "NSE", "n1"}}));
  other.link(bus::LinkState::connected);
  router_.set_expiries(on(24));
  const GroupId both = router_.group_for("angel,next,", {angel_, next});
  router_.open(4, both, Variant::extras, false, 10);
  const Outcome infy = router_.subscribe(4, "INFY", "NSE", kLtp);
  list({{"TCS", "NSE", "2"}});
  EXPECT_EQ(router_.note(infy.topic), "not in list");
  port_.subscriptions.clear();
  adapter_.link(bus::LinkState::reconnecting);
  router_.drain(100);
  ASSERT_EQ(router_.broker_of(4), next);
  EXPECT_EQ(router_.note(infy.topic), "");
  EXPECT_THAT(port_.subscriptions, testing::Contains(std::pair(infy.topic, SessionId{4})));
  router_.set_expiries(on(25));
  EXPECT_THAT(port_.ends, IsEmpty());
}

TEST_F(Tokens, WhoResumesIsToldToo) {
  const SessionId session = session_id(2, 0, 4);  // two others had its index before
  router_.open(session, kDefaultGroup, Variant::extras, false, 10);
  router_.subscribe(session, "INFY", "NSE", kLtp, {.sampled = false, .resumes = true});
  list({{"WIPRO", "NSE", "1"}}, {{"INFY", "NSE", "1"}});
  EXPECT_THAT(port_.ends, ElementsAre(std::to_string(session) + ": INFY.NSE 1, now WIPRO"));
  EXPECT_THAT(router_.clients().topics_of(session), IsEmpty());
}

TEST_F(Tokens, TwoInstrumentsWithOneTokenBothTick) {
  list({{"TATAMOTORS", "NSE", "9"}, {"TMPV", "NSE", "9"}});
  subscribe(1, "TATAMOTORS", kLtp);
  subscribe(2, "TMPV", kQuote);
  EXPECT_THAT(asked(), ElementsAre("0 TATAMOTORS.NSE mode 2 token 9"));
  adapter_.tick(0, kQuotePacket, 5);
  EXPECT_THAT(got(), ElementsAre("1: TATAMOTORS.NSE 1 #1 ltp 5", "2: TMPV.NSE 2 #1 ltp 5"));
  unsubscribe(1, "TATAMOTORS", kLtp);
  EXPECT_THAT(asked(), IsEmpty());
  adapter_.tick(0, kQuotePacket, 6);
  EXPECT_THAT(got(), ElementsAre("2: TMPV.NSE 2 #2 ltp 6"));
  unsubscribe(2, "TMPV", kQuote);
  EXPECT_THAT(asked(), ElementsAre("0 TATAMOTORS.NSE none")) << "the broker is told at the last leaving";
}

TEST_F(Tokens, OneOfTwoThatShareATokenMayMoveAway) {
  list({{"A", "NSE", "9"}, {"B", "NSE", "9"}});
  subscribe(1, "A", kLtp);
  subscribe(1, "B", kLtp);
  asked();
  list({{"A", "NSE", "10"}, {"B", "NSE", "9"}});
  EXPECT_THAT(asked(), ElementsAre("0 B.NSE mode 1 token 9 described: kind 0, lots of 0", "1 A.NSE mode 1 token 10"));
  adapter_.tick(0, kLtpPacket, 5);
  adapter_.tick(1, kLtpPacket, 6);
  EXPECT_THAT(got(), ElementsAre("1: A.NSE 1 #1 ltp 6", "1: B.NSE 1 #1 ltp 5"));
}

// Every way in which four held instruments may pass their tokens on, and one may lose its own: each has the value of
// its own token afterwards, and the broker has what is wanted and nothing else.
TEST_F(Tokens, AnyPermutationInAnyOrderOfSubscribing) {
  std::vector<std::string> tokens = {"1", "2", "3", "4", "5"};
  const std::vector<std::string> symbols = {"A", "B", "C", "D"};
  std::map<std::string, std::string> broker;    // token -> handle, as the adapter was asked
  std::map<std::string, std::string> token_of;  // handle -> token
  const auto follow = [&] {
    for (const std::string& demand : asked()) {
      const std::string handle = demand.substr(0, demand.find(' '));
      if (demand.ends_with(" none")) {
        broker.erase(token_of[handle]);
        token_of.erase(handle);
        adapter_.released(static_cast<std::uint32_t>(std::stoul(handle)));
      } else {
        const std::string token = demand.substr(demand.rfind(' ') + 1);
        ASSERT_TRUE(!broker.contains(token) || broker[token] == handle) << demand;
        broker[token] = handle;
        token_of[handle] = token;
      }
    }
    router_.drain(100);
    port_.take();
  };
  std::vector<std::string> order = symbols;
  do {
    for (const std::string& symbol : order) router_.unsubscribe(1, symbol, "NSE", kLtp);
    const auto list_of = [&] {
      instruments::Index::Builder builder(symbols.size());
      for (std::size_t i = 0; i < symbols.size(); ++i) {
        instruments::InstrumentView view;
        view.symbol = symbols[i];
        view.exchange = "NSE";
        view.token = tokens[i];
        builder.add(view);
      }
      router_.set_index("angel", std::make_shared<const instruments::Index>(std::move(builder).build()));
    };
    list_of();
    for (const std::string& symbol : order) ASSERT_EQ(subscribe(1, symbol, kLtp).code, Code::ok);
    follow();
    std::next_permutation(tokens.begin(), tokens.end());
    list_of();
    follow();
    ASSERT_EQ(broker.size(), symbols.size());
    for (const auto& [token, handle] : broker)
      adapter_.tick(static_cast<std::uint32_t>(std::stoul(handle)), kLtpPacket, std::stoll(token));
    const std::vector<std::string> frames = got();
    ASSERT_EQ(frames.size(), symbols.size());
    for (std::size_t i = 0; i < symbols.size(); ++i) {
      EXPECT_THAT(frames[i], testing::StartsWith("1: " + symbols[i] + ".NSE 1 #"));
      EXPECT_THAT(frames[i], testing::EndsWith(" ltp " + tokens[i]));
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace
}  // namespace gw::routing
