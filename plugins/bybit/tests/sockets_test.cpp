// The two sockets: opening, pings, ends and refusals.
#include "adapter_fixture.hpp"

namespace bybit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

using Sockets = AdapterTest;

constexpr const char* kBlockedPage =
    "<HTML><TITLE>ERROR: The request could not be satisfied</TITLE><H1>403 ERROR</H1>The Amazon CloudFront "
    "distribution "
    "is configured to block access from your country.";

TEST_F(Sockets, BothAreOpenedAndTheFirstMakesItReady) {
  EXPECT_THAT(host.urls, ElementsAre("ws://127.0.0.1:9001/v5/public/linear", "ws://127.0.0.1:9001/v5/public/spot"));
  EXPECT_THAT(host.classes, ElementsAre(0U, 1U));
  adapter.on_open(kSpotSocket);
  EXPECT_EQ(host.ready, 1);
  adapter.on_open(kLinearSocket);
  EXPECT_EQ(host.ready, 1);
}

TEST_F(Sockets, WhatIsWantedOfASocketThatIsNotOpenYetIsAskedForWhenItOpens) {
  adapter.on_open(kLinearSocket);
  subscribe({want(1, BGW_MODE_LTP, "spot:A")});
  EXPECT_THAT(sent(), IsEmpty());
  adapter.on_open(kSpotSocket);
  EXPECT_THAT(sent(), ElementsAre("2 subscribe tickers.A,publicTrade.A"));
}

TEST_F(Sockets, EachSendsAPingEveryTwentySeconds) {
  open_both();
  EXPECT_EQ(host.timers[0], 20 * kSecond);
  EXPECT_EQ(host.timers[1], 20 * kSecond);
  host.timers.clear();
  adapter.on_timer(1);
  EXPECT_THAT(sent(), ElementsAre("2 ping"));
  EXPECT_EQ(host.timers, (std::map<std::uint32_t, std::int64_t>{{1, 20 * kSecond}}));
  EXPECT_EQ(frame(R"({"success":true,"ret_msg":"pong","conn_id":"c","op":"ping"})", kSpotSocket), "0");
  EXPECT_EQ(frame(R"({"req_id":"","op":"pong","args":["1"],"conn_id":"c"})"), "0");
}

TEST_F(Sockets, ABookWhoseTopicFallsSilentIsAskedForAgainWithThePing) {
  open_both();
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 5)});
  frame(book_frame("A", 50, true, 7, "", ""));
  frame(book_frame("A", 50, false, 9, "", ""));
  sent();
  adapter.on_timer(0);
  EXPECT_THAT(sent(), ElementsAre("1 ping")) << "it has been asked for a moment ago";
  host.mono_ns += 10 * kSecond;
  adapter.on_timer(0);
  EXPECT_THAT(sent(), ElementsAre("1 ping", "1 unsubscribe orderbook.50.A", "1 subscribe orderbook.50.A"));
}

TEST_F(Sockets, ABookThatNeverComesIsToldAndAskedForAgainWithThePing) {
  open_both();
  subscribe({want(1, BGW_MODE_DEPTH, "linear:A", 5)});
  sent();
  adapter.on_timer(0);
  EXPECT_THAT(sent(), ElementsAre("1 ping"));
  host.mono_ns += 20 * kSecond;
  adapter.on_timer(0);
  EXPECT_THAT(sent(), ElementsAre("1 ping", "1 unsubscribe orderbook.50.A", "1 subscribe orderbook.50.A"));
  ASSERT_EQ(host.suspected.size(), 1U);
  EXPECT_EQ(host.suspected[0].text, "the book has not come: found no snapshot, expected one");
}

