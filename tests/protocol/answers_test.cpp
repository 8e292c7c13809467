#include "core/protocol/answers.hpp"

#include <gtest/gtest.h>

#include "core/protocol/notices.hpp"
#include "tests/protocol/answer_fixture.hpp"

namespace gw::protocol {
namespace {

using routing::Code;
using routing::Outcome;

TEST(Answers, AuthenticationInBothVariants) {
  EXPECT_EQ(authenticated(nullptr, ""),
            R"({"type":"authentication","status":"success","message":"Authentication successful"})");
  const AuthenticatedExtras extras{"alice", "angel", false, "connected", "e1"};
  EXPECT_EQ(authenticated(&extras, "7"),
            R"({"type":"authentication","status":"success","message":"Authentication successful",)"
            R"("user_id":"alice","broker":"angel","broker_status":"connected","epoch":"e1",)"
            R"("id":7})");
  const AuthenticatedExtras invented{"alice", "mock", true, "connected", "e1"};
  EXPECT_EQ(authenticated(&invented, ""),
            R"({"type":"authentication","status":"success","message":"Authentication successful",)"
            R"("user_id":"alice","broker":"mock","simulated":true,"broker_status":"connected","epoch":"e1"})");
}

TEST(Answers, AnErrorIsTypeCodeAndMessage) {
  EXPECT_EQ(error("INVALID_JSON", "Invalid JSON message"),
            R"({"type":"error","code":"INVALID_JSON","message":"Invalid JSON message"})");
  EXPECT_EQ(error("INVALID_ACTION", "Invalid action: \"\n", "\"q\""),
            R"({"type":"error","code":"INVALID_ACTION","message":"Invalid action: \"\u000a",)"
            R"("id":"q"})");
}

TEST(Answers, ASubscriptionIsConfirmedWithTheSeedsKeys) {
  EXPECT_EQ(subscribed(entry(R"("mode":2)"), Outcome{}, kPlain),
            R"({"type":"subscription","status":"success","symbol":"RELIANCE","exchange":"NSE",)"
            R"("mode":2,"depth_level":null})");
  EXPECT_EQ(subscribed(entry(R"("mode":1,"depth_level":20)"), Outcome{}, kPlain),
            R"({"type":"subscription","status":"success","symbol":"RELIANCE","exchange":"NSE",)"
            R"("mode":1,"depth_level":null})");
}

TEST(Answers, InDepthModeTheRequestedLevelIsConfirmedNotTheActual) {
  EXPECT_EQ(subscribed(entry(R"("mode":4,"depth_level":50)"), depth_outcome(20), kPlain),
            R"({"type":"subscription","status":"success","symbol":"RELIANCE","exchange":"NSE",)"
            R"("mode":4,"depth_level":50})");
}

TEST(Answers, ExtrasTellOfTheFallback) {
  EXPECT_EQ(subscribed(entry(R"("mode":4,"depth_level":50)"), depth_outcome(20), kExtras),
            R"({"type":"subscription","status":"success","symbol":"RELIANCE","exchange":"NSE",)"
            R"("mode":4,"depth_level":50,)"
            R"("message":"Using depth level 20 instead of requested 50","requested_depth":50,)"
            R"("actual_depth":20,"is_fallback":true})");
  EXPECT_EQ(subscribed(entry(R"("mode":4)"), depth_outcome(5), kExtras),
            R"({"type":"subscription","status":"success","symbol":"RELIANCE","exchange":"NSE",)"
            R"("mode":4,"depth_level":5,"message":"Subscription requested","requested_depth":5,)"
            R"("actual_depth":5,"is_fallback":false})");
  EXPECT_EQ(subscribed(entry(R"("mode":1)"), Outcome{}, kExtras),
            R"({"type":"subscription","status":"success","symbol":"RELIANCE","exchange":"NSE",)"
            R"("mode":1,"depth_level":null,"message":"Subscription requested"})");
}

TEST(Answers, AnUnsubscriptionNamesNoDepth) {
  EXPECT_EQ(unsubscribed(entry(R"("mode":4,"depth_level":20)"), Outcome{}, kPlain),
            R"({"type":"unsubscription","status":"success","symbol":"RELIANCE","exchange":"NSE",)"
            R"("mode":4})");
  EXPECT_EQ(unsubscribed(entry(R"("mode":2.0)"), Outcome{}, kExtras),
            R"({"type":"unsubscription","status":"success","symbol":"RELIANCE","exchange":"NSE",)"
            R"("mode":2,"message":"Unsubscription successful"})");
}

TEST(Answers, WhatIsNotHeldIsNamedWithItsMode) {
  EXPECT_EQ(unsubscribed(entry(R"("mode":2)"), failed(Code::not_subscribed), kPlain),
            R"({"type":"error","code":"NOT_SUBSCRIBED",)"
            R"("message":"Not subscribed to RELIANCE.NSE mode 2"})");
  EXPECT_EQ(unsubscribed(entry(R"("mode":null)"), failed(Code::not_subscribed), kPlain),
            R"({"type":"error","code":"NOT_SUBSCRIBED",)"
            R"("message":"Not subscribed to RELIANCE.NSE mode None"})");
}

TEST(Answers, AnUnknownSymbolIsNamed) {
  EXPECT_EQ(subscribed(entry(R"("mode":2)"), failed(Code::symbol_not_found), kPlain),
            R"({"type":"error","code":"SYMBOL_NOT_FOUND",)"
            R"("message":"Symbol RELIANCE not found for exchange NSE"})");
}

TEST(Answers, AnEchoedSymbolIsCut) {
  Entry e;
  e.symbol = std::string(500, 's');
  e.exchange = "NSE";
  EXPECT_EQ(subscribed(e, failed(Code::symbol_not_found), kPlain),
            R"({"type":"error","code":"SYMBOL_NOT_FOUND","message":"Symbol )" + std::string(64, 's') +
                R"( not found for exchange NSE"})");
}

