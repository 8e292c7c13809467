// The old mode, and ticks under way, while a token changes its mode.
#include <map>
#include <random>
#include <set>

#include "adapter_fixture.hpp"

namespace angel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(AngelTest, TheOldModeStaysUntilTheNewOneIsKnownToLive) {
  subscribe({want(1, BGW_MODE_LTP, "1594")});
  sent();
  subscribe({want(1, BGW_MODE_QUOTE, "1594")});
  EXPECT_THAT(sent(), ElementsAre("subscribe 2 1:1594"));
  binary(ltp_frame());
  EXPECT_FALSE(host.timers.contains(2));
  binary(quote_frame());
  retire();
  EXPECT_THAT(sent(), ElementsAre("unsubscribe 1 1:1594"));
  subscribe({want(1, BGW_MODE_QUOTE, "1594")});
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(AngelTest, OnAFullConnectionTheOldModeGoesFirst) {
  std::vector<std::string> tokens;
  std::vector<bgw_subscription> all;
  for (std::uint32_t i = 0; i < kPerConnection; ++i) tokens.push_back(std::to_string(i + 1));
  for (std::uint32_t i = 0; i < kPerConnection; ++i) all.push_back(want(i, BGW_MODE_LTP, tokens[i].c_str()));
  subscribe(all);
  sent();
  subscribe({want(0, BGW_MODE_QUOTE, "1")});
  EXPECT_THAT(sent(), ElementsAre("unsubscribe 1 1:1", "subscribe 2 1:1"));
  unsubscribe({5});
  sent();
  subscribe({want(1, BGW_MODE_QUOTE, "2")});
  EXPECT_THAT(sent(), ElementsAre("subscribe 2 1:2")) << "there is room for one old mode beside its new one";
  subscribe({want(2, BGW_MODE_QUOTE, "3")});
  EXPECT_THAT(sent(), ElementsAre("unsubscribe 1 1:2", "subscribe 2 1:3")) << "the oldest change gives its room";
  subscribe({want(3, BGW_MODE_DEPTH, "4", 20)});
  EXPECT_THAT(sent(), ElementsAre("unsubscribe 1 1:3,4", "subscribe 3 1:4", "subscribe 4 1:4"));
  subscribe({want(4, BGW_MODE_DEPTH, "5", 20)});
  EXPECT_THAT(host.refusals, ElementsAre(HasSubstr("4: no room: Angel allows 1000")));
  EXPECT_EQ(host.refused[0].depth_level, 20U);
}

TEST_F(AngelTest, ARefusalOnAFullConnectionBringsTheOldModeBack) {
  std::vector<std::string> tokens;
  std::vector<bgw_subscription> all;
  for (std::uint32_t i = 0; i < kPerConnection; ++i) tokens.push_back(std::to_string(i + 1));
  for (std::uint32_t i = 0; i < kPerConnection; ++i) all.push_back(want(i, BGW_MODE_LTP, tokens[i].c_str()));
  subscribe(all);
  sent();
  subscribe({want(0, BGW_MODE_QUOTE, "1")});
  const std::string id = id_of(1);
  sent();
  refuse(id);
  EXPECT_THAT(sent(), ElementsAre("subscribe 1 1:1"));
  EXPECT_EQ(host.refused.at(0).mode, std::uint32_t{BGW_MODE_QUOTE});
}

TEST_F(AngelTest, ARefusedModeLeavesTheOldOneAsItWas) {
  subscribe({want(1, BGW_MODE_QUOTE, "1594")});
  binary(quote_frame());
  host.sent.clear();
  subscribe({want(1, BGW_MODE_DEPTH, "1594", 5)});
  refuse(id_of(0));
  ASSERT_EQ(host.refused.size(), 1U);
  EXPECT_EQ(host.refused[0].instrument, 1U);
  EXPECT_EQ(host.refused[0].mode, std::uint32_t{BGW_MODE_DEPTH});
  EXPECT_EQ(host.refused[0].depth_level, 5U);
  EXPECT_THAT(sent(), ElementsAre("subscribe 3 1:1594"));
  binary(quote_frame().set(27, std::int64_t{78}));
  EXPECT_EQ(host.published.size(), 2U);
  subscribe({want(1, BGW_MODE_QUOTE, "1594")});
  EXPECT_THAT(sent(), IsEmpty()) << "what the others want is there already";
}

TEST_F(AngelTest, ARefusedPoorerModeTakesNothingFromWhoAskedForIt) {
  subscribe({want(1, BGW_MODE_QUOTE, "1594")});
  binary(quote_frame());
  host.sent.clear();
  subscribe({want(1, BGW_MODE_LTP, "1594")});
  refuse(id_of(0));
  EXPECT_THAT(host.refused, IsEmpty()) << "quote goes on, and carries the last price";
  EXPECT_THAT(sent(), ElementsAre("subscribe 1 1:1594"));
  binary(quote_frame().set(27, std::int64_t{78}));
  EXPECT_EQ(host.published.size(), 2U);
}

TEST_F(AngelTest, TwentyLevelsThatAreRefusedLeaveTheFive) {
  subscribe({want(1, BGW_MODE_DEPTH, "1594", 5)});
  binary(snap_frame());
  host.sent.clear();
  subscribe({want(1, BGW_MODE_DEPTH, "1594", 20)});
  binary(snap_frame().set(27, std::int64_t{78}));
  EXPECT_EQ(host.published.at(1).bids.size(), 5U) << "until the twenty come";
  refuse(id_of(0), "E1002");
  ASSERT_EQ(host.refused.size(), 1U);
  EXPECT_EQ(host.refused[0].depth_level, 20U);
  binary(snap_frame().set(27, std::int64_t{79}));
  EXPECT_EQ(host.published.at(2).bids.size(), 5U);
  EXPECT_EQ(host.published.at(2).book_present, std::uint32_t{BGW_HAS_ORDERS});
}

TEST_F(AngelTest, BothPartsOfTwentyLevelsRefusedAreOneRefusal) {
  subscribe({want(1, BGW_MODE_DEPTH, "1594", 20)});
  const std::string snap = id_of(0), deep = id_of(1);
  refuse(snap);
  refuse(deep);
  EXPECT_EQ(host.refused.size(), 1U);
  EXPECT_THAT(sent(), ElementsAre("subscribe 3 1:1594", "subscribe 4 1:1594", "unsubscribe 4 1:1594"));
}

TEST_F(AngelTest, ARefusedModeIsNothingToGoBackTo) {
  subscribe({want(1, BGW_MODE_DEPTH, "1594", 20)});
  const std::string snap = id_of(0);
  subscribe({want(1, BGW_MODE_DEPTH, "1594", 5)});
  sent();
  refuse(snap);
  ASSERT_EQ(host.refused.size(), 1U);
  EXPECT_EQ(host.refused[0].depth_level, 5U);
  EXPECT_THAT(sent(), ElementsAre("unsubscribe 4 1:1594"));
}

TEST_F(AngelTest, WhatIsLeftOfARefusedRequestIsAskedForAgain) {
  subscribe({want(1, BGW_MODE_LTP, "1594"), want(2, BGW_MODE_LTP, "2885")});
  const std::string both = id_of(0);
  unsubscribe({1});
  sent();
  refuse(both);
  EXPECT_THAT(host.refusals, IsEmpty()) << "the bad one may be that which has ended";
  const std::string alone = id_of(0);
  EXPECT_THAT(sent(), ElementsAre("subscribe 1 1:2885"));
  refuse(alone);
  EXPECT_EQ(host.refused.at(0).instrument, 2U);
}

TEST_F(AngelTest, ARefusalNamesTheHandleThatHasTheTokenNow) {
  subscribe({want(1, BGW_MODE_LTP, "1594")});
  subscribe({want(2, BGW_MODE_QUOTE, "1594")});  // a gateway that errs
  const std::string ltp = id_of(0), quote = id_of(1);
  refuse(quote);
  refuse(ltp);
  ASSERT_EQ(host.refused.size(), 2U);
  EXPECT_EQ(host.refused[1].instrument, 2U);
  EXPECT_EQ(host.refused[1].mode, std::uint32_t{BGW_MODE_LTP});
}

TEST_F(AngelTest, ATokenThatIsTakenUpAgainGetsNoTickTwice) {
  host.mono_ns = 60'000'000'000;
  subscribe({want(1, BGW_MODE_LTP, "1594")});
  subscribe({want(1, BGW_MODE_QUOTE, "1594")});
  unsubscribe({1});
  subscribe({want(2, BGW_MODE_DEPTH, "1594", 5)});
  binary(ltp_frame());
  binary(quote_frame());
  ASSERT_EQ(host.published.size(), 2U);
  EXPECT_EQ(host.published[0].tick.modes, std::uint32_t{BGW_MODE_LTP});
  EXPECT_EQ(host.published[1].tick.modes, std::uint32_t{BGW_MODE_QUOTE});
}

TEST_F(AngelTest, AnErrorOfAnEarlierRequestSaysNothingAboutTheLater) {
  subscribe({want(1, BGW_MODE_LTP, "1594")});
  const std::string id = id_of(0);
  unsubscribe({1});
  subscribe({want(1, BGW_MODE_LTP, "1594")});
  refuse(id);
  EXPECT_THAT(host.refusals, IsEmpty());
  binary(ltp_frame());
  EXPECT_EQ(host.published.size(), 1U);
}

// Fifteen ticks under way in the old mode while it changes, in each direction and at each interleaving with the new
// mode's.
TEST_F(AngelTest, NoTickIsLostAndNoneComesTwiceWhileAModeChanges) {
  const auto frame = [](Mode mode, std::int64_t number) {
    Bytes b = mode == Mode::kLtp ? ltp_frame() : mode == Mode::kQuote ? quote_frame() : snap_frame();
    return b.set(27, number).set(43, 100 * number);  // a price of its own, by which the tick is known again
  };
  const auto number_of = [](const bgw_tick& tick) { return tick.ltp / BGW_PRICE_SCALE; };
  const std::pair<std::uint32_t, Mode> kAll[] = {
      {BGW_MODE_LTP, Mode::kLtp}, {BGW_MODE_QUOTE, Mode::kQuote}, {BGW_MODE_DEPTH, Mode::kSnapQuote}};
  for (const auto& [before, old_mode] : kAll)
    for (const auto& [after, new_mode] : kAll)
      for (int seed = 0; before != after && seed < 200; ++seed) {
        std::mt19937 random(static_cast<unsigned>(seed));
        bgw::testing::FakeHost fresh;
        fresh.settings = host.settings;
        AngelAdapter one(fresh.table);
        one.initialize();
        one.connect();
        const auto take = [&](const Bytes& b) { one.on_frame(1, BGW_OPCODE_BINARY, b.all()); };
        const auto ask = [&](std::uint32_t mode) {
          const bgw_subscription s = want(1, mode, "1594", mode == BGW_MODE_DEPTH ? 5 : 0);
          one.subscribe({&s, 1});
        };
        ask(before);
        take(frame(old_mode, 1));
        ask(after);
        // The broker sends each tick in the modes that are subscribed at the time. Each mode keeps its order; the two
        // may interleave in any way.
        const std::int64_t from = 2 + static_cast<std::int64_t>(random() % 15);  // the first tick in the new mode
        std::int64_t next_old = 2, next_new = from;
        const std::int64_t kLast = 16, kLastNew = 30;
        while (next_old <= kLast || next_new <= kLastNew) {
          const bool old = next_new > kLastNew || (next_old <= kLast && random() % 2 == 0);
          if (old)
            take(frame(old_mode, next_old++));
          else
            take(frame(new_mode, next_new++));
        }
        std::map<std::int64_t, int> seen;
        for (const auto& p : fresh.published)
          if ((p.tick.modes & BGW_MODE_LTP) != 0) ++seen[number_of(p.tick)];
        for (const auto& [number, count] : seen) ASSERT_EQ(count, 1) << number << " seed " << seed;
        // Missing ticks came in the old mode behind a newer one, and are counted.
        const std::uint64_t left_out = fresh.dropped[BGW_DROP_DUPLICATE];
        std::set<std::int64_t> numbers;
        for (const auto& p : fresh.published) numbers.insert(number_of(p.tick));
        for (std::int64_t n = from; n <= kLastNew; ++n) ASSERT_TRUE(numbers.contains(n)) << n << " seed " << seed;
        ASSERT_EQ(fresh.published.size() + left_out, static_cast<std::size_t>(16 + kLastNew - from + 1));
      }
}

TEST_F(AngelTest, AnIndexHasNoNumbersToCompare) {
  subscribe({want(1, BGW_MODE_LTP, "99926000", 0, "NSE", "NSE_INDEX")});
  binary(ltp_frame(1, "99926000"));
  subscribe({want(1, BGW_MODE_QUOTE, "99926000", 0, "NSE", "NSE_INDEX")});
  binary(ltp_frame(1, "99926000"));
  binary(quote_frame(1, "99926000"));
  binary(ltp_frame(1, "99926000").set(27, std::int64_t{99}));
  ASSERT_EQ(host.published.size(), 3U);
  EXPECT_EQ(host.published[2].tick.modes, std::uint32_t{BGW_MODE_LTP | BGW_MODE_QUOTE});
  EXPECT_EQ(host.dropped[BGW_DROP_DUPLICATE], 1U);
}

}  // namespace
}  // namespace angel