TEST_F(Sockets, TheEndOfOneLeavesTheOtherAloneAndItIsOpenedAgain) {
  open_both();
  subscribe({want(1, BGW_MODE_DEPTH, "spot:A", 5), want(2, BGW_MODE_LTP, "linear:A")});
  frame(book_frame("A", 50, true, 7, R"(["10.00","1"])", ""), kSpotSocket);
  sent();
  EXPECT_EQ(close(kSpotSocket), "0");
  EXPECT_THAT(host.logs, ElementsAre(HasSubstr("without the category spot")));
  EXPECT_EQ(host.timers[1], -1) << "no more pings";
  EXPECT_EQ(host.timers[3], kSecond);
  frame(trade_frame("A", "1", "1", 5));
  EXPECT_EQ(host.published.back().tick.instrument, 2U);
  adapter.on_timer(3);
  ASSERT_EQ(host.urls.size(), 3U);
  EXPECT_THAT(host.urls[2], HasSubstr("/spot"));
  EXPECT_EQ(close(3), "0");
  EXPECT_EQ(host.timers[3], 2 * kSecond) << "the pause grows";
  adapter.on_timer(3);
  adapter.on_open(4);
  EXPECT_THAT(sent(), ElementsAre("4 subscribe orderbook.50.A,publicTrade.A,tickers.A"));
  EXPECT_EQ(host.ready, 1);
  const std::size_t before = host.published.size();
  frame(book_frame("A", 50, false, 8, R"(["10.00","1"])", ""), 4);
  EXPECT_EQ(host.published.size(), before) << "a book of the socket before does not go on";
  frame(book_frame("A", 50, true, 3, R"(["10.00","1"])", ""), 4);
  EXPECT_EQ(host.published.size(), before + 1);
}

TEST_F(Sockets, TheSessionEndsWithTheLastSocket) {
  open_both();
  EXPECT_EQ(close(kLinearSocket), "0");
  EXPECT_THAT(close(kSpotSocket, {1001, 0, "going away", {}}), StartsWith("-4 the spot socket ended: going away"));
}

TEST_F(Sockets, OneThatNobodyWantsIsOpenedWithTheNextSubscription) {
  open_both();
  close(kSpotSocket);
  adapter.on_timer(3);
  subscribe({want(1, BGW_MODE_LTP, "linear:A")});
  EXPECT_EQ(host.urls.size(), 2U);
  subscribe({want(2, BGW_MODE_LTP, "spot:A")});
  ASSERT_EQ(host.urls.size(), 3U);
  EXPECT_EQ(host.urls[2], "ws://127.0.0.1:9001/v5/public/spot");
}

TEST_F(Sockets, BeforeTheNextAttemptThereIsAPauseWhateverIsSubscribed) {
  open_both();
  close(kSpotSocket, {1006, 429, "", {}});
  EXPECT_EQ(host.timers[3], 60 * kSecond);
  subscribe({want(2, BGW_MODE_LTP, "spot:A")});
  EXPECT_EQ(host.urls.size(), 2U);
  adapter.on_timer(3);
  EXPECT_EQ(host.urls.size(), 3U);
}

TEST_F(Sockets, ALoneCategoryIsEnough) {
  EXPECT_EQ(close(kLinearSocket, {1006, 403, "", {}, kBlockedPage}), "0") << "spot may still open";
  adapter.on_open(kSpotSocket);
  EXPECT_EQ(host.ready, 1);
}

TEST_F(Sockets, ARefusalByCountryIsSaid) {
  close(kLinearSocket, {1006, 403, "", {}, kBlockedPage});
  const std::string why = close(kSpotSocket, {1006, 403, "", {}, kBlockedPage});
  EXPECT_THAT(why, StartsWith("-6 Bybit does not serve the country of this machine's address (HTTP 403)"));
  EXPECT_THAT(why, HasSubstr("setting url"));
}

TEST_F(Sockets, DisconnectClosesBoth) {
  open_both();
  adapter.disconnect();
  EXPECT_THAT(host.closed_connections, ElementsAre(1U, 2U));
  adapter.disconnect();
  EXPECT_EQ(host.closed, 2);
}

TEST_F(Sockets, ANewSessionBeginsWithNothing) {
  open_both();
  subscribe({want(1, BGW_MODE_LTP, "linear:A")});
  adapter.disconnect();
  adapter.connect();
  sent();
  adapter.on_open(3);
  adapter.on_open(4);
  EXPECT_THAT(sent(), IsEmpty());
  EXPECT_EQ(host.ready, 2);
}

}  // namespace
}  // namespace bybit
