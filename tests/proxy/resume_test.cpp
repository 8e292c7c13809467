// Clients that come back after a lost connection, and sampled topics. On one shard and
// on several.
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/proxy/shard_fixture.hpp"

namespace gw::proxy {
namespace {

using Json = nlohmann::json;

Options with_memory(std::size_t shards) {
  Options options;
  options.shards = shards;
  options.resume_memory = 1 << 20;
  options.requests.resume_time_ns = 3'600'000'000'000;
  return options;
}

class Resume : public ShardTest, public testing::WithParamInterface<std::size_t> {
 protected:
  Resume() : ShardTest(4 << 20) {}
  // A client with extras that holds INFY and has read its `count` updates: their epoch.
  std::string lose_after(int count) {
    support::End& client = connect();
    const Json authenticated = Json::parse(ask(client, R"({"action":"authenticate","api_key":"key","extras":true})"));
    say(client, kSubscribe);
    next_of(client, "subscription");
    for (int i = 1; i <= count; ++i) {
      tick(0, i);
      EXPECT_EQ(next_of(client, "market_data")["seq"], i);
    }
    client.connection.reset();  // no close frame
    return authenticated["epoch"];
  }
  Json next_of(support::End& client, const std::string& type) {
    for (;;) {
      const std::string text = next(client);
      if (text.empty()) return nullptr;
      Json message = Json::parse(text);
      if (message["type"] == type) return message;
    }
  }
  // The seqs of market_data up to `recovered`, and that.
  struct Recovered {
    std::vector<int> seqs;
    Json notice;
  };
  Recovered come_back(support::End& client, const std::string& epoch, int seq) {
    say(client, R"({"action":"subscribe","symbol":"INFY","exchange":"NSE","mode":1,"since":{"epoch":")" + epoch +
                    R"(","seq":)" + std::to_string(seq) + "}}");
    Recovered out;
    for (;;) {
      const std::string text = next(client);
      if (text.empty()) return out;
      const Json message = Json::parse(text);
      if (message["type"] == "market_data") out.seqs.push_back(message["seq"]);
      if (message["type"] != "recovered") continue;
      out.notice = message;
      return out;
    }
  }
  void wait_until_unheld() {  // by any session: routing has noticed that the connection is gone
    for (bool held = true; held; std::this_thread::yield()) {
      std::promise<bool> out;
      proxy_->post([&] { out.set_value(proxy_->clients().count() != 0); });
      held = out.get_future().get();
    }
  }
};

TEST_P(Resume, AClientGetsWhatItMissedAndThenLiveUpdatesWithoutAGap) {
  start(with_memory(GetParam()));
  const std::string epoch = lose_after(3);
  wait_until_unheld();
  for (int i = 4; i <= 9; ++i) tick(0, i);
  support::End& client = authenticated(R"(,"extras":true)");
  const Recovered got = come_back(client, epoch, 3);
  EXPECT_THAT(got.seqs, testing::ElementsAre(4, 5, 6, 7, 8, 9));
  EXPECT_EQ(got.notice.dump(), R"({"complete":true,"depth_level":null,"exchange":"NSE","missing":0,"mode":1,)"
                               R"("symbol":"INFY","type":"recovered"})");
  tick(0, 10);
  const Json live = next_of(client, "market_data");
  EXPECT_EQ(live["seq"], 10);
  EXPECT_FALSE(live.contains("snapshot"));
}

TEST_P(Resume, ThousandsOfFramesOfOneTopicComeInOrderALittleAtATime) {
  Options options = with_memory(GetParam());
  options.session.output_per_client = 16 * 1024;
  start(options);
  const std::string epoch = lose_after(1);
  wait_until_unheld();
  constexpr int kMissed = 3 * topics::ReplayLog::kStride;
  for (int i = 2; i <= 1 + kMissed; ++i) tick(0, i);
  const Recovered got = come_back(authenticated(R"(,"extras":true)"), epoch, 1);
  ASSERT_EQ(got.seqs.size(), static_cast<std::size_t>(kMissed));
  for (int i = 0; i < kMissed; ++i) ASSERT_EQ(got.seqs[static_cast<std::size_t>(i)], i + 2);
  EXPECT_EQ(got.notice["complete"], true);
}

TEST_P(Resume, WhatIsNotKeptIsCountedAsMissing) {
  Options options = with_memory(GetParam());
  options.resume_memory = 1024;  // three frames, or so
  start(options);
  const std::string epoch = lose_after(1);
  wait_until_unheld();
  for (int i = 2; i <= 100; ++i) tick(0, i);
  const Recovered got = come_back(authenticated(R"(,"extras":true)"), epoch, 1);
  ASSERT_FALSE(got.seqs.empty());
  EXPECT_EQ(got.seqs.back(), 100);
  EXPECT_EQ(got.notice["complete"], false);
  EXPECT_EQ(got.notice["missing"], 99 - static_cast<int>(got.seqs.size()));
}

