// Instruments that a broker keeps subscribed though no client asks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/routing/broker_group_fixture.hpp"

namespace gw::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// Angel has NIFTY.NSE_INDEX and BSE's INFY as canaries, zerodha NSE's TCS. All asks of before are forgotten.
class Canary : public BrokerGroupTest {
 protected:
  void SetUp() override {
    BrokerGroupTest::SetUp();
    attach_angel({{"NIFTY", "NSE_INDEX"}, {"INFY", "BSE"}});
    router_.detach_broker(zerodha_, "test");
    BrokerSetup zerodha = setup(false);
    zerodha.canary = {{"TCS", "NSE"}};
    router_.attach_broker(zerodha_, zerodha);
    recover(second_);
    first_asked_ = demand(adapter_);
    second_asked_ = demand(second_);
  }
  void attach_angel(std::vector<Pin> canary, registry::Limits limits = {}) {
    router_.detach_broker(angel_, "test");
    BrokerSetup angel{"angel", "angel", angel_capabilities(), &adapter_.channel, "", std::move(limits)};
    angel.canary = std::move(canary);
    router_.attach_broker(angel_, angel);
    recover(adapter_);
  }
  std::size_t canaries_of(BrokerId broker) const {
    std::size_t count = 0;
    router_.interests().for_each_group([&](GroupId, const BrokerGroup& group) {
      if (group.is_canary && group.broker() == broker) count += group.interests.size();
    });
    return count;
  }

  std::vector<std::string> first_asked_;
  std::vector<std::string> second_asked_;
};

TEST_F(Canary, IsSubscribedInThePoorestModeWithoutAnyClient) {
  EXPECT_THAT(first_asked_, UnorderedElementsAre("NIFTY.NSE_INDEX mode 1 token 5", "INFY.BSE mode 1 token 4"));
  EXPECT_THAT(second_asked_, ElementsAre("TCS.NSE mode 1 token z2"));
  EXPECT_THAT(router_.pinned().missing_canaries(angel_), IsEmpty());
  EXPECT_THAT(port_.delivered, IsEmpty());
}

TEST_F(Canary, IsSubscribedInThePoorestModeWhosePacketsHaveATime) {
  const auto asked_with = [this](std::uint32_t flags) {
    router_.detach_broker(angel_, "test");
    BrokerSetup angel{"angel", "angel", angel_capabilities(flags), &adapter_.channel, "", {}};
    angel.canary = {{"NIFTY", "NSE_INDEX"}};
    router_.attach_broker(angel_, angel);
    recover(adapter_);
    return demand(adapter_);
  };
  EXPECT_THAT(asked_with(0), ElementsAre("NIFTY.NSE_INDEX mode 1 token 5")) << "the plugin does not say";
  EXPECT_THAT(asked_with(BGW_QUOTE_HAS_TIME), ElementsAre("NIFTY.NSE_INDEX mode 2 token 5"));
  EXPECT_THAT(asked_with(BGW_LTP_HAS_TIME | BGW_QUOTE_HAS_TIME), ElementsAre("NIFTY.NSE_INDEX mode 1 token 5"));
  EXPECT_THAT(asked_with(BGW_DEPTH_HAS_TIME), ElementsAre("NIFTY.NSE_INDEX mode 1 token 5")) << "it has no depth";
}

TEST_F(Canary, IsSubscribedAtTheStartAsSoonAsTheBrokerHasAList) {
  FakeAdapter adapter;
  Router router(encoder_, port_, {[this] { return now_; }, [this] { return monotonic_; }}, [] { return "run"; });
  router.add_shard(port_);
  BrokerSetup setup{"angel", "angel", angel_capabilities(), &adapter.channel, "", {}};
  setup.canary = {{"NIFTY", "NSE_INDEX"}};
  const BrokerId angel = router.add_broker(setup);
  router.set_index("angel", index_of({{"NIFTY", "NSE_INDEX", "5"}}));
  EXPECT_EQ(router.group_for("", {angel}), kDefaultGroup);
  router.flush_demand();
  EXPECT_THAT(adapter.asked(), ElementsAre("0 NIFTY.NSE_INDEX mode 1 token 5"));

  FakeAdapter without;
  Router later(encoder_, port_, {[this] { return now_; }, [this] { return monotonic_; }}, [] { return "run"; });
  later.add_shard(port_);
  setup.channel = &without.channel;
  later.group_for("", {later.add_broker(setup)});
  later.flush_demand();
  EXPECT_THAT(without.asked(), IsEmpty());
  EXPECT_THAT(later.pinned().missing_canaries(0), IsEmpty()) << "that there is no list has been said";
  later.set_index("angel", index_of({{"NIFTY", "NSE_INDEX", "5"}}));
  EXPECT_THAT(without.asked(), ElementsAre("0 NIFTY.NSE_INDEX mode 1 token 5"));
}

