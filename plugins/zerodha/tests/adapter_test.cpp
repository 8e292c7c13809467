#include "zerodha_adapter.hpp"

#include <gmock/gmock.h>

#include "bgw/testing/fake_host.hpp"
#include "frames.hpp"

namespace zerodha {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

bgw_subscription want(std::uint32_t instrument, std::uint32_t mode, const char* token) {
  bgw_subscription s{};
  s.instrument = instrument;
  s.mode = mode;
  s.symbol = s.exchange = s.broker_symbol = s.broker_exchange = "";
  s.token = token;
  return s;
}

class Adapter : public testing::Test {
 protected:
  Adapter() {
    host.settings = {{"url", "ws://127.0.0.1:9001"}, {"api_key", "key"}, {"access_token", "to ken"}};
    adapter.initialize();
    adapter.connect();
  }
  void subscribe(std::vector<bgw_subscription> wanted) { adapter.subscribe(wanted); }
  bgw_status binary(const Bytes& frame) { return adapter.on_frame(1, BGW_OPCODE_BINARY, frame.all()); }
  bgw_status text(std::string_view t) { return adapter.on_frame(1, BGW_OPCODE_TEXT, std::as_bytes(std::span(t))); }

  bgw::testing::FakeHost host;
  ZerodhaAdapter adapter{host.table};
};

TEST_F(Adapter, LogsInInTheQuery) {
  EXPECT_THAT(host.urls, ElementsAre("ws://127.0.0.1:9001/?api_key=key&access_token=to%20ken"));
  EXPECT_THAT(host.headers, ElementsAre("X-Kite-Version: 3"));
  adapter.on_open(1);
  EXPECT_EQ(host.ready, 1);
}

TEST_F(Adapter, SubscribesThenSetsOneModePerGroup) {
  subscribe({want(1, BGW_MODE_QUOTE, "408065"), want(2, BGW_MODE_DEPTH, "884737"), want(3, BGW_MODE_QUOTE, "256265"),
             want(4, BGW_MODE_LTP, "265")});
  EXPECT_THAT(host.sent,
              ElementsAre(R"({"a":"subscribe","v":[408065,884737,256265,265]})", R"({"a":"mode","v":["ltp",[265]]})",
                          R"({"a":"mode","v":["quote",[408065]]})", R"({"a":"mode","v":["full",[884737,256265]]})"));
}

// An index's packets in the mode "quote" have no time.
TEST_F(Adapter, AnIndexIsAskedForInFullWhereAQuoteIsWantedAndPublishedAsAQuoteWithATime) {
  subscribe({want(1, BGW_MODE_QUOTE, "256265")});
  EXPECT_THAT(host.sent, ElementsAre(R"({"a":"subscribe","v":[256265]})", R"({"a":"mode","v":["full",[256265]]})"));
  Bytes full = index_packet(kNifty);
  full.u32(1'625'461'887);
  binary(frame_of({index_packet(kNifty), full}));
  ASSERT_EQ(host.published.size(), 2U) << "Kite's first packet is that of a quote, which is what it begins with";
  for (const auto& update : host.published) EXPECT_EQ(update.tick.modes, unsigned{BGW_MODE_LTP | BGW_MODE_QUOTE});
  EXPECT_EQ(host.published[0].tick.present & BGW_HAS_EXCHANGE_TIME, 0U);
  EXPECT_NE(host.published[1].tick.present & BGW_HAS_EXCHANGE_TIME, 0U);
  EXPECT_EQ(host.published[1].tick.exchange_time_ns, 1'625'461'887'000'000'000);
  host.sent.clear();
  subscribe({want(1, BGW_MODE_LTP, "256265")});
  EXPECT_THAT(host.sent, ElementsAre(R"({"a":"mode","v":["ltp",[256265]]})"));
  host.sent.clear();
  subscribe({want(1, BGW_MODE_QUOTE, "256265")});
  EXPECT_THAT(host.sent, ElementsAre(R"({"a":"mode","v":["full",[256265]]})"));
  host.sent.clear();
  subscribe({want(1, BGW_MODE_QUOTE, "256265")});
  EXPECT_THAT(host.sent, ElementsAre(R"({"a":"subscribe","v":[256265]})", R"({"a":"mode","v":["full",[256265]]})"))
      << "once more";
}

TEST_F(Adapter, TheSameOnceMoreAsksTheBrokerAgain) {
  subscribe({want(1, BGW_MODE_QUOTE, "408065")});
  host.sent.clear();
  subscribe({want(1, BGW_MODE_QUOTE, "408065")});
  EXPECT_THAT(host.sent, ElementsAre(R"({"a":"subscribe","v":[408065]})", R"({"a":"mode","v":["quote",[408065]]})"));
}

TEST_F(Adapter, AChangeOfModeIsOneMessage) {
  subscribe({want(1, BGW_MODE_QUOTE, "408065")});
  host.sent.clear();
  subscribe({want(1, BGW_MODE_DEPTH, "408065")});
  EXPECT_THAT(host.sent, ElementsAre(R"({"a":"mode","v":["full",[408065]]})"));
}

TEST_F(Adapter, AnotherTokenForAnInstrumentReplacesTheOldOne) {
  subscribe({want(1, BGW_MODE_LTP, "408065")});
  host.sent.clear();
  subscribe({want(1, BGW_MODE_LTP, "256265")});
  EXPECT_THAT(host.sent, ElementsAre(R"({"a":"unsubscribe","v":[408065]})", R"({"a":"subscribe","v":[256265]})",
                                     R"({"a":"mode","v":["ltp",[256265]]})"));
  binary(frame_of({ltp_packet(kInfy, 1), ltp_packet(kNifty, 2)}));
  ASSERT_EQ(host.published.size(), 1U);
  EXPECT_EQ(host.published[0].tick.ltp, 20'000'000);
}

TEST_F(Adapter, UnsubscribesWhatItHolds) {
  subscribe({want(1, BGW_MODE_LTP, "408065")});
  host.sent.clear();
  adapter.unsubscribe(std::vector<std::uint32_t>{1, 77});
  EXPECT_THAT(host.sent, ElementsAre(R"({"a":"unsubscribe","v":[408065]})"));
  binary(frame_of({ltp_packet(kInfy, 157'370)}));
  EXPECT_THAT(host.published, IsEmpty());
}

TEST_F(Adapter, ANewSessionSubscribesEverythingAnew) {
  subscribe({want(1, BGW_MODE_LTP, "408065")});
  adapter.on_close(1, {});
  adapter.connect();
  host.sent.clear();
  subscribe({want(1, BGW_MODE_LTP, "408065")});
  EXPECT_THAT(host.sent, ElementsAre(R"({"a":"subscribe","v":[408065]})", R"({"a":"mode","v":["ltp",[408065]]})"));
}

TEST_F(Adapter, RefusesATokenThatIsNoNumber) {
  subscribe({want(1, BGW_MODE_LTP, "INFY"), want(2, BGW_MODE_LTP, "265")});
  EXPECT_THAT(host.refusals, ElementsAre("1: its token in the instrument list is 'INFY', not a number"));
  EXPECT_THAT(host.sent, ElementsAre(R"({"a":"subscribe","v":[265]})", R"({"a":"mode","v":["ltp",[265]]})"));
}

TEST_F(Adapter, PublishesEachKnownPacketInOrderAsOneUpdate) {
  subscribe({want(1, BGW_MODE_DEPTH, "408065"), want(2, BGW_MODE_QUOTE, "256265")});
  EXPECT_EQ(binary(frame_of({full_packet(kInfy, 1'625'461'887, 1'625'461'887), Bytes().zeros(12), index_packet(kNifty),
                             ltp_packet(999 << 8 | 1, 1), ltp_packet(kInfy, 157'400)})),
            BGW_OK);
  EXPECT_EQ(host.dropped[BGW_DROP_LAYOUT], 1U);
  EXPECT_EQ(host.dropped[BGW_DROP_UNKNOWN], 1U);
  ASSERT_EQ(host.published.size(), 3U);
  EXPECT_EQ(host.published[0].tick.instrument, 1U);
  EXPECT_EQ(host.published[0].book_present, std::uint32_t{BGW_HAS_ORDERS});
  EXPECT_TRUE(host.published[0].has_rare);
  EXPECT_EQ(host.published[0].bids.size(), 5U);
  EXPECT_EQ(host.published[0].asks.size(), 3U);
  EXPECT_EQ(host.published[1].tick.instrument, 2U);
  EXPECT_FALSE(host.published[1].has_rare);
  EXPECT_EQ(host.published[2].tick.modes, unsigned{BGW_MODE_LTP});
}

TEST_F(Adapter, RefusesATruncatedFrameWhole) {
  subscribe({want(1, BGW_MODE_LTP, "408065")});
  const Bytes frame = frame_of({ltp_packet(kInfy, 1), ltp_packet(kInfy, 2)});
  EXPECT_EQ(adapter.on_frame(1, BGW_OPCODE_BINARY, std::span(frame.all()).first(frame.size() - 1)), BGW_E_INVALID);
  EXPECT_THAT(host.published, IsEmpty());
}

TEST_F(Adapter, TakesHeartbeatsAndTextFramesOfEveryKind) {
  EXPECT_EQ(binary(Bytes().zeros(1)), BGW_OK);
  EXPECT_EQ(text(R"({"type":"instruments_meta","data":{"count":1}})"), BGW_OK);
  EXPECT_EQ(text("not json"), BGW_OK);
  EXPECT_EQ(text(R"({"type":"error","data":"subscription limit"})"), BGW_OK);
  EXPECT_THAT(host.logs, testing::Contains(HasSubstr("Kite says: subscription limit")));
}

TEST_F(Adapter, ASegmentOfUnknownScaleIsRefusedByNameAndNeverPublished) {
  subscribe({want(1, BGW_MODE_LTP, "2570"), want(2, BGW_MODE_LTP, "265")});
  EXPECT_THAT(host.refusals, ElementsAre(HasSubstr("1: its token 2570 is of Kite's segment 10")));
  EXPECT_THAT(host.sent, ElementsAre(R"({"a":"subscribe","v":[265]})", R"({"a":"mode","v":["ltp",[265]]})"));
  binary(frame_of({ltp_packet(2570, 1), ltp_packet(265, 1), ltp_packet(2570, 2)}));
  EXPECT_EQ(host.published.size(), 1U);
  EXPECT_EQ(host.dropped[BGW_DROP_SCALE], 2U);
  EXPECT_THAT(host.logs, ElementsAre(HasSubstr("segment 10")));
}

TEST_F(Adapter, AnnouncesTheTagOfTheBrokersInstrumentList) {
  text(R"({"type":"instruments_meta","data":{"count":114823,"etag":"W/\"6a7e998c-9757\""}})");
  text(R"({"type":"instruments_meta","data":{"count":114823}})");
  text(R"({"type":"instruments_meta","data":{"etag":7}})");
  EXPECT_THAT(host.etags, ElementsAre("W/\"6a7e998c-9757\""));
}

TEST_F(Adapter, TwoInstrumentsMayExchangeTheirTokensInOneRequest) {
  subscribe({want(1, BGW_MODE_LTP, "408065"), want(2, BGW_MODE_DEPTH, "256265")});
  host.sent.clear();
  subscribe({want(1, BGW_MODE_LTP, "256265"), want(2, BGW_MODE_DEPTH, "408065")});
  binary(frame_of({ltp_packet(kInfy, 1), ltp_packet(kNifty, 2)}));
  ASSERT_EQ(host.published.size(), 2U);
  EXPECT_EQ(host.published[0].tick.instrument, 2U);
  EXPECT_EQ(host.published[1].tick.instrument, 1U);
  for (const std::string& message : host.sent) EXPECT_THAT(message, HasSubstr("mode")) << "both stay subscribed";
}

TEST_F(Adapter, OfTwoHoldersOfOneTokenTheNewerHasIt) {
  subscribe({want(1, BGW_MODE_LTP, "408065"), want(2, BGW_MODE_LTP, "408065")});
  host.sent.clear();
  adapter.unsubscribe(std::vector<std::uint32_t>{1});
  EXPECT_THAT(host.sent, IsEmpty());
  binary(frame_of({ltp_packet(kInfy, 1)}));
  ASSERT_EQ(host.published.size(), 1U);
  EXPECT_EQ(host.published[0].tick.instrument, 2U);
}

TEST_F(Adapter, WhatWasUnderWayWhenTheModeChangedIsPublishedAsWhatItIs) {
  subscribe({want(1, BGW_MODE_DEPTH, "408065")});
  subscribe({want(1, BGW_MODE_LTP, "408065")});
  binary(frame_of({full_packet(kInfy, 0, 0), ltp_packet(kInfy, 1)}));
  ASSERT_EQ(host.published.size(), 2U);
  EXPECT_NE(host.published[0].tick.modes & BGW_MODE_DEPTH, 0U);
}

bgw_status class_of(ZerodhaAdapter& adapter, std::int32_t http_status, std::int64_t* wait = nullptr,
                    std::vector<bgw_header> headers = {}) {
  try {
    return adapter.on_close(1, {1006, http_status, "", headers});
  } catch (const bgw::Error& e) {
    if (wait != nullptr) *wait = e.retry_after_ns;
    return e.code;
  }
}

TEST_F(Adapter, ClassifiesARefusedUpgrade) {
  EXPECT_EQ(class_of(adapter, 401), BGW_E_AUTH);
  EXPECT_EQ(class_of(adapter, 403), BGW_E_REFUSED);
  EXPECT_EQ(class_of(adapter, 400), BGW_E_REFUSED);
  EXPECT_EQ(class_of(adapter, 302), BGW_E_REFUSED);
  EXPECT_EQ(class_of(adapter, 500), BGW_E_TRANSIENT);
  EXPECT_EQ(class_of(adapter, 0), BGW_E_TRANSIENT);
  std::int64_t wait = 0;
  EXPECT_EQ(class_of(adapter, 429, &wait), BGW_E_RATE);
  EXPECT_EQ(wait, 60'000'000'000);
  EXPECT_EQ(class_of(adapter, 429, &wait, {{"retry-after", "120"}}), BGW_E_RATE);
  EXPECT_EQ(wait, 120'000'000'000);
  EXPECT_EQ(class_of(adapter, 500, &wait, {{"retry-after", "20"}}), BGW_E_RATE);
  EXPECT_EQ(wait, 20'000'000'000);
  host.wall_ns = 784'111'777'000'000'000;
  EXPECT_EQ(class_of(adapter, 429, &wait, {{"retry-after", "Sun, 06 Nov 1994 08:51:07 GMT"}}), BGW_E_RATE);
  EXPECT_EQ(wait, 90'000'000'000);
}

TEST_F(Adapter, ClosesItsSocketOnDisconnect) {
  adapter.disconnect();
  adapter.disconnect();
  EXPECT_EQ(host.closed, 1);
}

std::string refusal(ZerodhaAdapter& adapter, std::int32_t status, std::string_view body) {
  try {
    adapter.on_close(1, {1006, status, "", {}, body});
  } catch (const bgw::Error& e) {
    return std::to_string(e.code) + ' ' + e.what();
  }
  return "none";
}

TEST_F(Adapter, OnlyKitesOwnErrorProvesADeadToken) {
  EXPECT_THAT(
      refusal(adapter, 403, R"({"status":"error","message":"Incorrect `api_key`","error_type":"TokenException"})"),
      testing::StartsWith("-3 Kite refused the login (HTTP 403): Incorrect `api_key`"));
  EXPECT_EQ(refusal(adapter, 403, "<!DOCTYPE html><html><TITLE>Access\n denied</title><p>x"),
            "-9 refused: token, plan or firewall (HTTP 403 says: Access denied)");
  EXPECT_EQ(refusal(adapter, 403, ""), "-9 refused: token, plan or firewall (HTTP 403, no reason given)");
  EXPECT_EQ(refusal(adapter, 400, R"({"error_type":"InputException"})"),
            "-9 refused: token, plan or firewall (HTTP 400 says: InputException)");
  EXPECT_EQ(refusal(adapter, 403, R"({"status":"error","message":"No data plan","error_type":"PermissionException"})"),
            "-9 refused: token, plan or firewall (HTTP 403 says: PermissionException: No data plan)");
}

TEST_F(Adapter, WhatKiteSaysOfTheTokenCountsOnlyWithTheStatusOfARefusal) {
  constexpr const char* kDead = R"({"status":"error","message":"Incorrect token","error_type":"TokenException"})";
  for (const int status : {400, 401, 403}) EXPECT_THAT(refusal(adapter, status, kDead), testing::StartsWith("-3 "));
  EXPECT_EQ(refusal(adapter, 502, kDead), "-4 Kite is not available (HTTP 502 says: TokenException: Incorrect token)");
  EXPECT_EQ(refusal(adapter, 429, kDead),
            "-5 Kite has too many connections of this api_key (HTTP 429 says: TokenException: Incorrect token)");
  EXPECT_EQ(refusal(adapter, 404, kDead),
            "-9 refused: token, plan or firewall (HTTP 404 says: TokenException: Incorrect token)");
}

TEST_F(Adapter, ATokenOfTheDayBeforeIsDeadWithoutATry) {
  constexpr std::int64_t kSixIst = 1'795'912'200'000'000'000;  // 2026-11-29 00:30 UTC
  for (const auto& [now, written, dead] : {std::tuple{kSixIst + 1, kSixIst - 1, true},
                                           {kSixIst + 1, kSixIst, false},
                                           {kSixIst - 1, kSixIst - 2, false},
                                           {kSixIst + 1, std::int64_t{0}, false}}) {
    host.wall_ns = now;
    host.written_ns = {{"access_token", written}};
    bgw_status code = BGW_OK;
    try {
      adapter.connect();
    } catch (const bgw::Error& e) {
      code = e.code;
    }
    EXPECT_EQ(code, dead ? bgw_status{BGW_E_AUTH} : bgw_status{BGW_OK}) << now << ' ' << written;
  }
}

}  // namespace
}  // namespace zerodha
