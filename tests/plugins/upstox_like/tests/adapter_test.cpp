#include "upstox_adapter.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "bgw/testing/fake_host.hpp"
#include "messages.hpp"

namespace upstox_like {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Json = nlohmann::json;

constexpr std::int64_t kRupee = 1'000'000'000;
constexpr const char* kShare = "NSE_EQ|INE002A01018";
constexpr const char* kOption = "NSE_FO|50904";
constexpr const char* kSecret = "the.secret.token";

bgw_subscription want(std::uint32_t instrument, std::uint32_t mode, const char* token, std::uint32_t depth = 0,
                      const char* symbol = "RELIANCE", const char* exchange = "NSE") {
  bgw_subscription s{};
  s.instrument = instrument;
  s.mode = mode;
  s.depth_level = depth;
  s.price_exponent = BGW_PRICE_EXPONENT;
  s.tick_size = kRupee / 20;
  s.symbol = symbol;
  s.exchange = exchange;
  s.broker_symbol = s.broker_exchange = "";
  s.token = token;
  return s;
}

class UpstoxTest : public testing::Test {
 protected:
  UpstoxTest() {
    host.settings = {{"access_token", kSecret}, {"api_url", "https://api.example"}, {"url", "wss://feed.example/v3"}};
  }
  // Through `authorize` to the feed, and with these subscriptions.
  void open(std::vector<bgw_subscription> wanted = {}) {
    adapter.initialize();
    adapter.connect();
    if (!host.requests.empty())
      answer(200, R"({"status":"success","data":{"authorized_redirect_uri":"wss://feed.example/once?code=c1"}})");
    adapter.on_open(1);
    if (!wanted.empty()) adapter.subscribe(wanted);
  }
  void answer(std::int32_t status, std::string_view body, std::string_view error = {}) {
    adapter.on_http(1, {status, body, error, {}});
  }
  // What an answer to `authorize` ends the session with.
  bgw::Error failure(std::int32_t status, std::string_view body, std::string_view error = {}) {
    try {
      answer(status, body, error);
    } catch (const bgw::Error& e) {
      return e;
    }
    return {BGW_OK, "nothing"};
  }
  bgw::Error closed(std::int32_t http_status, std::string_view location = {}) {
    const std::string to(location);
    const bgw_header header{"location", to.c_str()};
    try {
      const bgw_status status =
          adapter.on_close(1, {1006, http_status, "", {&header, to.empty() ? std::size_t{0} : std::size_t{1}}});
      return {status, "no text"};
    } catch (const bgw::Error& e) {
      return e;
    }
  }
  void receive(const Message& message) {
    EXPECT_EQ(adapter.on_frame(1, BGW_OPCODE_BINARY, std::as_bytes(std::span(message.bytes()))), BGW_OK);
  }
  // The requests since the last call, like "sub full NSE_EQ|1,NSE_EQ|2".
  std::vector<std::string> sent() {
    std::vector<std::string> all;
    for (const auto& message : host.messages) {
      EXPECT_EQ(message.opcode, BGW_OPCODE_BINARY);
      const Json request = Json::parse(message.data);
      EXPECT_EQ(request["guid"].get<std::string>().size(), 36u);
      std::string one = request["method"];
      if (request["data"].contains("mode")) one += ' ' + request["data"]["mode"].get<std::string>();
      char before = ' ';
      for (const auto& key : request["data"]["instrumentKeys"]) {
        one += before + key.get<std::string>();
        before = ',';
      }
      all.push_back(one);
    }
    host.messages.clear();
    return all;
  }
  static std::map<std::uint32_t, double> values(const bgw::testing::FakeHost::Published& update) {
    std::map<std::uint32_t, double> all;
    for (const bgw_value& v : update.values) all[v.kind] = static_cast<double>(v.value) * std::pow(10, v.exponent);
    return all;
  }

  bgw::testing::FakeHost host;
  UpstoxAdapter adapter{host.table};
};

TEST_F(UpstoxTest, AuthorizeIsAskedWithTheTokenAndItsAddressIsOpenedWithoutIt) {
  adapter.initialize();
  adapter.connect();
  ASSERT_EQ(host.requests.size(), 1u);
  EXPECT_EQ(host.requests[0].method, "GET");
  EXPECT_EQ(host.requests[0].url, "https://api.example/v3/feed/market-data-feed/authorize");
  EXPECT_THAT(host.requests[0].headers, testing::Contains("Authorization: Bearer the.secret.token"));
  EXPECT_THAT(host.urls, IsEmpty());
  answer(200, R"({"data":{"authorized_redirect_uri":"wss://feed.example/once?code=c1"}})");
  EXPECT_THAT(host.urls, ElementsAre("wss://feed.example/once?code=c1"));
  EXPECT_THAT(host.headers, IsEmpty());
  EXPECT_EQ(host.ready, 0);
  adapter.on_open(1);
  EXPECT_EQ(host.ready, 1);
}

TEST_F(UpstoxTest, WhatAuthorizeMayAnswer) {
  adapter.initialize();
  adapter.connect();
  EXPECT_EQ(failure(401, R"({"status":"error"})").code, BGW_E_AUTH);
  EXPECT_EQ(failure(500, "").code, BGW_E_TRANSIENT);
  EXPECT_EQ(failure(429, "").code, BGW_E_RATE);
  EXPECT_EQ(failure(429, "").retry_after_ns, 1'000'000'000);
  EXPECT_EQ(failure(403, "<title>Blocked</title>").code, BGW_E_REFUSED);
  EXPECT_EQ(failure(302, "").code, BGW_E_REFUSED);
  const bgw::Error slow = failure(0, "", "no answer in 10 s");
  EXPECT_EQ(slow.code, BGW_E_TRANSIENT);
  EXPECT_STREQ(slow.what(), "Upstox's authorize: no answer in 10 s");
  for (const char* body : {"", "{", "[]", R"({"data":null})", R"({"data":{"authorized_redirect_uri":7}})",
                           R"({"data":{"authorizedRedirectUri":"wss://x"}})"}) {
    const bgw::Error error = failure(200, body);
    EXPECT_EQ(error.code, BGW_E_TRANSIENT) << body;
    EXPECT_THAT(error.what(), HasSubstr("expected data.authorized_redirect_uri")) << body;
  }
  EXPECT_THAT(failure(200, R"({"data":{"authorized_redirect_uri":"http://x/?code=c1"}})").what(),
              testing::AllOf(HasSubstr("expected wss://"), Not(HasSubstr("c1"))));
  EXPECT_THAT(host.urls, IsEmpty());
}

TEST_F(UpstoxTest, ARedirectIsFollowedWithoutTheToken) {
  host.settings["authorize"] = "redirect";
  adapter.initialize();
  adapter.connect();
  EXPECT_THAT(host.requests, IsEmpty());
  EXPECT_THAT(host.urls, ElementsAre("wss://feed.example/v3"));
  EXPECT_THAT(host.headers, ElementsAre("Authorization: Bearer the.secret.token"));
  EXPECT_EQ(closed(302, "wss://other.example/once?code=c2").code, BGW_OK);
  EXPECT_THAT(host.urls, ElementsAre("wss://feed.example/v3", "wss://other.example/once?code=c2"));
  EXPECT_EQ(host.headers.size(), 1u);
  adapter.on_open(2);
  EXPECT_EQ(host.ready, 1);
  adapter.subscribe(std::vector{want(1, BGW_MODE_LTP, kShare)});
  EXPECT_EQ(host.messages.at(0).connection, 2u);
}

TEST_F(UpstoxTest, RedirectsHaveAnEnd) {
  host.settings["authorize"] = "redirect";
  adapter.initialize();
  adapter.connect();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(closed(302, "wss://feed.example/again").code, BGW_OK);
  EXPECT_EQ(closed(302, "wss://feed.example/again").code, BGW_E_TRANSIENT);
  EXPECT_EQ(host.urls.size(), 4u);
}

TEST_F(UpstoxTest, HowAnUpgradeMayBeRefused) {
  host.settings["authorize"] = "redirect";
  adapter.initialize();
  adapter.connect();
  EXPECT_EQ(closed(401).code, BGW_E_AUTH);
  EXPECT_EQ(closed(403).code, BGW_E_REFUSED);
  EXPECT_EQ(closed(302, "/elsewhere").code, BGW_E_REFUSED);
  EXPECT_EQ(closed(302, "https://feed.example/").code, BGW_E_TRANSIENT);
  EXPECT_EQ(closed(503).code, BGW_E_TRANSIENT);
  EXPECT_EQ(closed(0).code, BGW_E_TRANSIENT);
  // Behind the redirect nothing is said of the token.
  adapter.connect();
  EXPECT_EQ(closed(302, "wss://feed.example/once").code, BGW_OK);
  EXPECT_EQ(closed(401).code, BGW_E_TRANSIENT);
  EXPECT_EQ(closed(403).code, BGW_E_TRANSIENT);
}

TEST_F(UpstoxTest, ThePlanDecidesLimitsAndDepth) {
  adapter.initialize();
  ASSERT_EQ(host.limits.size(), 1u);
  EXPECT_EQ(host.limits[0].connections_per_account, 2u);
  EXPECT_EQ(host.limits[0].depth_limit_count, 0u);
  ASSERT_EQ(host.capabilities.size(), 1u);
  for (const bgw_capability& c : host.capabilities[0]) EXPECT_LE(c.depth_count, 1u) << c.exchange;
  host.settings["plan"] = "plus";
  adapter.initialize();
  EXPECT_EQ(host.limits[1].connections_per_account, 5u);
  ASSERT_EQ(host.limits[1].depth_limit_count, 1u);
  EXPECT_EQ(host.limits[1].depth_limits[0].depth_level, 30u);
  EXPECT_EQ(host.limits[1].depth_limits[0].per_connection, 50u);
  EXPECT_EQ(host.capabilities.size(), 1u);  // plus has all that the descriptor has
  host.settings["plan"] = "pro";
  EXPECT_THROW(adapter.initialize(), bgw::Error);
}

TEST_F(UpstoxTest, RequestsByMode) {
  open({want(1, BGW_MODE_LTP, "NSE_EQ|1"), want(2, BGW_MODE_QUOTE, "NSE_EQ|2"), want(3, BGW_MODE_DEPTH, "NSE_EQ|3", 5),
        want(4, BGW_MODE_DEPTH, "NSE_EQ|4", 30)});
  EXPECT_THAT(sent(), ElementsAre("sub ltpc NSE_EQ|1", "sub full NSE_EQ|2,NSE_EQ|3", "sub full_d30 NSE_EQ|4"));
  adapter.subscribe(std::vector{want(1, BGW_MODE_QUOTE, "NSE_EQ|1"), want(4, BGW_MODE_DEPTH, "NSE_EQ|4", 5)});
  EXPECT_THAT(sent(), ElementsAre("change_mode full NSE_EQ|1,NSE_EQ|4"));
  adapter.subscribe(std::vector{want(1, BGW_MODE_QUOTE, "NSE_EQ|1")});  // asked again
  EXPECT_THAT(sent(), ElementsAre("sub full NSE_EQ|1"));
  adapter.unsubscribe(std::vector<std::uint32_t>{2, 9, 3});
  EXPECT_THAT(sent(), ElementsAre("unsub NSE_EQ|2,NSE_EQ|3"));
  adapter.subscribe(std::vector{want(4, BGW_MODE_LTP, "NSE_EQ|7")});  // another token
  EXPECT_THAT(sent(), ElementsAre("unsub NSE_EQ|4", "sub ltpc NSE_EQ|7"));
}

TEST_F(UpstoxTest, AnLtpcFeedIsALastPrice) {
  open({want(7, BGW_MODE_LTP, kShare)});
  receive(frame(kShare, Message().message(1, ltpc(2450.55))));
  ASSERT_EQ(host.published.size(), 1u);
  const bgw_tick& t = host.published[0].tick;
  EXPECT_EQ(t.instrument, 7u);
  EXPECT_EQ(t.modes, BGW_MODE_LTP);
  EXPECT_EQ(t.ltp, 2450 * kRupee + kRupee / 20 * 11);
  EXPECT_EQ(t.close, 2400 * kRupee);
  EXPECT_EQ(t.last_quantity, 5);
  EXPECT_EQ(t.last_trade_time_ns, 1'793'000'000'000 * 1'000'000);
  EXPECT_EQ(t.present, BGW_HAS_LTP | BGW_HAS_CLOSE | BGW_HAS_LAST_QUANTITY | BGW_HAS_LAST_TRADE_TIME);
  ASSERT_EQ(host.confirmed.size(), 1u);
  EXPECT_EQ(host.confirmed[0].mode, BGW_MODE_LTP);
}

TEST_F(UpstoxTest, WhatHasNeverTradedHasNoLastPriceAndIsConfirmed) {
  open({want(7, BGW_MODE_LTP, kShare)});
  receive(frame(kShare, Message().message(1, Message().real(4, 2400))));
  ASSERT_EQ(host.published.size(), 1u);
  EXPECT_EQ(host.published[0].tick.modes, 0u);
  EXPECT_EQ(host.published[0].tick.present, BGW_HAS_CLOSE);
  EXPECT_EQ(host.confirmed.size(), 1u);
}

TEST_F(UpstoxTest, PricesAreRoundedToTheTickAndOthersStay) {
  open({want(7, BGW_MODE_LTP, kShare)});
  receive(frame(kShare, Message().message(1, ltpc(24343.900000000001455, 1, 1, 100.01))));
  EXPECT_EQ(host.published[0].tick.ltp, 24'343'900'000'000);
  EXPECT_EQ(host.published[0].tick.close, 100'010'000'000);  // no multiple of 0.05
  receive(frame(kShare, Message().message(1, ltpc(0.1 + 0.2))));
  EXPECT_EQ(host.published[1].tick.ltp, 300'000'000);
}

// 0.1 + 0.2 is 0.30000000000000004 as a double.
TEST_F(UpstoxTest, TheTickTakesAwayWhatTheBinaryNumberAdds) {
  bgw_subscription s = want(7, BGW_MODE_LTP, kShare);
  s.price_exponent = -17;
  s.tick_size = 1'000'000'000'000'000;
  open({s});
  receive(frame(kShare, Message().message(1, ltpc(0.1 + 0.2))));
  EXPECT_EQ(host.published[0].tick.ltp, 30'000'000'000'000'000);
}

TEST_F(UpstoxTest, TheExponentOfAnInstrumentCounts) {
  bgw_subscription s = want(7, BGW_MODE_LTP, kShare);
  s.price_exponent = -2;
  s.tick_size = 5;
  open({s});
  receive(frame(kShare, Message().message(1, ltpc(24343.9))));
  EXPECT_EQ(host.published[0].tick.ltp, 2'434'390);
}

TEST_F(UpstoxTest, PricesThatAreNoNumbersAreLeftOut) {
  open({want(7, BGW_MODE_LTP, kShare)});
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL, 1e30})
    receive(frame(kShare, Message().message(1, ltpc(bad))));
  EXPECT_THAT(host.published, IsEmpty());
  EXPECT_EQ(host.dropped[BGW_DROP_LAYOUT], 4u);
  receive(frame(kShare, Message().message(1, ltpc(10, 1, -5, 1e30))));  // the good values stay
  ASSERT_EQ(host.published.size(), 1u);
  EXPECT_EQ(host.published[0].tick.present, BGW_HAS_LTP | BGW_HAS_LAST_TRADE_TIME);
  EXPECT_EQ(host.dropped[BGW_DROP_LAYOUT], 6u);
}

TEST_F(UpstoxTest, AFullFeedWithItsBook) {
  open({want(7, BGW_MODE_DEPTH, kShare, 5)});
  Message levels;
  levels.message(1, quote(10, 99.95, 20, 100.05)).message(1, quote(0, 0, 30, 100.1)).message(1, quote(0, 0, 0, 0));
  const Message day = Message().message(1, Message().text(1, "1d").real(2, 98).real(3, 101).real(4, 97).real(5, 100));
  Message market;
  market.message(1, ltpc(100))
      .message(2, levels)
      .message(4, day)
      .real(5, 99.873)
      .integer(6, 5000)
      .real(9, 70)
      .real(10, 80);
  receive(frame(kShare, full(market)));
  ASSERT_EQ(host.published.size(), 1u);
  const auto& update = host.published[0];
  EXPECT_EQ(update.tick.modes, BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH);
  EXPECT_EQ(update.tick.open, 98 * kRupee);
  EXPECT_EQ(update.tick.high, 101 * kRupee);
  EXPECT_EQ(update.tick.low, 97 * kRupee);
  EXPECT_EQ(update.tick.average_price, 99'873'000'000);  // no multiple of the tick
  EXPECT_EQ(update.tick.volume, 5000);
  EXPECT_EQ(update.tick.total_buy_quantity, 70);
  EXPECT_EQ(update.tick.total_sell_quantity, 80);
  EXPECT_EQ(update.tick.present & BGW_HAS_OI, 0u);  // shares have none
  ASSERT_EQ(update.bids.size(), 1u);
  EXPECT_EQ(update.bids[0].price, 99'950'000'000);
  EXPECT_EQ(update.bids[0].quantity, 10);
  ASSERT_EQ(update.asks.size(), 2u);
  EXPECT_EQ(update.asks[1].price, 100'100'000'000);
  EXPECT_EQ(update.asks[1].quantity, 30);
  EXPECT_EQ(update.book_present & BGW_HAS_ORDERS, 0u);
}

TEST_F(UpstoxTest, ThirtyLevelsAndFiveWhileThirtyAreAskedFor) {
  open({want(7, BGW_MODE_DEPTH, kShare, 30)});
  Message levels;
  for (int i = 0; i < 30; ++i) levels.message(1, quote(1 + i, 100 - i, 1 + i, 101 + i));
  receive(frame(kShare, full(Message().message(1, ltpc(100)).message(2, levels), 3)));
  ASSERT_EQ(host.published.size(), 1u);
  EXPECT_EQ(host.published[0].bids.size(), 30u);
  EXPECT_EQ(host.published[0].asks[29].price, 130 * kRupee);
  EXPECT_EQ(host.confirmed.size(), 1u);
  receive(frame(kShare, full(Message().message(1, ltpc(100)).message(2, Message().message(1, quote(1, 100, 1, 101))))));
  ASSERT_EQ(host.published.size(), 2u);
  EXPECT_EQ(host.published[1].tick.modes, BGW_MODE_LTP | BGW_MODE_QUOTE);
  EXPECT_EQ(host.dropped[BGW_DROP_LEVEL], 1u);
}

TEST_F(UpstoxTest, MoreLevelsThanTheHostTakesAreCounted) {
  host.table.max_levels = 3;
  open({want(7, BGW_MODE_DEPTH, kShare, 5)});
  Message levels;
  for (int i = 0; i < 5; ++i) levels.message(1, quote(1, 100 - i, 1, i == 1 ? HUGE_VAL : 101 + i));
  receive(frame(kShare, full(Message().message(1, ltpc(100)).message(2, levels))));
  EXPECT_EQ(host.published.at(0).bids.size(), 3u);
  EXPECT_EQ(host.published.at(0).asks.size(), 2u);
  EXPECT_EQ(host.dropped[BGW_DROP_LEVEL], 3u);
}

TEST_F(UpstoxTest, GreeksAndOpenInterestOfAnOption) {
  open({want(7, BGW_MODE_QUOTE, kOption, 0, "BANKNIFTY30DEC2551200CE", "NFO")});
  EXPECT_THAT(sent(), ElementsAre("sub full NSE_FO|50904"));
  const Message greeks = Message().real(1, 0.4523).real(2, -12.5).real(3, 0.0007).real(4, 18.25);  // rho is 0
  receive(frame(kOption, full(Message().message(1, ltpc(100)).message(3, greeks).real(8, 0.1834))));
  ASSERT_EQ(host.published.size(), 1u);
  EXPECT_EQ(host.published[0].tick.oi, 0);
  EXPECT_NE(host.published[0].tick.present & BGW_HAS_OI, 0u);
  const auto all = values(host.published[0]);
  ASSERT_EQ(all.size(), 6u);
  EXPECT_DOUBLE_EQ(all.at(BGW_VALUE_DELTA), 0.4523);
  EXPECT_DOUBLE_EQ(all.at(BGW_VALUE_THETA), -12.5);
  EXPECT_DOUBLE_EQ(all.at(BGW_VALUE_GAMMA), 0.0007);
  EXPECT_DOUBLE_EQ(all.at(BGW_VALUE_VEGA), 18.25);
  EXPECT_EQ(all.at(BGW_VALUE_RHO), 0);
  EXPECT_DOUBLE_EQ(all.at(BGW_VALUE_IMPLIED_VOLATILITY), 0.1834);
}

TEST_F(UpstoxTest, TheBestLevelWithoutABook) {
  host.settings["option_quotes"] = "option_greeks";
  open({want(7, BGW_MODE_QUOTE, kOption, 0, "BANKNIFTY30DEC2551200CE", "NFO"),
        want(8, BGW_MODE_QUOTE, "NSE_FO|2", 0, "BANKNIFTY30DEC25FUT", "NFO")});
  EXPECT_THAT(sent(), ElementsAre("sub full NSE_FO|2", "sub option_greeks NSE_FO|50904"));
  const Message first =
      Message().message(1, ltpc(100)).message(2, quote(10, 99.95, 0, 0)).integer(4, 77).real(5, 1234).real(6, 0.2);
  receive(frame(kOption, Message().message(3, first).integer(4, 2)));
  ASSERT_EQ(host.published.size(), 1u);
  const auto& update = host.published[0];
  EXPECT_EQ(update.tick.modes, BGW_MODE_LTP | BGW_MODE_QUOTE);
  EXPECT_EQ(update.tick.volume, 77);
  EXPECT_EQ(update.tick.oi, 1234);
  const auto all = values(update);
  EXPECT_DOUBLE_EQ(all.at(BGW_VALUE_BID_PRICE), 99.95);
  EXPECT_EQ(all.at(BGW_VALUE_BID_QUANTITY), 10);
  EXPECT_FALSE(all.contains(BGW_VALUE_ASK_PRICE));
  EXPECT_EQ(all.at(BGW_VALUE_ASK_QUANTITY), 0);
  EXPECT_FALSE(all.contains(BGW_VALUE_DELTA));
  EXPECT_EQ(host.confirmed.size(), 1u);
}

TEST_F(UpstoxTest, AnIndicativePriceIsNoLastPrice) {
  open({want(7, BGW_MODE_QUOTE, kShare)});
  receive(frame(kShare, full(Message().message(1, Message().real(4, 2400)).real(11, 2410.5).integer(13, 900))));
  const auto& update = host.published.at(0);
  EXPECT_EQ(update.tick.present & BGW_HAS_LTP, 0u);
  EXPECT_EQ(update.tick.modes, BGW_MODE_QUOTE);
  EXPECT_DOUBLE_EQ(values(update).at(BGW_VALUE_INDICATIVE_PRICE), 2410.5);
  EXPECT_EQ(values(update).at(BGW_VALUE_INDICATIVE_QUANTITY), 900);
}

TEST_F(UpstoxTest, AnIndexHasNoQuantities) {
  open({want(7, BGW_MODE_QUOTE, "NSE_INDEX|Nifty 50", 0, "NIFTY", "NSE_INDEX")});
  const Message index =
      Message()
          .message(1, ltpc(24343.65, 1, 0))
          .message(2, Message().message(1, Message().text(1, "1d").real(2, 24300).real(3, 24400).real(4, 24200)));
  receive(frame("NSE_INDEX|Nifty 50", Message().message(2, Message().message(2, index)).integer(4, 1)));
  EXPECT_EQ(host.published.at(0).tick.present,
            BGW_HAS_LTP | BGW_HAS_CLOSE | BGW_HAS_LAST_TRADE_TIME | BGW_HAS_OPEN | BGW_HAS_HIGH | BGW_HAS_LOW);
}

TEST_F(UpstoxTest, TheStatusOfASegmentGoesAlongOnce) {
  open({want(7, BGW_MODE_LTP, kShare), want(8, BGW_MODE_LTP, kOption, 0, "X", "NFO")});
  receive(Message().integer(1, 2).message(4, Message().message(1, Message().text(1, "NSE_EQ").integer(2, 2))));
  EXPECT_THAT(host.published, IsEmpty());
  receive(frame(kOption, Message().message(1, ltpc(1))));
  receive(frame(kShare, Message().message(1, ltpc(1))));
  receive(frame(kShare, Message().message(1, ltpc(2))));
  EXPECT_THAT(values(host.published.at(0)), IsEmpty());
  EXPECT_EQ(values(host.published.at(1)).at(BGW_VALUE_MARKET_STATUS), BGW_MARKET_OPEN);
  EXPECT_THAT(values(host.published.at(2)), IsEmpty());
}

TEST_F(UpstoxTest, WhatIsNotSubscribedAndWhatNoDocumentDescribesIsCounted) {
  open({want(7, BGW_MODE_LTP, kShare)});
  receive(frame("NSE_EQ|OTHER", Message().message(1, ltpc(1))));
  receive(frame(kShare, Message().integer(9, 1)));
  EXPECT_EQ(adapter.on_frame(1, BGW_OPCODE_TEXT, {}), BGW_OK);
  EXPECT_EQ(host.dropped[BGW_DROP_UNKNOWN], 1u);
  EXPECT_EQ(host.dropped[BGW_DROP_LAYOUT], 2u);
  EXPECT_THAT(host.published, IsEmpty());
}

TEST_F(UpstoxTest, NothingOfABrokenFrameIsPublished) {
  open({want(7, BGW_MODE_LTP, kShare)});
  const std::string bytes = frame(kShare, Message().message(1, ltpc(1))).bytes() + "\x12\x05zz";
  try {
    adapter.on_frame(1, BGW_OPCODE_BINARY, std::as_bytes(std::span(bytes)));
    FAIL() << "no refusal";
  } catch (const bgw::Error& e) {
    EXPECT_EQ(e.code, BGW_E_INVALID);
    EXPECT_THAT(e.what(), HasSubstr("found a length beyond the end"));
  }
  EXPECT_THAT(host.published, IsEmpty());
}

TEST_F(UpstoxTest, ASecondLoginBeginsAnew) {
  open({want(7, BGW_MODE_LTP, kShare)});
  sent();
  adapter.disconnect();
  EXPECT_THAT(host.closed_connections, ElementsAre(1u));
  adapter.connect();
  EXPECT_EQ(host.requests.size(), 2u);
  answer(200, R"({"data":{"authorized_redirect_uri":"wss://feed.example/once?code=c2"}})");
  receive(frame(kShare, Message().message(1, ltpc(1))));
  EXPECT_EQ(host.dropped[BGW_DROP_UNKNOWN], 1u);
  adapter.subscribe(std::vector{want(7, BGW_MODE_QUOTE, kShare)});
  EXPECT_THAT(sent(), ElementsAre("sub full NSE_EQ|INE002A01018"));
}

}  // namespace
}  // namespace upstox_like
