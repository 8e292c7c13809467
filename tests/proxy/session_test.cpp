#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/proxy/shard_fixture.hpp"

namespace gw::proxy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kUnauthenticated[] = R"({"type":"error","code":"AUTHENTICATION_REQUIRED",)"
                                    R"("message":"First message must be authentication with API key"})";
constexpr char kSubscribed[] = R"({"type":"subscription","status":"success","symbol":"INFY","exchange":"NSE","mode":1,)"
                               R"("depth_level":null})";

std::string value(int ltp) {
  return R"({"type":"market_data","mode":1,"topic":"INFY.NSE","data":{"symbol":"INFY",)"
         R"("exchange":"NSE","ltp":)" +
         std::to_string(ltp) + R"(.0,"timestamp":5.0}})";
}

class Session : public ShardTest {};

TEST_F(Session, AFirstFrameThatDoesNotAuthenticateEndsWith4401) {
  start();
  for (const char* frame : {"{", R"({"action":"ping"})", R"({"action":"authenticate"})",
                            R"({"action":"authenticate","api_key":""})", R"({"action":"authenticate","api_key":5})"}) {
    support::End& client = connect();
    EXPECT_EQ(ask(client, frame), kUnauthenticated) << frame;
    EXPECT_EQ(close_code(client), 4401) << frame;
  }
}

TEST_F(Session, AKeyThatIsUnknownEndsWith4401) {
  start();
  support::End& client = connect();
  EXPECT_EQ(ask(client, R"({"action":"authenticate","api_key":"nope"})"),
            R"({"type":"error","code":"INVALID_API_KEY","message":"Invalid API key"})");
  EXPECT_EQ(close_code(client), 4401);
}

TEST_F(Session, SilenceInsteadOfAuthenticationEndsWith4401) {
  Options options;
  options.session.authentication_timeout_ns = 20'000'000;
  start(options);
  support::End& client = connect();
  EXPECT_EQ(next(client), kUnauthenticated);
  EXPECT_EQ(close_code(client), 4401);
}

TEST_F(Session, AGoodKeyOpensTheSessionOnce) {
  start();
  support::End& client = connect();
  EXPECT_EQ(ask(client, R"({"action":"authenticate","api_key":"key"})"),
            R"({"type":"authentication","status":"success","message":"Authentication successful"})");
  EXPECT_EQ(ask(client, R"({"action":"authenticate","api_key":"key"})"),
            R"({"type":"error","code":"INVALID_ACTION","message":"Invalid action: authenticate"})");
}

TEST_F(Session, ABadRequestClosesNothing) {
  start();
  support::End& client = authenticated();
  EXPECT_THAT(ask(client, "nonsense"), HasSubstr("INVALID_JSON"));
  EXPECT_THAT(ask(client, R"({"action":"subscribe","symbol":"X","exchange":"NSE"})"), HasSubstr("SYMBOL_NOT_FOUND"));
  EXPECT_THAT(ask(client, R"({"action":"ping","id":9})"), StartsWith(R"({"type":"pong")"));
}

TEST_F(Session, UpdatesFollowTheConfirmationAndNothingFollowsTheEnd) {
  start();
  support::End& client = authenticated();
  EXPECT_EQ(ask(client, kSubscribe), kSubscribed);
  EXPECT_THAT(adapter_.asked(), ElementsAre("0 INFY.NSE mode 1 token 1"));
  tick(0, 10);
  EXPECT_EQ(next(client), value(10));
  EXPECT_EQ(ask(client, R"({"action":"unsubscribe","symbol":"INFY","exchange":"NSE","mode":1})"),
            R"({"type":"unsubscription","status":"success","symbol":"INFY","exchange":"NSE",)"
            R"("mode":1})");
  tick(0, 11);
  EXPECT_THAT(ask(client, R"({"action":"ping"})"), StartsWith(R"({"type":"pong")"));
}

TEST_F(Session, ASecondSubscriberGetsTheConfirmationThenASnapshot) {
  start();
  support::End& first = authenticated();
  ask(first, kSubscribe);
  tick(0, 10);
  tick(0, 11);
  EXPECT_EQ(next(first), value(10));
  EXPECT_EQ(next(first), value(11));
  support::End& second = authenticated();
  EXPECT_EQ(ask(second, kSubscribe), kSubscribed);
  EXPECT_EQ(next(second), value(11));
  EXPECT_EQ(ask(first, kSubscribe), kSubscribed);
  EXPECT_EQ(next(first), value(11)) << "held already: a snapshot again";
}

TEST_F(Session, ABatchIsConfirmedWholeBeforeAnyValue) {
  start();
  support::End& first = authenticated();
  ask(first, kSubscribe);
  tick(0, 10);
  next(first);
  support::End& second = authenticated();
  EXPECT_THAT(ask(second, R"({"action":"subscribe","mode":1,"id":"b","symbols":[)"
                          R"({"symbol":"INFY","exchange":"NSE"},{"symbol":"X","exchange":"NSE"}]})"),
              StartsWith(R"({"type":"subscription","status":"partial","subscriptions":[)"));
  EXPECT_EQ(next(second), value(10));
}

TEST_F(Session, TheBrokersRefusalReachesTheClientThatAsked) {
  start();
  support::End& client = authenticated();
  ask(client, kSubscribe);
  adapter_.refuse(0, "quota reached", BGW_MODE_LTP);
  EXPECT_EQ(next(client), R"({"type":"error","code":"SUBSCRIPTION_ERROR",)"
                          R"("message":"Error subscribing to INFY.NSE: quota reached"})");
}

TEST_F(Session, WithExtrasTheBrokersLinkIsTold) {
  start();
  support::End& client = authenticated(R"(,"extras":true)");
  EXPECT_THAT(next(client), StartsWith(R"({"type":"broker_status","broker":"angel","status":"connected")"));
  adapter_.link(bus::LinkState::reconnecting, "link lost");
  EXPECT_THAT(next(client), StartsWith(R"({"type":"broker_status","broker":"angel",)"
                                       R"("status":"reconnecting","message":"link lost")"));
}

TEST_F(Session, AClientThatLeavesTakesItsDemandWithIt) {
  start();
  support::End& client = authenticated();
  ask(client, kSubscribe);
  adapter_.asked();
  client.connection.reset();
  std::vector<std::string> asked;
  while (asked.empty()) asked = adapter_.asked();
  EXPECT_THAT(asked, ElementsAre("0 INFY.NSE none"));
}

TEST_F(Session, SearchAndBrokerInfoAreAnswered) {
  start();
  support::End& client = authenticated();
  EXPECT_EQ(ask(client, R"({"action":"search","text":"inf"})"),
            R"({"type":"instruments","instruments":[{"symbol":"INFY","exchange":"NSE","name":"",)"
            R"("instrument_type":"","lot_size":0,"tick_size":0.0}]})");
  EXPECT_THAT(ask(client, R"({"action":"get_broker_info"})"),
              StartsWith(R"({"type":"broker_info","broker":"angel","status":"connected",)"));
}

}  // namespace
}  // namespace gw::proxy
