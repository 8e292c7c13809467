// What routing wants of an adapter, and what the adapter says and publishes about it.
#include <algorithm>

#include "adapter_fixture.hpp"

namespace gw::plugin_host {
namespace {

using Calls = std::vector<std::string>;

class AdapterDemand : public AdapterTest {
 protected:
  bgw_tick tick(std::uint32_t instrument, std::uint32_t modes = BGW_MODE_LTP) const {
    bgw_tick t{};
    t.instrument = instrument;
    t.modes = modes;
    t.present = BGW_HAS_LTP;
    t.ltp = 100 * BGW_PRICE_SCALE;
    return t;
  }
  std::uint64_t invalid() const { return link_->counts().updates_invalid.load(); }
  void start_with(std::initializer_list<std::uint32_t> instruments) {
    start_connected();
    for (const std::uint32_t i : instruments) want(i);
    settle();
    forget();
  }
};

TEST_F(AdapterDemand, IsHandedOverInOneBatchWithModeAndDepth) {
  start_connected();
  want(1);
  want(2, BGW_MODE_DEPTH, 20);
  settle();
  EXPECT_EQ(plugin_->take_calls(), (Calls{"subscribe 1:1 2:4/20"}));
  EXPECT_EQ(link_->counts().wanted.load(), 2u);
}

TEST_F(AdapterDemand, CarriesEveryName) {
  std::string names;
  plugin_->subscribe_list = [&names](const bgw_subscription& s) {
    for (const char* text : {s.symbol, s.exchange, s.broker_symbol, s.broker_exchange, s.token})
      names += text + std::string(" ");
  };
  start_with({7});
  EXPECT_EQ(names, "SYMBOL NSE BROKER-SYMBOL NSE_EQ T7 ");
}

TEST_F(AdapterDemand, WaitsWhileTheLinkIsNotReady) {
  plugin_->connect = nullptr;
  start();
  want(3);
  want(1);
  settle();
  EXPECT_EQ(plugin_->take_calls(), (Calls{"create", "initialize", "connect"}));
  host().ready(host().context);
  settle();
  EXPECT_EQ(plugin_->take_calls(), (Calls{"subscribe 1:1 3:1"}));
}

TEST_F(AdapterDemand, AllThatIsStillWantedIsReplayedAfterEachReady) {
  start_with({1, 2, 3});
  unwant(2);
  want(3, BGW_MODE_QUOTE);
  settle();
  forget();
  bgw_error error{};
  error.code = BGW_E_TRANSIENT;
  host().fail(host().context, &error);
  run_until([this] { return plugin_->calls.size() == 2; });
  EXPECT_EQ(plugin_->take_calls(), (Calls{"connect", "subscribe 1:1 3:2"}));
}

TEST_F(AdapterDemand, AReloginReplaysToTheNewObject) {
  start_with({4});
  link_->relogin({});
  run_until([this] { return plugin_->count("subscribe 4:1") == 1; });
  EXPECT_EQ(plugin_->take_calls(), (Calls{"destroy", "create", "initialize", "connect", "subscribe 4:1"}));
}

TEST_F(AdapterDemand, ComesInBatchesOfTheSizeThatThePluginDeclares) {
  plugin_->limits.batch_size = 2;
  start_connected();
  for (std::uint32_t i = 1; i <= 5; ++i) want(i);
  settle();
  EXPECT_EQ(plugin_->take_calls(), (Calls{"subscribe 1:1 2:1", "subscribe 3:1 4:1", "subscribe 5:1"}));
  for (std::uint32_t i = 1; i <= 3; ++i) unwant(i);
  settle();
  EXPECT_EQ(plugin_->take_calls(), (Calls{"unsubscribe 1 2", "unsubscribe 3"}));
}

// Routing counts with what a poorer subscription frees: the broker must not see the richer one first.
TEST_F(AdapterDemand, ForFewerLevelsGoesBeforeWhatTakesItsPlace) {
  plugin_->limits.batch_size = 1;
  start_connected();
  want(1, BGW_MODE_DEPTH, 20);
  want(2);
  settle();
  forget();
  want(2, BGW_MODE_QUOTE);
  want(1, BGW_MODE_DEPTH, 5);
  want(2, BGW_MODE_DEPTH, 20);
  settle();
  EXPECT_EQ(plugin_->take_calls(), (Calls{"subscribe 1:4/5", "subscribe 2:4/20"}));
}

TEST_F(AdapterDemand, ThatEndsIsUnsubscribedAndThenReleased) {
  start_with({1});
  unwant(1);
  settle();
  EXPECT_EQ(plugin_->take_calls(), (Calls{"unsubscribe 1"}));
  EXPECT_EQ(seen().released, (std::vector<std::uint32_t>{1}));
  const bgw_tick late = tick(1);
  publish(&late);
  EXPECT_TRUE(seen().ticks.empty());
  EXPECT_EQ(invalid(), 1u);
}

TEST_F(AdapterDemand, ThatEndsWithoutALinkIsReleasedAllTheSame) {
  plugin_->connect = answer(BGW_E_FATAL);
  start();
  want(1);
  settle();
  unwant(1);
  settle();
  EXPECT_EQ(seen().released, (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(link_->counts().wanted.load(), 0u);
}

TEST_F(AdapterDemand, ThatEndsAndBeginsAgainAtOnceStaysLive) {
  start_with({1});
  unwant(1);
  want(1, BGW_MODE_QUOTE);
  settle();
  EXPECT_EQ(plugin_->take_calls(), (Calls{"unsubscribe 1", "subscribe 1:2"}));
  const bgw_tick t = tick(1);
  publish(&t);
  EXPECT_EQ(seen().ticks.size(), 1u);
}

TEST_F(AdapterDemand, AFailedSubscribeRefusesItsBatchOnly) {
  plugin_->limits.batch_size = 2;
  plugin_->subscribe = [this](bgw_error& error) {
    return plugin_->count("subscribe 1:1 2:1") == 1 && plugin_->calls.size() == 1
               ? answer(BGW_E_UNSUPPORTED, "not these")(error)
               : bgw_status{BGW_OK};
  };
  start_with({});
  for (const std::uint32_t i : {1u, 2u, 3u}) want(i);
  settle();
  const std::vector<std::pair<std::uint32_t, std::string>> expected = {{1, "-2 not these"}, {2, "-2 not these"}};
  EXPECT_EQ(seen().refused, expected);
  EXPECT_FALSE(plugin_->reused_error);
}

// What cannot be sent is no refusal: the connection is as good as lost, and the next one is told all of it.
TEST_F(AdapterDemand, ARequestThatCannotBeSentEndsTheSession) {
  start_with({1, 2});
  for (const bool ends : {false, true}) {
    auto& call = ends ? plugin_->unsubscribe : plugin_->subscribe;
    call = [&call](bgw_error& error) {
      call = nullptr;
      return answer(BGW_E_STATE, "the peer does not read")(error);
    };
    ends ? unwant(1) : want(3);
    run_until([this] { return plugin_->count("connect") == 1; });
    settle();
    EXPECT_EQ(plugin_->calls.back(), ends ? "subscribe 2:1 3:1" : "subscribe 1:1 2:1 3:1");
    EXPECT_TRUE(seen().refused.empty());
    EXPECT_EQ(state(), LinkState::connected);
    forget();
  }
}

TEST_F(AdapterDemand, AnExceptionInSubscribeRefusesAndInUnsubscribeReleases) {
  start_with({});
  plugin_->subscribe = throwing();
  plugin_->unsubscribe = throwing();
  want(1);
  settle();
  ASSERT_EQ(seen().refused.size(), 1u);
  EXPECT_EQ(seen().refused[0].second, "-8 an exception left the plugin: thrown by the plugin");
  unwant(1);
  settle();
  EXPECT_EQ(seen().released, (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(state(), LinkState::connected);
}

TEST_F(AdapterDemand, TheBrokersWordOnASubscriptionGoesUp) {
  start_with({1, 2});
  confirm(1);
  refuse(2, "no such token");
  refuse(2, nullptr);
  EXPECT_EQ(seen().confirmed, (std::vector<std::uint32_t>{1}));
  const std::vector<std::pair<std::uint32_t, std::string>> expected = {{2, "-1 no such token"}, {2, "-1 "}};
  EXPECT_EQ(seen().refused, expected);
}

// A token that is wrong: nothing comes of it, and nothing else of its exchange.
TEST_F(AdapterDemand, WhatIsNeverAnsweredIsRefusedThoughItIsAskedAgain) {
  plugin_->capabilities[0].flags = BGW_SNAPSHOT_ON_SUBSCRIBE;
  options_.answer_limit_ns = 300'000'000;
  options_.stall_limit_ns = 64'000'000;
  start_with({5});
  run_until([this] { return !seen().refused.empty() || !seen().quiet.empty(); });
  ASSERT_EQ(seen().refused.size(), 1U);
  EXPECT_EQ(seen().refused[0].second, "-4 no data and no word from the broker");
  EXPECT_GT(plugin_->count("unsubscribe 5"), 0U);
}

// The handle may be another instrument's by then.
TEST_F(AdapterDemand, AWordOnAHandleThatWasLetGoIsDropped) {
  start_with({1});
  unwant(1);
  settle();
  confirm(1);
  refuse(1, "late");
  confirm(1000);
  EXPECT_TRUE(seen().confirmed.empty());
  EXPECT_TRUE(seen().refused.empty());
  EXPECT_EQ(invalid(), 3u);
}

// ---- what the instrument list says of it anew

TEST_F(AdapterDemand, AnotherLotSizeCountsFromThenOnAndAsksTheBrokerNothing) {
  plugin_->capabilities[0].flags = BGW_VOLUME_IN_LOTS;
  bus::Demand demand{1, BGW_MODE_QUOTE, 0, "SYMBOL", "NSE", "BROKER-SYMBOL", "NSE_EQ", "T1"};
  demand.lot_size = 25;
  start_with({2});
  const auto tell = [&] {
    ASSERT_TRUE(bus::put_demand(link_->channel().demand(), demand));
    link_->channel().adapter_bell().ring();
    settle();
  };
  const auto volume = [&] {
    bgw_tick t = tick(1, BGW_MODE_LTP | BGW_MODE_QUOTE);
    t.present |= BGW_HAS_VOLUME;
    t.volume = 4;
    publish(&t);
    return seen().ticks.back().volume;
  };
  tell();
  EXPECT_EQ(volume(), 100);
  plugin_->take_calls();
  demand.is_description = true;
  demand.lot_size = 75;
  tell();
  EXPECT_EQ(volume(), 300);
  EXPECT_TRUE(plugin_->take_calls().empty());
  // Of what is not carried nothing is noted, and it is not subscribed by that.
  demand.instrument = 9;
  demand.connection = 1;
  tell();
  EXPECT_TRUE(plugin_->take_calls().empty());
  EXPECT_EQ(link_->counts().wanted.load(), 2U);
}

// ---- publish

TEST_F(AdapterDemand, AGoodUpdateGoesUpWhole) {
  start_with({1});
  const bgw_level levels[2] = {{99 * BGW_PRICE_SCALE, 10, 1, 0}, {98 * BGW_PRICE_SCALE, 20, 2, 0}};
  bgw_book book{};
  book.bid_count = 2;
  book.bids = levels;
  const bgw_tick t = tick(1, BGW_MODE_LTP | BGW_MODE_DEPTH);
  publish(&t, &book);
  ASSERT_EQ(seen().ticks.size(), 1u);
  EXPECT_EQ(seen().ticks[0].ltp, 100 * BGW_PRICE_SCALE);
  EXPECT_EQ(seen().bids[0], 2u);
  EXPECT_EQ(link_->counts().updates.load(), 1u);
  EXPECT_EQ(invalid(), 0u);
}

// A zero is no price before the first trade; the rest of the packet is as good as ever.
TEST_F(AdapterDemand, WhatHasNeverTradedGoesUpWithoutALastPrice) {
  start_with({1});
  bgw_tick t = tick(1, BGW_MODE_LTP | BGW_MODE_QUOTE);
  t.ltp = 0;
  t.present |= BGW_HAS_CLOSE;
  t.close = 100;
  publish(&t);
  ASSERT_EQ(seen().ticks.size(), 1u);
  EXPECT_EQ(seen().ticks[0].modes, std::uint32_t{BGW_MODE_LTP | BGW_MODE_QUOTE});
  EXPECT_EQ(seen().ticks[0].present, std::uint64_t{BGW_HAS_CLOSE});
  t = tick(1, BGW_MODE_LTP);
  t.ltp = -5;
  publish(&t);
  ASSERT_EQ(seen().ticks.size(), 2u) << "who wants last prices is told that there is none";
  EXPECT_EQ(seen().ticks[1].present, 0u);
  EXPECT_EQ(link_->counts().updates_without_price.load(), 2u);
  EXPECT_EQ(invalid(), 0u);
}

TEST_F(AdapterDemand, AnInvalidUpdateIsDroppedAndCounted) {
  start_with({1});
  std::uint64_t dropped = 0;
  const auto expect_dropped = [&](const char* what, const bgw_tick* t, const bgw_book* b) {
    publish(t, b);
    EXPECT_EQ(invalid(), ++dropped) << what;
  };
  bgw_book book{};
  bgw_tick t = tick(2);
  expect_dropped("unknown handle", &t, nullptr);
  t = tick(0xffffffff);
  expect_dropped("a handle beyond all", &t, nullptr);
  t = tick(1, 0);
  expect_dropped("no mode", &t, nullptr);
  t = tick(1, 8);
  expect_dropped("an unknown mode", &t, nullptr);
  t = tick(1, BGW_MODE_LTP);
  t.present = BGW_HAS_VOLUME;
  expect_dropped("no ltp", &t, nullptr);
  t = tick(1, BGW_MODE_DEPTH);
  expect_dropped("depth without a book", &t, nullptr);
  const std::vector<bgw_level> many(kMaxBookLevels + 1);
  book.bids = book.asks = many.data();
  book.bid_count = kMaxBookLevels + 1;
  expect_dropped("too many bids", &t, &book);
  book.bid_count = 0;
  book.ask_count = kMaxBookLevels + 1;
  expect_dropped("too many asks", &t, &book);
  book.ask_count = 1;
  book.asks = nullptr;
  expect_dropped("asks that are nowhere", &t, &book);
  expect_dropped("no tick", nullptr, nullptr);
  EXPECT_TRUE(seen().ticks.empty());
  EXPECT_EQ(link_->counts().updates.load(), 0u);
}

TEST_F(AdapterDemand, ABookAloneNeedsNoPriceAndMayHaveTheMostLevels) {
  start_with({1});
  const std::vector<bgw_level> many(kMaxBookLevels, bgw_level{100, 1, 1, 0});
  bgw_book book{};
  book.bids = book.asks = many.data();
  book.bid_count = book.ask_count = kMaxBookLevels;
  bgw_tick t = tick(1, BGW_MODE_DEPTH);
  t.present = 0;
  publish(&t, &book);
  ASSERT_EQ(seen().ticks.size(), 1u);
  EXPECT_EQ(seen().bids[0], std::size_t{kMaxBookLevels});
}

TEST_F(AdapterDemand, WhatIsLeftOutOfABookIsCountedAndABookOutOfOrderIsNone) {
  start_with({1});
  bgw_level bids[3] = {{0, 500, 3, 0}, {99, 1, 1, 0}, {98, 1, 1, 0}};
  bgw_book book{};
  book.bids = bids;
  book.bid_count = 3;
  const bgw_tick t = tick(1, BGW_MODE_LTP | BGW_MODE_DEPTH);
  publish(&t, &book);
  bids[2].price = 100;
  publish(&t, &book);
  const bgw_tick alone = tick(1, BGW_MODE_DEPTH);
  publish(&alone, &book);
  ASSERT_EQ(seen().ticks.size(), 2u) << "nothing is left of a book alone";
  EXPECT_EQ(seen().bids[0], 2u);
  EXPECT_EQ(seen().bids[1], 0u);
  EXPECT_EQ(seen().ticks[1].modes, std::uint32_t{BGW_MODE_LTP});
  EXPECT_EQ(link_->counts().dropped[BGW_DROP_LEVEL].load(), 3u);
  EXPECT_EQ(link_->counts().dropped[BGW_DROP_ORDER].load(), 2u);
  EXPECT_EQ(link_->counts().updates.load(), 3u);
  EXPECT_EQ(invalid(), 0u);
}

}  // namespace
}  // namespace gw::plugin_host
