// What the adapter asks of the host and of the broker: three sockets of one object, each with a life of its own.
#include <gmock/gmock.h>

#include "bgw/testing/fake_host.hpp"
#include "dhan_adapter.hpp"
#include "packets.hpp"

namespace dhan_like {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

bgw::Close ended(std::int32_t http_status = 0) { return {1006, http_status, {}, {}}; }

struct Adapter : testing::Test {
  bgw::testing::FakeHost host;
  DhanAdapter adapter{host.table};
  // In the order of opening, which the tests keep.
  static constexpr std::uint32_t kFeedId = 1;

  Adapter() {
    host.settings = {{"client_id", "C 1"},
                     {"access_token", "jwt"},
                     {"feed_url", "ws://127.0.0.1:1"},
                     {"depth20_url", "ws://127.0.0.1:1/twentydepth"},
                     {"depth200_url", "ws://127.0.0.1:1/twohundred"},
                     {"reopen_after", "1000000000"},
                     {"heartbeat", "10000000000"}};
    adapter.initialize();
    adapter.connect();
    adapter.on_open(kFeedId);
  }

  static bgw_subscription wanted(std::uint32_t handle, const char* id, std::uint32_t mode, std::uint32_t level = 0,
                                 const char* segment = "NSE_EQ") {
    bgw_subscription s{};
    s.instrument = handle;
    s.mode = mode;
    s.depth_level = level;
    s.price_exponent = -2;
    s.tick_size = 5;
    s.symbol = s.broker_symbol = s.exchange = "";
    s.broker_exchange = segment;
    s.token = id;
    return s;
  }
  void subscribe(std::uint32_t handle, const char* id, std::uint32_t mode, std::uint32_t level = 0) {
    const bgw_subscription s = wanted(handle, id, mode, level);
    adapter.subscribe({&s, 1});
  }
  void unsubscribe(std::uint32_t handle) { adapter.unsubscribe({&handle, 1}); }
  std::vector<std::string> sent_on(std::uint32_t connection) const {
    std::vector<std::string> out;
    for (const auto& m : host.messages)
      if (m.connection == connection) out.push_back(m.data);
    return out;
  }
  bgw_status frame(std::uint32_t connection, const Bytes& bytes) {
    return adapter.on_frame(connection, BGW_OPCODE_BINARY, bytes);
  }
};

TEST_F(Adapter, OpensTheFeedAloneAndIsReadyWithIt) {
  EXPECT_THAT(host.urls, ElementsAre("ws://127.0.0.1:1?version=2&token=jwt&clientId=C%201&authType=2"));
  EXPECT_THAT(host.classes, ElementsAre(0U));
  EXPECT_EQ(host.ready, 1);
}

TEST_F(Adapter, SetsTheLimitsOfThePlan) {
  ASSERT_THAT(host.limits, SizeIs(1));
  EXPECT_EQ(host.limits[0].class_count, 3U);
  EXPECT_EQ(host.limits[0].heartbeat_period_ns, 10'000'000'000);
  host.settings["plan"] = "gold";
  DhanAdapter other(host.table);
  try {
    other.initialize();
    FAIL();
  } catch (const bgw::Error& e) {
    EXPECT_EQ(e.code, BGW_E_INVALID);
    EXPECT_STREQ(e.what(), "plan: found 'gold', expected basic or plus");
  }
}

TEST(Plan, DecidesHowManyDepthConnectionsThereAre) {
  for (const auto& [plan, connections] : {std::pair{"basic", 1U}, {"plus", 5U}}) {
    static std::vector<bgw_connection_class> seen;
    seen.clear();
    bgw::testing::FakeHost host;
    host.settings = {{"access_token", "jwt"}, {"plan", plan}};
    host.table.set_limits = [](void*, const bgw_limits* limits, bgw_error*) {
      seen.assign(limits->classes, limits->classes + limits->class_count);
      return bgw_status{BGW_OK};
    };
    DhanAdapter adapter(host.table);
    adapter.initialize();
    ASSERT_THAT(seen, SizeIs(3));
    EXPECT_EQ(seen[0].connections, 5U);
    EXPECT_EQ(seen[0].instruments, 5000U);
    EXPECT_EQ(seen[1].connections, connections);
    EXPECT_EQ(seen[1].instruments, 50U);
    EXPECT_EQ(seen[1].depths[0], 20);
    EXPECT_EQ(seen[2].connections, connections);
    EXPECT_EQ(seen[2].instruments, 1U);
    EXPECT_EQ(seen[2].depths[0], 200);
  }
}

TEST_F(Adapter, AsksTheFeedInThePoorestModeThatWillDo) {
  subscribe(1, "11", BGW_MODE_LTP);
  subscribe(2, "22", BGW_MODE_QUOTE);
  subscribe(3, "33", BGW_MODE_DEPTH, 5);
  EXPECT_THAT(
      host.sent,
      ElementsAre(
          R"({"RequestCode":15,"InstrumentCount":1,"InstrumentList":[{"ExchangeSegment":"NSE_EQ","SecurityId":"11"}]})",
          R"({"RequestCode":17,"InstrumentCount":1,"InstrumentList":[{"ExchangeSegment":"NSE_EQ","SecurityId":"22"}]})",
          R"({"RequestCode":21,"InstrumentCount":1,"InstrumentList":[{"ExchangeSegment":"NSE_EQ","SecurityId":"33"}]})"));
  EXPECT_THAT(host.urls, SizeIs(1));
}

TEST_F(Adapter, AnotherModeEndsTheOneBefore) {
  subscribe(1, "11", BGW_MODE_LTP);
  subscribe(1, "11", BGW_MODE_DEPTH, 5);
  ASSERT_THAT(host.sent, SizeIs(3));
  EXPECT_THAT(host.sent[1], HasSubstr(R"("RequestCode":16)"));
  EXPECT_THAT(host.sent[2], HasSubstr(R"("RequestCode":21)"));
  unsubscribe(1);
  ASSERT_THAT(host.sent, SizeIs(4));
  EXPECT_THAT(host.sent[3], HasSubstr(R"("RequestCode":22)"));
  unsubscribe(1);
  EXPECT_THAT(host.sent, SizeIs(4));
}

TEST_F(Adapter, ABatchIsCutIntoMessagesOfAHundred) {
  std::vector<std::string> ids;
  for (int i = 0; i < 130; ++i) ids.push_back(std::to_string(1000 + i));
  std::vector<bgw_subscription> all;
  for (std::uint32_t i = 0; i < 130; ++i) all.push_back(wanted(i + 1, ids[i].c_str(), BGW_MODE_LTP));
  adapter.subscribe(all);
  ASSERT_THAT(host.sent, SizeIs(2));
  EXPECT_THAT(host.sent[0], HasSubstr(R"("InstrumentCount":100)"));
  EXPECT_THAT(host.sent[1], HasSubstr(R"("InstrumentCount":30)"));
}

TEST_F(Adapter, ADepthSocketIsOpenedWhenItsBooksAreWantedAndClosedAfterwards) {
  subscribe(1, "11", BGW_MODE_DEPTH, 20);
  subscribe(2, "22", BGW_MODE_DEPTH, 200);
  EXPECT_THAT(host.classes, ElementsAre(0U, 1U, 2U));
  EXPECT_EQ(host.urls[1], "ws://127.0.0.1:1/twentydepth?token=jwt&clientId=C%201&authType=2");
  EXPECT_THAT(sent_on(1), Each(HasSubstr(R"("RequestCode":17)")));
  EXPECT_THAT(sent_on(2), IsEmpty()) << "it is not open yet";
  adapter.on_open(2);
  adapter.on_open(3);
  EXPECT_EQ(host.ready, 1);
  EXPECT_THAT(
      sent_on(2),
      ElementsAre(
          R"({"RequestCode":23,"InstrumentCount":1,"InstrumentList":[{"ExchangeSegment":"NSE_EQ","SecurityId":"11"}]})"));
  EXPECT_THAT(sent_on(3), ElementsAre(R"({"RequestCode":23,"ExchangeSegment":"NSE_EQ","SecurityId":"22"})"));
  EXPECT_EQ(host.closed, 0);
  unsubscribe(1);
  EXPECT_THAT(host.closed_connections, ElementsAre(2U));
  subscribe(2, "22", BGW_MODE_QUOTE);
  EXPECT_THAT(host.closed_connections, ElementsAre(2U, 3U));
}

TEST_F(Adapter, MovesAnInstrumentFromOneDepthSocketToTheOther) {
  subscribe(1, "11", BGW_MODE_DEPTH, 20);
  subscribe(2, "22", BGW_MODE_DEPTH, 20);
  adapter.on_open(2);
  subscribe(1, "11", BGW_MODE_DEPTH, 200);
  adapter.on_open(3);
  EXPECT_THAT(sent_on(2).back(), HasSubstr(R"("RequestCode":24)"));
  EXPECT_THAT(sent_on(3), SizeIs(1));
  EXPECT_EQ(frame(2, side(41, 1, 11, 20)), BGW_OK);
  EXPECT_THAT(host.published, IsEmpty());
  EXPECT_EQ(host.dropped[BGW_DROP_UNKNOWN], 1U);
  EXPECT_EQ(frame(3, side(41, 1, 11, 200)), BGW_OK);
  ASSERT_THAT(host.published, SizeIs(1));
  EXPECT_THAT(host.published[0].bids, SizeIs(200));
}

TEST_F(Adapter, StampsTheHandleAndCountsInTheSubscriptionsUnits) {
  subscribe(7, "2885", BGW_MODE_QUOTE);
  EXPECT_EQ(frame(1, quote(1, 2885) + open_interest(1, 2885, 5) + ticker(1, 4444, 1)), BGW_OK);
  ASSERT_THAT(host.published, SizeIs(2));
  EXPECT_EQ(host.published[0].tick.instrument, 7U);
  EXPECT_EQ(host.published[0].tick.ltp, 2'434'390);
  EXPECT_EQ(host.published[1].tick.oi, 5);
  EXPECT_EQ(host.dropped[BGW_DROP_UNKNOWN], 1U);
}

TEST_F(Adapter, OneTokenOfTwoSegmentsIsTwoInstruments) {
  const bgw_subscription both[] = {wanted(1, "13", BGW_MODE_LTP, 0, "IDX_I"),
                                   wanted(2, "13", BGW_MODE_LTP, 0, "NSE_EQ")};
  adapter.subscribe(both);
  frame(1, ticker(1, 13, 5) + ticker(0, 13, 6));
  ASSERT_THAT(host.published, SizeIs(2));
  EXPECT_EQ(host.published[0].tick.instrument, 2U);
  EXPECT_EQ(host.published[1].tick.instrument, 1U);
}

TEST_F(Adapter, RefusesATokenThatIsNoNumber) {
  const bgw_subscription odd[] = {wanted(1, "x1", BGW_MODE_LTP), wanted(2, "1", BGW_MODE_LTP, 0, "NYSE")};
  adapter.subscribe(odd);
  EXPECT_THAT(
      host.refusals,
      ElementsAre(
          "1: its instrument row: found segment 'NSE_EQ' and token 'x1', expected a segment of Dhan and a number",
          "2: its instrument row: found segment 'NYSE' and token '1', expected a segment of Dhan and a number"));
  EXPECT_THAT(host.sent, IsEmpty());
}

TEST_F(Adapter, AMalformedMessageIsRefusedAsAWhole) {
  subscribe(1, "11", BGW_MODE_LTP);
  try {
    frame(1, ticker(1, 11, 5) + Bytes(3));
    FAIL();
  } catch (const bgw::Error& e) {
    EXPECT_EQ(e.code, BGW_E_INVALID);
    EXPECT_STREQ(e.what(), "feed: packet at byte 16: found 3 bytes, expected a header of 8");
  }
  EXPECT_THAT(host.published, IsEmpty());
}

TEST_F(Adapter, CountsWhatNoDocumentDescribes) {
  subscribe(1, "11", BGW_MODE_LTP);
  frame(1, feed_packet(99, 1, 11, Bytes(4)) + feed_packet(7, 0, 0, {}) + ticker(1, 11, 5));
  EXPECT_EQ(host.dropped[BGW_DROP_LAYOUT], 1U);
  EXPECT_THAT(host.published, SizeIs(1));
}

TEST_F(Adapter, FiveLevelsDoNotReplaceTheBookOfADepthSocket) {
  subscribe(1, "11", BGW_MODE_DEPTH, 5);
  subscribe(1, "11", BGW_MODE_DEPTH, 20);
  frame(1, full(1, 11));
  ASSERT_THAT(host.published, SizeIs(1));
  EXPECT_THAT(host.published[0].bids, IsEmpty());
  EXPECT_EQ(host.published[0].tick.modes, BGW_MODE_LTP | BGW_MODE_QUOTE);
  EXPECT_EQ(host.dropped[BGW_DROP_DUPLICATE], 1U);
}

TEST_F(Adapter, AnEndedDepthSocketIsOpenedAgainAndAsksForItsBooks) {
  subscribe(1, "11", BGW_MODE_DEPTH, 20);
  subscribe(2, "22", BGW_MODE_DEPTH, 200);
  adapter.on_open(2);
  adapter.on_open(3);
  EXPECT_EQ(adapter.on_close(2, ended()), BGW_OK);
  EXPECT_EQ(host.timers.at(1), 1'000'000'000);
  subscribe(3, "33", BGW_MODE_DEPTH, 20);
  EXPECT_THAT(host.urls, SizeIs(3)) << "the pause counts";
  adapter.on_timer(1);
  ASSERT_THAT(host.urls, SizeIs(4));
  adapter.on_open(4);
  EXPECT_THAT(sent_on(4), ElementsAre(HasSubstr(R"("InstrumentCount":2)")));
  EXPECT_EQ(host.closed, 0);
  EXPECT_THAT(host.failures, IsEmpty());
}

TEST_F(Adapter, PausesGrowUntilABookComes) {
  subscribe(1, "11", BGW_MODE_DEPTH, 20);
  std::uint32_t id = 2;
  for (const std::int64_t seconds : {1, 2, 4, 8, 16, 32, 60, 60}) {
    EXPECT_EQ(adapter.on_close(id, ended(503)), BGW_OK);
    EXPECT_EQ(host.timers.at(1), seconds * 1'000'000'000);
    adapter.on_timer(1);
    id = static_cast<std::uint32_t>(host.urls.size());
  }
  adapter.on_open(id);
  frame(id, side(41, 1, 11, 20));
  EXPECT_EQ(adapter.on_close(id, ended()), BGW_OK);
  EXPECT_EQ(host.timers.at(1), 1'000'000'000);
}

TEST_F(Adapter, NoBookWantedMeansNoSocketOpenedAgain) {
  subscribe(1, "11", BGW_MODE_DEPTH, 20);
  EXPECT_EQ(adapter.on_close(2, ended()), BGW_OK);
  unsubscribe(1);
  EXPECT_LT(host.timers.at(1), 0);
  EXPECT_THAT(host.urls, SizeIs(2));
}

TEST_F(Adapter, ADisconnectPacketOfADepthSocketEndsThatSocketAlone) {
  subscribe(1, "11", BGW_MODE_DEPTH, 20);
  adapter.on_open(2);
  EXPECT_EQ(frame(2, depth_disconnect(805)), BGW_OK);
  EXPECT_THAT(host.closed_connections, ElementsAre(2U));
  EXPECT_THAT(host.failures, IsEmpty());
  EXPECT_EQ(host.timers.at(1), 60'000'000'000) << "too many connections: a long pause";
  EXPECT_THAT(host.logs.back(), HasSubstr("Dhan ends the depth20 socket: too many connections (805)"));
}

TEST_F(Adapter, AReasonThatNoAttemptCanMendEndsTheSession) {
  const std::pair<std::uint16_t, bgw_status> reasons[] = {{806, BGW_E_FATAL}, {807, BGW_E_AUTH},
                                                          {808, BGW_E_AUTH},  {809, BGW_E_AUTH},
                                                          {805, BGW_E_RATE},  {999, BGW_E_TRANSIENT}};
  for (const auto& [reason, code] : reasons) {
    EXPECT_EQ(frame(1, feed_disconnect(reason)), BGW_OK);
    EXPECT_EQ(host.failures.back().code, code) << reason;
    EXPECT_THAT(host.failures.back().message, HasSubstr("(" + std::to_string(reason) + ")"));
  }
  EXPECT_THAT(host.failures, SizeIs(6));
  subscribe(1, "11", BGW_MODE_DEPTH, 20);
  adapter.on_open(2);
  EXPECT_EQ(frame(2, depth_disconnect(807)), BGW_OK);
  EXPECT_EQ(host.failures.back().code, BGW_E_AUTH);
}

TEST_F(Adapter, TheFeedsEndIsTheSessionsEnd) {
  EXPECT_EQ(adapter.on_close(1, ended()), BGW_E_TRANSIENT);
  const std::pair<std::int32_t, bgw_status> statuses[] = {
      {401, BGW_E_AUTH}, {403, BGW_E_REFUSED}, {429, BGW_E_RATE}, {503, BGW_E_TRANSIENT}};
  for (const auto& [status, code] : statuses) {
    adapter.disconnect();
    adapter.connect();
    const auto id = static_cast<std::uint32_t>(host.urls.size());
    try {
      adapter.on_close(id, ended(status));
      FAIL() << status;
    } catch (const bgw::Error& e) {
      EXPECT_EQ(e.code, code) << status;
    }
  }
}

TEST_F(Adapter, DisconnectClosesEverySocketAndConnectBeginsAnew) {
  subscribe(1, "11", BGW_MODE_DEPTH, 20);
  adapter.on_open(2);
  adapter.disconnect();
  EXPECT_THAT(host.closed_connections, ElementsAre(1U, 2U));
  adapter.connect();
  EXPECT_THAT(host.classes, ElementsAre(0U, 1U, 0U));
  adapter.on_open(3);
  EXPECT_EQ(host.ready, 2);
  EXPECT_EQ(frame(3, ticker(1, 11, 5)), BGW_OK);
  EXPECT_THAT(host.published, IsEmpty()) << "nothing is subscribed in the new session";
}

}  // namespace
}  // namespace dhan_like