TEST_P(Resume, WithoutTimeToComeBackNothingStaysWantedAndTheGapIsKnown) {
  Options options = with_memory(GetParam());
  options.requests.resume_time_ns = 0;
  start(options);
  const std::string epoch = lose_after(3);
  wait_until_unheld();
  const Recovered got = come_back(authenticated(R"(,"extras":true)"), epoch, 3);
  EXPECT_EQ(got.notice["complete"], false);
  EXPECT_GE(got.notice["missing"], 1);
}

TEST_P(Resume, OfAnotherEpochASnapshotComesAndNobodyCanTellWhatIsMissing) {
  start(with_memory(GetParam()));
  lose_after(3);
  wait_until_unheld();
  const Recovered got = come_back(authenticated(R"(,"extras":true)"), "of yesterday", 2);
  EXPECT_THAT(got.seqs, testing::ElementsAre(3)) << "the snapshot";
  EXPECT_EQ(got.notice["complete"], false);
  EXPECT_FALSE(got.notice.contains("missing"));
}

TEST_P(Resume, WhoHoldsTheStreamAlreadyIsToldThatNothingIsResumed) {
  start(with_memory(GetParam()));
  support::End& client = connect();
  const std::string epoch =
      Json::parse(ask(client, R"({"action":"authenticate","api_key":"key","extras":true})"))["epoch"];
  say(client, kSubscribe);
  next_of(client, "subscription");
  for (int i = 1; i <= 3; ++i) {
    tick(0, i);
    EXPECT_EQ(next_of(client, "market_data")["seq"], i);
  }
  const Recovered got = come_back(client, epoch, 1);
  EXPECT_THAT(got.seqs, testing::ElementsAre(3));
  EXPECT_EQ(got.notice["complete"], false);
  EXPECT_FALSE(got.notice.contains("missing"));
  tick(0, 4);
  EXPECT_EQ(next_of(client, "market_data")["seq"], 4);
}

TEST_P(Resume, OfAnotherEpochEachTopicsSnapshotComesHoweverLittleRoomThereIs) {
  Options options = with_memory(GetParam());
  options.session.output_per_client = 800;  // half of it: two values, or so
  start(options);
  support::End& other = authenticated();
  say(other,
      R"({"action":"subscribe","symbols":[{"symbol":"INFY","exchange":"NSE"},{"symbol":"TCS","exchange":"NSE"}]})");
  next_of(other, "subscription");
  tick(0, 1);
  tick(1, 1);
  for (int i = 0; i < 2; ++i) next_of(other, "market_data");
  support::End& client = authenticated(R"(,"extras":true)");
  std::string entries;
  for (const char* symbol : {"INFY", "TCS"})
    for (const char* mode : {"1", "2"})
      entries += std::string(entries.empty() ? "" : ",") + R"({"symbol":")" + symbol + R"(","exchange":"NSE","mode":)" +
                 mode + R"(,"since":{"epoch":"of yesterday","seq":1}})";
  say(client, R"({"action":"subscribe","symbols":[)" + entries + "]}");
  int values = 0;
  for (int recovered = 0; recovered < 4; ++recovered) {
    for (std::string type; type != "recovered";) {
      const std::string text = next(client);
      ASSERT_FALSE(text.empty());
      type = Json::parse(text)["type"];
      values += static_cast<int>(type == "market_data");
    }
    EXPECT_EQ(values, recovered + 1) << "each before its recovered";
  }
}

TEST_P(Resume, ATopicStaysWantedOnlyForAClientThatDidNotSayGoodbye) {
  start(with_memory(GetParam()));
  lose_after(1);
  wait_until_unheld();
  support::End& polite = connect();
  ask(polite, R"({"action":"authenticate","api_key":"key","extras":true})");
  say(polite, R"({"action":"subscribe","symbol":"TCS","exchange":"NSE","mode":1})");
  next_of(polite, "subscription");
  polite.connection->close(1000, "bye");
  std::vector<std::string> none;
  while (none.empty()) {
    for (const std::string& asked : adapter_.asked())
      if (asked.ends_with("none")) none.push_back(asked);
    std::this_thread::yield();
    io_.poll();
    io_.restart();
  }
  EXPECT_THAT(none, testing::ElementsAre("1 TCS.NSE none"));
}

TEST_P(Resume, ATopicIsLetGoWhenItsTimeIsOver) {
  Options options = with_memory(GetParam());
  options.requests.resume_time_ns = 1'000'000;
  start(options);
  lose_after(1);
  bool none = false;
  while (!none) {
    for (const std::string& asked : adapter_.asked()) none = none || asked == "0 INFY.NSE none";
    std::this_thread::yield();
  }
}