TEST(Answers, ALimitationNamesBrokerExchangeFeatureAndWhatThereIs) {
  Outcome mode = failed(Code::broker_limitation, "mode");
  mode.supported = {1, 2};
  EXPECT_EQ(subscribed(entry(R"("mode":2)"), mode, kPlain),
            R"({"type":"error","code":"BROKER_LIMITATION","message":"Feature 'mode' is not )"
            R"(supported by broker angel for exchange NSE","broker":"angel","exchange":"NSE",)"
            R"("feature":"mode","supported_values":[1,2]})");
  EXPECT_EQ(subscribed(entry(R"("mode":4)"), failed(Code::broker_limitation, "depth"), kPlain),
            R"({"type":"error","code":"BROKER_LIMITATION","message":"Feature 'depth' is not supported )"
            R"(by broker angel for exchange NSE","broker":"angel","exchange":"NSE",)"
            R"("feature":"depth"})");
}

TEST(Answers, AnUnavailableBrokerGivesItsReasonAndALimitItsNumber) {
  EXPECT_EQ(subscribed(entry(""), failed(Code::broker_unavailable, "plugin refused"), kPlain),
            R"({"type":"error","code":"BROKER_UNAVAILABLE","message":"plugin refused"})");
  EXPECT_EQ(subscribed(entry(""), failed(Code::subscription_limit), kPlain),
            R"({"type":"error","code":"SUBSCRIPTION_LIMIT","message":"Limit of 3 subscriptions )"
            R"(per client reached: unsubscribe some first"})");
}

TEST(Answers, ALaterRefusalIsASubscriptionError) {
  const routing::TopicInfo topic{"RELIANCE", "NSE", {BGW_MODE_QUOTE, 0}, 0, "", {}};
  EXPECT_EQ(refused(topic, "quota", false), R"({"type":"error","code":"SUBSCRIPTION_ERROR",)"
                                            R"("message":"Error subscribing to RELIANCE.NSE: quota"})");
  EXPECT_EQ(refused(topic, "quota", true),
            R"({"type":"error","code":"SUBSCRIPTION_ERROR",)"
            R"("message":"Error subscribing to RELIANCE.NSE: quota","symbol":"RELIANCE",)"
            R"("exchange":"NSE","mode":2})");
}

TEST(Answers, PongUnsubscribeAllAndBrokerStatus) {
  EXPECT_EQ(pong(1'748'428'245'123'999'999, ""), R"({"type":"pong","timestamp":1748428245.123})");
  EXPECT_EQ(unsubscribed_all(3, "\"x\""), R"({"type":"unsubscription","status":"success","count":3,"id":"x"})");
  EXPECT_EQ(broker_status("angel", "reconnecting", "link lost", 1'748'428'245'000'000'000),
            R"({"type":"broker_status","broker":"angel","status":"reconnecting",)"
            R"("message":"link lost","timestamp":1748428245.0})");
}

}  // namespace
}  // namespace gw::protocol
