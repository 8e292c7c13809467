#include "adapter_fixture.hpp"

namespace angel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(AngelTest, LogsInByHeadersAndPingsEveryTenSeconds) {
  EXPECT_THAT(host.urls, ElementsAre("ws://127.0.0.1:9001"));
  EXPECT_THAT(host.headers,
              ElementsAre("Authorization: Bearer jwt", "x-api-key: key", "x-client-code: C1", "x-feed-token: feed"));
  adapter.on_open(1);
  EXPECT_EQ(host.ready, 1);
  ASSERT_EQ(host.timers.size(), 1U);
  const auto [id, after] = *host.timers.begin();
  EXPECT_EQ(after, 10 * kRupee);
  host.timers.clear();
  adapter.on_timer(id);
  EXPECT_THAT(host.sent, ElementsAre("ping"));
  EXPECT_EQ(host.timers.size(), 1U);
  EXPECT_EQ(text("pong"), BGW_OK);
  EXPECT_THAT(host.logs, IsEmpty());
}

TEST_F(AngelTest, OneRequestPerModeWithTokensByExchangeType) {
  subscribe({want(1, BGW_MODE_QUOTE, "1594"), want(2, BGW_MODE_DEPTH, "2885", 5),
             want(3, BGW_MODE_QUOTE, "7", 0, "MCX", "MCX"), want(4, BGW_MODE_LTP, "99926000", 0, "NSE", "NSE_INDEX"),
             want(5, BGW_MODE_QUOTE, "3045")});
  EXPECT_THAT(sent(), ElementsAre("subscribe 1 1:99926000", "subscribe 2 1:1594,3045 5:7", "subscribe 3 1:2885"));
}

TEST_F(AngelTest, TwentyLevelsAreTwoModes) {
  subscribe({want(1, BGW_MODE_DEPTH, "1594", 20)});
  EXPECT_THAT(sent(), ElementsAre("subscribe 3 1:1594", "subscribe 4 1:1594"));
  binary(snap_frame());
  subscribe({want(1, BGW_MODE_DEPTH, "1594", 5)});
  EXPECT_THAT(sent(), ElementsAre("unsubscribe 4 1:1594"));
  binary(depth_frame());
  EXPECT_EQ(host.published.at(1).bids.size(), 20U) << "was under way";
  binary(snap_frame().set(27, std::int64_t{78}));
  EXPECT_EQ(host.published.at(2).bids.size(), 5U);
  binary(depth_frame());
  EXPECT_EQ(host.dropped[BGW_DROP_DUPLICATE], 1U);
  subscribe({want(1, BGW_MODE_DEPTH, "1594", 20)});
  EXPECT_THAT(sent(), ElementsAre("subscribe 4 1:1594"));
  unsubscribe({1});
  EXPECT_THAT(sent(), ElementsAre("unsubscribe 3 1:1594", "unsubscribe 4 1:1594"));
}

TEST_F(AngelTest, AnotherTokenOfTheSameInstrumentReplacesTheOld) {
  subscribe({want(1, BGW_MODE_LTP, "1594")});
  sent();
  subscribe({want(1, BGW_MODE_LTP, "1600")});
  EXPECT_THAT(sent(), ElementsAre("unsubscribe 1 1:1594", "subscribe 1 1:1600"));
  binary(ltp_frame(1, "1594"));
  EXPECT_THAT(host.published, IsEmpty());
  binary(ltp_frame(1, "1600"));
  EXPECT_EQ(host.published.size(), 1U);
}

TEST_F(AngelTest, WhatItsListHasWrongIsRefusedByName) {
  subscribe({want(1, BGW_MODE_LTP, "15x4"), want(2, BGW_MODE_LTP, "7", 0, "NYSE"), want(3, BGW_MODE_LTP, "8")});
  ASSERT_EQ(host.refusals.size(), 2U);
  EXPECT_THAT(host.refusals[0], HasSubstr("1: its instrument list has it as token '15x4' of segment 'NSE'"));
  EXPECT_THAT(host.refusals[1], HasSubstr("segment 'NYSE', which no document of Angel's feed describes"));
  EXPECT_THAT(sent(), ElementsAre("subscribe 1 1:8"));
}