TEST_F(Canary, SharesItsSubscriptionWithTheClientsOfTheInstrument) {
  router_.open(7, kDefaultGroup, Variant::plain, false, 1);
  ASSERT_EQ(subscribe(7, "NIFTY", kQuote, "NSE_INDEX").code, Code::ok) << "it does not count against a client's limit";
  EXPECT_THAT(asked(), ElementsAre("0 NIFTY.NSE_INDEX mode 2 token 5"));
  adapter_.tick(0, kQuotePacket, 10);
  EXPECT_THAT(got(), ElementsAre("7: NIFTY.NSE_INDEX 2 #1 ltp 10"));
  EXPECT_EQ(router_.clients().topics_of(7).size(), 1U);
  router_.close(7);
  EXPECT_THAT(asked(), ElementsAre("0 NIFTY.NSE_INDEX mode 1 token 5"));
  adapter_.tick(0, kLtpPacket, 11);
  EXPECT_THAT(got(), IsEmpty());
}

TEST_F(Canary, HasAFirstValueForTheClientThatComes) {
  adapter_.tick(0, kLtpPacket, 10);
  drain();
  const Outcome joined = subscribe(1, "NIFTY", kLtp, "NSE_INDEX");
  EXPECT_EQ(snapshot(1, joined), "NIFTY.NSE_INDEX 1 #0 ltp 10 age 2250");
  EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(Canary, FollowsTheInstrumentLists) {
  router_.set_index("angel", index_of({{"NIFTY", "NSE_INDEX", "55"}, {"SENSEX", "BSE_INDEX", "6"}}));
  // BSE's INFY is gone from the list, and stays until its exchange's next day like any other.
  EXPECT_THAT(demand(adapter_), ElementsAre("NIFTY.NSE_INDEX none", "NIFTY.NSE_INDEX mode 1 token 55"));
  EXPECT_THAT(router_.pinned().missing_canaries(angel_), ElementsAre("canary INFY.BSE is not in the instrument list"));
  EXPECT_EQ(router_.listings().unlisted_count(angel_), 0U) << "no client holds it";
  EXPECT_THAT(port_.ends, IsEmpty());
  // Another has its token now.
  router_.set_index("angel", index_of({{"NIFTY", "NSE_INDEX", "55"}, {"OTHER", "BSE", "4"}}));
  EXPECT_THAT(demand(adapter_), ElementsAre("INFY.BSE none"));
  router_.set_index("angel", index_of({{"NIFTY", "NSE_INDEX", "55"}, {"INFY", "BSE", "44"}}));
  EXPECT_THAT(demand(adapter_), ElementsAre("INFY.BSE mode 1 token 44"));
  EXPECT_THAT(router_.pinned().missing_canaries(angel_), IsEmpty());
}

TEST_F(Canary, EndsWithItsBrokerAndComesBackWithIt) {
  router_.detach_broker(angel_, "disabled");
  EXPECT_EQ(canaries_of(angel_), 0U);
  EXPECT_EQ(router_.brokers()[angel_].routes().named_count(), 0U);
  EXPECT_THAT(router_.pinned().missing_canaries(angel_), IsEmpty());
  attach_angel({{"NIFTY", "NSE_INDEX"}, {"INFY", "BSE"}});
  EXPECT_THAT(demand(adapter_), UnorderedElementsAre("NIFTY.NSE_INDEX mode 1 token 5", "INFY.BSE mode 1 token 4"));
  EXPECT_EQ(canaries_of(angel_), 2U);
}

TEST_F(Canary, IsReplacedWhenTheConfigurationNamesAnother) {
  attach_angel({{"SBIN", "NSE"}, {"INFY", "BSE"}, {"WIPRO", "NSE_INDEX"}, {"INFY", "MCX"}});
  EXPECT_THAT(demand(adapter_), UnorderedElementsAre("SBIN.NSE mode 1 token 3", "INFY.BSE mode 1 token 4"));
  EXPECT_EQ(canaries_of(angel_), 2U);
  EXPECT_EQ(router_.pinned().missing_canaries(angel_).size(), 2U);
  attach_angel({});
  EXPECT_EQ(canaries_of(angel_), 0U);
  EXPECT_THAT(demand(adapter_), IsEmpty());
}

TEST_F(Canary, StaysSubscribedWhenOnlyItsClientsEnd) {
  subscribe(1, "NIFTY", kLtp, "NSE_INDEX");
  subscribe(1, "INFY", kLtp, "BSE");
  EXPECT_EQ(router_.unsubscribe_all(1), 2U);
  EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(Canary, IsOverOnItsContractsLastDay) {
  instruments::Index::Builder builder(1);
  instruments::InstrumentView view;
  view.symbol = "GOLD26NOVFUT";
  view.exchange = "NSE";
  view.token = "9";
  view.expiry = "2026-11-27";
  builder.add(view);
  attach_angel({{"GOLD26NOVFUT", "NSE"}});
  const auto index = std::make_shared<const instruments::Index>(std::move(builder).build());
  router_.set_index("angel", index);
  EXPECT_THAT(demand(adapter_), ElementsAre("GOLD26NOVFUT.NSE mode 1 token 9"));
  constexpr std::int64_t kNovember28 = 20'785LL * 86'400 * 1'000'000'000;
  router_.set_expiries({calendar::Calendar{}, kNovember28});
  EXPECT_THAT(demand(adapter_), ElementsAre("GOLD26NOVFUT.NSE none"));
  router_.set_index("angel", index);
  EXPECT_THAT(demand(adapter_), IsEmpty());
  EXPECT_THAT(router_.pinned().missing_canaries(angel_), ElementsAre("canary GOLD26NOVFUT.NSE expired on 2026-11-27"));
}

TEST_F(Canary, TakesAPlaceAtTheBrokerAndWaitsForOneWhereAllAreInUse) {
  bgw_limits limits{};
  limits.size = sizeof limits;
  limits.connections_per_account = 1;
  limits.instruments_per_connection = 1;
  attach_angel({}, registry::Limits(limits));
  ASSERT_EQ(subscribe(1, "TCS", kLtp).code, Code::ok);
  attach_angel({{"NIFTY", "NSE_INDEX"}}, registry::Limits(limits));
  EXPECT_THAT(demand(adapter_), ElementsAre("TCS.NSE mode 1 token 2")) << "clients go first";
  unsubscribe(1, "TCS", kLtp);
  drain();
  router_.review();
  EXPECT_THAT(demand(adapter_), ElementsAre("TCS.NSE none", "NIFTY.NSE_INDEX mode 1 token 5"));
}

TEST_F(Canary, IsNeverMovedByAFailoverAndMovesNobody) {
  router_.subscribe(6, "INFY", "NSE", kLtp);
  drain();
  forget();
  lose(adapter_);
  EXPECT_EQ(serving(), "zerodha");
  EXPECT_THAT(demand(second_), ElementsAre("INFY.NSE mode 1 token z1"));
  EXPECT_THAT(port_.switches, ElementsAre("1: broker angel is reconnecting")) << "the only group with two brokers";
  EXPECT_EQ(canaries_of(angel_), 2U);
  EXPECT_EQ(canaries_of(zerodha_), 1U);
  forget();
  recover(adapter_);
  EXPECT_THAT(demand(adapter_), IsEmpty()) << "its adapter remembers what it carries";
}

}  // namespace
}  // namespace gw::routing
