// A client that reads too slowly: newest values, each topic's last one, and nothing unexplained.
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/proxy/late_topics.hpp"
#include "tests/proxy/shard_fixture.hpp"

namespace gw::proxy {
namespace {

using Json = nlohmann::json;

class SlowClient : public ShardTest {
 protected:
  void start_small() {
    ShardOptions options;
    options.output_per_client = 64 * 1024;
    start(options);
  }
  support::End& subscribed() {
    support::End& client = authenticated(R"(,"extras":true)");
    for (const char* symbol : {"INFY", "TCS"})
      say(client, std::string(R"({"action":"subscribe","symbol":")") + symbol + R"(","exchange":"NSE","mode":1})");
    say(client, R"({"action":"ping"})");
    while (next(client).find("\"pong\"") == std::string::npos) {
    }
    return client;
  }
  // Of everything so far, once routing has taken it.
  Ledger ledger() {
    std::promise<Ledger> out;
    proxy_->post([&] { proxy_->desk().collect_ledger([&](const Ledger& sum) { out.set_value(sum); }); });
    return out.get_future().get();
  }
  // Ticks of one topic until the client is behind.
  int tick_until_behind() {
    int ticks = 0;
    while (ledger().conflated == 0) {
      for (int i = 0; i < 500; ++i) tick(0, ++ticks);
      std::this_thread::yield();
    }
    return ticks;
  }
};

TEST_F(SlowClient, GetsTheNewestValueOfEachTopicAndIsToldSo) {
  start_small();
  support::End& client = subscribed();
  client.connection->pause_reading(true);
  tick(1, 1);
  const int ticks = tick_until_behind();
  tick(1, 42);  // a quiet topic's only update among a busy one's
  client.connection->pause_reading(false);
  std::vector<std::string> told;
  std::map<std::string, Json> last;
  std::map<std::string, std::uint64_t> frames;
  while (told.size() < 2 || last["INFY"]["data"]["ltp"] != ticks || last["TCS"]["data"]["ltp"] != 42) {
    const Json message = Json::parse(next(client));
    if (message["type"] == "slow") told.push_back(message.dump());
    if (message["type"] != "market_data") continue;
    Json& before = last[message["data"]["symbol"]];
    if (!before.is_null()) {
      ASSERT_GT(message["seq"], before["seq"]) << "never backwards, never twice";
    }
    before = message;
    ++frames[message["data"]["symbol"]];
  }
  EXPECT_EQ(told[0], R"({"conflated":0,"status":"behind","type":"slow"})");
  EXPECT_THAT(told[1], testing::HasSubstr(R"("status":"caught_up")"));
  const Ledger sum = ledger();
  EXPECT_EQ(sum.delivered, frames["INFY"] + frames["TCS"]);
  EXPECT_GT(sum.conflated, 0U);
  EXPECT_EQ(sum.lost, 0U);
  EXPECT_EQ(sum.unexplained(), 0U);
}

TEST_F(SlowClient, LeavesNothingUnexplainedWhenItGoes) {
  start_small();
  support::End& client = subscribed();
  client.connection->pause_reading(true);
  tick_until_behind();
  client.connection.reset();
  for (std::size_t ended = 0; ended < 2; std::this_thread::yield())
    for (const std::string& asked : adapter_.asked()) ended += asked.ends_with("none");
  EXPECT_EQ(ledger().unexplained(), 0U);
}

TEST(LateTopics, NoneIsStarvedByABusierOne) {
  LateTopics late;
  for (int i = 0; i < 5; ++i) late.add(1);
  late.add(2);
  EXPECT_EQ(late.updates(), 6U);
  const LateTopics::Late first = late.pop();
  EXPECT_EQ(first.topic, 1U);
  EXPECT_EQ(first.updates, 5U);
  late.add(1);
  EXPECT_EQ(late.pop().topic, 2U);
  EXPECT_EQ(late.pop().topic, 1U);
  EXPECT_TRUE(late.empty());
  EXPECT_EQ(late.updates(), 0U);
}

TEST(LateTopics, WhatIsTakenOutOfTurnIsGone) {
  LateTopics late;
  for (const routing::TopicId topic : {1U, 2U, 2U, 3U}) late.add(topic);
  EXPECT_EQ(late.take(2), 2U);
  late.add(2);
  EXPECT_EQ(late.pop().topic, 1U);
  EXPECT_EQ(late.updates(), 2U);
}

}  // namespace
}  // namespace gw::proxy