TEST_F(AngelTest, TicksCarryTheHostsHandle) {
  subscribe({want(7, BGW_MODE_LTP, "1594"), want(8, BGW_MODE_DEPTH, "1594", 5, "BSE", "BSE")});
  EXPECT_EQ(binary(ltp_frame()), BGW_OK);
  EXPECT_EQ(binary(snap_frame(3)), BGW_OK);
  ASSERT_EQ(host.published.size(), 2U);
  EXPECT_EQ(host.published[0].tick.instrument, 7U);
  EXPECT_EQ(host.published[1].tick.instrument, 8U);
  EXPECT_EQ(host.published[1].bids.size(), 5U);
  EXPECT_TRUE(host.published[1].has_rare);
}

TEST_F(AngelTest, WithTwentyLevelsSnapQuoteGivesNoBookOfItsOwn) {
  subscribe({want(1, BGW_MODE_DEPTH, "1594", 20)});
  binary(snap_frame());
  binary(depth_frame());
  ASSERT_EQ(host.published.size(), 2U);
  EXPECT_EQ(host.published[0].tick.modes, std::uint32_t{BGW_MODE_LTP | BGW_MODE_QUOTE});
  EXPECT_THAT(host.published[0].bids, IsEmpty());
  EXPECT_EQ(host.published[1].tick.modes, std::uint32_t{BGW_MODE_DEPTH});
  EXPECT_EQ(host.published[1].bids.size(), 20U);
  EXPECT_EQ(host.published[1].asks.size(), 19U);
  EXPECT_EQ(host.published[1].book_time_ns, 1'734'667'885'562'000'000);
}

TEST_F(AngelTest, AnIndexIsNotTraded) {
  subscribe({want(1, BGW_MODE_QUOTE, "99926000", 0, "NSE", "NSE_INDEX")});
  binary(quote_frame(1, "99926000"));
  ASSERT_EQ(host.published.size(), 1U);
  EXPECT_EQ(host.published[0].tick.present, std::uint64_t{BGW_HAS_LTP | BGW_HAS_OPEN | BGW_HAS_HIGH | BGW_HAS_LOW |
                                                          BGW_HAS_CLOSE | BGW_HAS_EXCHANGE_TIME});
}

TEST_F(AngelTest, LateTicksOfWhatWasLetGoAreCounted) {
  subscribe({want(1, BGW_MODE_LTP, "1594")});
  unsubscribe({1});
  binary(ltp_frame());
  EXPECT_THAT(host.published, IsEmpty());
  EXPECT_EQ(host.dropped[BGW_DROP_UNKNOWN], 1U);
}