TEST_P(Resume, WhatIsNoSinceIsRefused) {
  start(with_memory(GetParam()));
  support::End& client = authenticated(R"(,"extras":true)");
  for (const char* since : {"1", R"({"epoch":1,"seq":1})", R"({"epoch":"e"})", R"({"epoch":"e","seq":-1})"}) {
    say(client, R"({"action":"subscribe","symbol":"INFY","exchange":"NSE","since":)" + std::string(since) + "}");
    EXPECT_EQ(next_of(client, "error")["code"], "INVALID_PARAMETERS") << since;
  }
}

TEST_P(Resume, ASampledTopicComesOnceInAnIntervalAndItsLastValueAlways) {
  start(with_memory(GetParam()));
  support::End& client = authenticated(R"(,"extras":true)");
  support::End& other = authenticated();
  say(other, kSubscribe);
  next_of(other, "subscription");
  say(client, R"({"action":"subscribe","symbol":"INFY","exchange":"NSE","mode":1,"min_interval_ms":300})");
  next_of(client, "subscription");
  for (int i = 1; i <= 200; ++i) tick(0, i);
  for (int i = 1; i <= 200; ++i) EXPECT_EQ(next_of(other, "market_data")["data"]["ltp"], i);
  int count = 0;
  int last = 0;
  while (last != 200) {
    last = next_of(client, "market_data")["seq"];
    ++count;
  }
  EXPECT_LT(count, 20) << "of two hundred within milliseconds";
  std::promise<session::Ledger> out;
  proxy_->post([&] { proxy_->collect_ledger([&](const session::Ledger& sum) { out.set_value(sum); }); });
  const session::Ledger sum = out.get_future().get();
  EXPECT_EQ(sum.expected, 400U);
  EXPECT_EQ(sum.delivered, 200U + static_cast<unsigned>(count));
  EXPECT_EQ(sum.unexplained(), 0U);
}

TEST_P(Resume, TheSnapshotIsASampledTopicsFirstFrame) {
  start(with_memory(GetParam()));
  support::End& other = authenticated();
  say(other, kSubscribe);
  next_of(other, "subscription");
  tick(0, 1);
  next_of(other, "market_data");
  support::End& client = authenticated(R"(,"extras":true)");
  say(client, R"({"action":"subscribe","symbol":"INFY","exchange":"NSE","mode":1,"min_interval_ms":3600000})");
  EXPECT_EQ(next_of(client, "market_data")["seq"], 1);
  for (int i = 2; i <= 50; ++i) tick(0, i);
  for (int i = 2; i <= 50; ++i) next_of(other, "market_data");
  for (int i = 0; i < 3; ++i) {  // each makes a trip to routing and back
    say(client, R"({"action":"ping"})");
    std::string type;
    while (type != "pong") {
      type = Json::parse(next(client))["type"];
      EXPECT_NE(type, "market_data") << "the next may come in an hour";
    }
  }
}

TEST_P(Resume, ManyThatLeaveSampledTopicsDelayNoOther) {
  start(with_memory(GetParam()));
  support::End& holder = authenticated();
  say(holder, kSubscribe);
  next_of(holder, "subscription");
  tick(0, 1);
  next_of(holder, "market_data");
  support::End& leaver = authenticated();
  const std::string stream = R"("symbol":"INFY","exchange":"NSE","mode":1)";
  support::End& other = authenticated();
  say(other, R"({"action":"subscribe","symbol":"TCS","exchange":"NSE","mode":1,"min_interval_ms":1500})");
  next_of(other, "subscription");
  tick(1, 1);
  EXPECT_EQ(next_of(other, "market_data")["data"]["ltp"], 1);
  tick(1, 2);  // it waits while a thousand times are looked through
  for (int i = 0; i < 1'100; ++i) {
    say(leaver, R"({"action":"subscribe",)" + stream + R"(,"min_interval_ms":3600000})");
    next_of(leaver, "market_data");  // the snapshot: the next may come in an hour
    tick(0, i);
    next_of(holder, "market_data");
    say(leaver, R"({"action":"unsubscribe",)" + stream + "}");
    next_of(leaver, "unsubscription");
  }
  EXPECT_EQ(next_of(other, "market_data")["data"]["ltp"], 2);
  tick(1, 3);
  EXPECT_EQ(next_of(other, "market_data")["data"]["ltp"], 3);
}

TEST_P(Resume, AnIntervalThatIsNoneIsRefused) {
  start(with_memory(GetParam()));
  support::End& client = authenticated();
  for (const char* interval : {"-1", "\"5\"", "null", "3600001"}) {
    say(client,
        R"({"action":"subscribe","symbol":"INFY","exchange":"NSE","min_interval_ms":)" + std::string(interval) + "}");
    EXPECT_EQ(next_of(client, "error")["code"], "INVALID_PARAMETERS") << interval;
  }
}

INSTANTIATE_TEST_SUITE_P(Shards, Resume, testing::Values(1U, 3U));

}  // namespace
}  // namespace gw::proxy