TEST_F(AngelTest, OddLevelsAreCountedAndTheRestGoesOut) {
  subscribe({want(1, BGW_MODE_DEPTH, "1594", 5)});
  Bytes frame = snap_frame();
  set_best_five(frame, 0, 2, 10, 196'110, 2);
  binary(frame);
  ASSERT_EQ(host.published.size(), 1U);
  EXPECT_EQ(host.published[0].bids.size(), 4U);
  EXPECT_EQ(host.dropped[BGW_DROP_LEVEL], 1U);
}

TEST_F(AngelTest, AnUnknownScaleIsNeverPublished) {
  EXPECT_EQ(binary(ltp_frame(6, "1594")), BGW_OK);
  EXPECT_THAT(host.published, IsEmpty());
  EXPECT_EQ(host.dropped[BGW_DROP_SCALE], 1U);
  EXPECT_THAT(host.logs, ElementsAre(HasSubstr("exchange type 6")));
}

TEST_F(AngelTest, AMalformedFrameIsRefusedWithItsReason) {
  try {
    binary(head(60, 1));
    FAIL();
  } catch (const bgw::Error& e) {
    EXPECT_EQ(e.code, BGW_E_INVALID);
    EXPECT_THAT(e.what(), HasSubstr("expected 51, 123, 379 and 443 bytes"));
  }
}

TEST_F(AngelTest, AFrameOfAnUnknownModeIsNotedOnce) {
  EXPECT_EQ(binary(head(60, 9)), BGW_OK);
  EXPECT_EQ(binary(head(60, 9)), BGW_OK);
  EXPECT_EQ(host.dropped[BGW_DROP_LAYOUT], 2U);
  EXPECT_EQ(host.logs.size(), 1U);
}

TEST_F(AngelTest, AnErrorRefusesExactlyWhatItsRequestAsked) {
  subscribe({want(1, BGW_MODE_LTP, "1"), want(2, BGW_MODE_QUOTE, "2"), want(3, BGW_MODE_QUOTE, "3")});
  refuse(id_of(1), "E1999");
  EXPECT_THAT(host.refusals, ElementsAre("2: Angel says E1999: Invalid", "3: Angel says E1999: Invalid"));
  sent();
  subscribe({want(2, BGW_MODE_QUOTE, "2")});
  EXPECT_THAT(sent(), ElementsAre("subscribe 2 1:2")) << "a later subscribe is asked again";
}

TEST_F(AngelTest, OneBadTokenIsFoundAmongGoodOnes) {
  subscribe(
      {want(1, BGW_MODE_LTP, "1"), want(2, BGW_MODE_LTP, "2"), want(3, BGW_MODE_LTP, "3"), want(4, BGW_MODE_LTP, "4")});
  // The broker refuses every request with token 3.
  for (std::size_t i = 0; i < host.sent.size(); ++i)
    if (host.sent[i].find("\"3\"") != std::string::npos) refuse(id_of(i), i == 0 ? "E1002" : "E1001");
  EXPECT_THAT(host.refusals, ElementsAre("3: Angel says E1001: Invalid"));
  EXPECT_THAT(sent(), ElementsAre("subscribe 1 1:1,2,3,4", "subscribe 1 1:1,2", "subscribe 1 1:3,4", "subscribe 1 1:3",
                                  "subscribe 1 1:4"));
}

TEST_F(AngelTest, AnErrorOfWhatIsWantedNoMoreRefusesNothing) {
  subscribe({want(1, BGW_MODE_LTP, "1")});
  const std::string id = id_of(0);
  unsubscribe({1});
  refuse(id);
  refuse(id);
  refuse("unknown");
  EXPECT_THAT(host.refusals, IsEmpty());
}

TEST_F(AngelTest, TwoInstrumentsMayExchangeTheirTokens) {
  subscribe({want(1, BGW_MODE_LTP, "10"), want(2, BGW_MODE_LTP, "20")});
  subscribe({want(1, BGW_MODE_LTP, "20"), want(2, BGW_MODE_LTP, "10")});
  binary(ltp_frame(1, "20"));
  binary(ltp_frame(1, "10"));
  ASSERT_EQ(host.published.size(), 2U);
  EXPECT_EQ(host.published[0].tick.instrument, 1U);
  EXPECT_EQ(host.published[1].tick.instrument, 2U);
}

TEST_F(AngelTest, OfTwoHoldersOfOneTokenTheNewerHasIt) {
  subscribe({want(1, BGW_MODE_LTP, "10"), want(2, BGW_MODE_LTP, "20")});
  subscribe({want(1, BGW_MODE_LTP, "20")});
  sent();
  unsubscribe({2});
  EXPECT_THAT(sent(), IsEmpty());
  binary(ltp_frame(1, "20"));
  ASSERT_EQ(host.published.size(), 1U);
  EXPECT_EQ(host.published[0].tick.instrument, 1U);
}

TEST_F(AngelTest, NothingIsLeftOfARefusedTokenThatWasReplaced) {
  subscribe({want(1, BGW_MODE_LTP, "10")});
  refuse(id_of(0));
  subscribe({want(1, BGW_MODE_LTP, "20")});
  unsubscribe({1});
  EXPECT_EQ(binary(ltp_frame(1, "10")), BGW_OK);
  EXPECT_THAT(host.published, IsEmpty());
}

TEST_F(AngelTest, WhereAllDepth20IsTakenTheOldBookGoesFirst) {
  std::vector<std::string> tokens;
  std::vector<bgw_subscription> all;
  for (std::uint32_t i = 0; i < kDeepPerConnection; ++i) tokens.push_back(std::to_string(i + 1));
  for (std::uint32_t i = 0; i < kDeepPerConnection; ++i) all.push_back(want(i, BGW_MODE_DEPTH, tokens[i].c_str(), 20));
  subscribe(all);
  sent();
  subscribe({want(0, BGW_MODE_DEPTH, "1", 5), want(99, BGW_MODE_DEPTH, "99", 20)});
  EXPECT_THAT(sent(), ElementsAre("unsubscribe 4 1:1", "subscribe 3 1:99", "subscribe 4 1:99"));
}

TEST_F(AngelTest, FiveLevelsAreNoBookAlsoWhereTheTwentyWereRefused) {
  subscribe({want(1, BGW_MODE_DEPTH, "1594", 20)});
  refuse(id_of(1));
  binary(snap_frame());
  ASSERT_EQ(host.published.size(), 1U);
  EXPECT_EQ(host.published[0].tick.modes, std::uint32_t{BGW_MODE_LTP | BGW_MODE_QUOTE});
}

TEST_F(AngelTest, ALossIsOfTheClassThatItsStatusTells) {
  const bgw_header reason{"X-Error-Message", "Invalid Header - Invalid Feed Token"};
  try {
    adapter.on_close(1, {1006, 401, "", {&reason, 1}});
    FAIL();
  } catch (const bgw::Error& e) {
    EXPECT_EQ(e.code, BGW_E_AUTH);
    EXPECT_THAT(e.what(), HasSubstr("(HTTP 401): Invalid Header - Invalid Feed Token"));
  }
  const bgw_header later{"Retry-After", "120"};
  for (const auto& [headers, wait] : {std::pair{std::span<const bgw_header>(), 60}, {std::span(&later, 1), 120}}) {
    try {
      adapter.on_close(1, {1006, 429, "", headers});
      FAIL();
    } catch (const bgw::Error& e) {
      EXPECT_EQ(e.code, BGW_E_RATE);
      EXPECT_EQ(e.retry_after_ns, wait * kRupee);
    }
  }
  EXPECT_EQ(adapter.on_close(1, {1001, 0, "bye", {}}), BGW_E_TRANSIENT);
}

std::string refusal(AngelAdapter& adapter, std::int32_t status, const char* said) {
  const bgw_header reason{"x-error-message", said};
  try {
    adapter.on_close(1, {1006, status, "", {&reason, 1}});
  } catch (const bgw::Error& e) {
    return std::to_string(e.code) + ' ' + e.what();
  }
  return "none";
}

TEST_F(AngelTest, OnlyWhatIsSaidOfTheCredentialsIsAVerdictOnThem) {
  for (const char* part : {"Auth token", "Client Code", "API Key", "Feed Token", "auth Token"})
    for (const int status : {400, 401, 403})
      EXPECT_THAT(refusal(adapter, status, (std::string("Invalid Header - Invalid ") + part).c_str()),
                  testing::StartsWith("-3 Angel refused the login (HTTP " + std::to_string(status)));
  EXPECT_EQ(refusal(adapter, 403, "Access denied because of exceeding access rate"),
            "-9 refused: token, plan or firewall (HTTP 403 says: Access denied because of exceeding access rate)");
  EXPECT_EQ(refusal(adapter, 400, "Invalid Request Payload"),
            "-9 refused: token, plan or firewall (HTTP 400 says: Invalid Request Payload)");
  EXPECT_EQ(refusal(adapter, 401, " "), "-9 refused: token, plan or firewall (HTTP 401, no reason given)");
  EXPECT_EQ(refusal(adapter, 502, "Invalid Header - Invalid Feed Token"),
            "-4 Angel is not available (HTTP 502 says: Invalid Header - Invalid Feed Token)");
}

TEST_F(AngelTest, ANewSessionBeginsWithNothingHeld) {
  subscribe({want(1, BGW_MODE_LTP, "1594")});
  adapter.connect();
  sent();
  subscribe({want(1, BGW_MODE_LTP, "1594")});
  EXPECT_THAT(sent(), ElementsAre("subscribe 1 1:1594"));
}

}  // namespace
}  // namespace angel
