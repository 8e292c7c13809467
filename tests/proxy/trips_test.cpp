// How often a session goes to routing's thread and back for what a client asks: each trip costs two threads a wake-up.
#include <algorithm>
#include <atomic>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/proxy/shard_fixture.hpp"

namespace gw::proxy {
namespace {

using Json = nlohmann::json;

// Counts what sessions say before it is decided. Whatever a call puts into a shard's inbox leaves with the same turn:
// calls are the trips there, and none comes back in two parts.
class CountedRequests final : public session::RequestSide {
 public:
  explicit CountedRequests(session::RequestSide& inner) : inner_(inner) {}
  void opened(routing::SessionId session, std::shared_ptr<const std::string> name, bool deflated) override {
    inner_.opened(session, std::move(name), deflated);
  }
  void asked(routing::SessionId session, protocol::Request request, std::size_t bytes, std::size_t room) override {
    ++trips;
    inner_.asked(session, std::move(request), bytes, room);
  }
  void fill(routing::SessionId session, std::size_t room) override {
    ++trips;
    inner_.fill(session, room);
  }
  void last_published(routing::SessionId session, const std::vector<routing::TopicId>& topics,
                      session::FrameKind kind) override {
    ++trips;
    inner_.last_published(session, topics, kind);
  }
  void leaving(routing::SessionId session, bool lingers) override { inner_.leaving(session, lingers); }
  void closed(routing::SessionId session) override { inner_.closed(session); }

  std::atomic<int> trips = 0;

 private:
  session::RequestSide& inner_;
};

class Trips : public ShardTest, public testing::WithParamInterface<std::size_t> {
 protected:
  void before_run() override {
    requests_ = std::make_unique<CountedRequests>(proxy_->requests());
    proxy_->post_to_shards([this](session::Shard& shard) { shard.requests().connect(proxy_->loop(), *requests_); });
  }
  void start_on_shards(std::size_t output_per_client = 1 << 20) {
    Options options;
    options.shards = GetParam();
    options.resume_memory = 1 << 20;
    options.requests.resume_time_ns = 3'600'000'000'000;
    options.session.output_per_client = output_per_client;
    start(options);
  }
  // What the client gets up to the answer to a ping, by type.
  std::vector<std::string> all_types(support::End& client) {
    std::vector<std::string> types;
    say(client, R"({"action":"ping"})");
    for (;;) {
      const std::string text = next(client);
      if (text.empty()) return types;
      types.push_back(Json::parse(text)["type"]);
      if (types.back() == "pong") return types;
    }
  }
  // As a client that has read everything so far.
  support::End& one_that_has_settled() {
    support::End& client = authenticated(R"(,"extras":true)");
    all_types(client);
    return client;
  }
  void publish_something() {
    support::End& first = authenticated();
    ask(first, kSubscribe);
    tick(0, 10);
    next(first);
  }
  int trips() const { return requests_->trips; }

  std::unique_ptr<CountedRequests> requests_;
};

TEST_P(Trips, OneForARequestOfOneSymbolWithItsSnapshotAndState) {
  start_on_shards();
  publish_something();
  support::End& client = one_that_has_settled();
  const int before = trips();
  say(client, kSubscribe);
  std::vector<std::string> types;
  while (types.empty() || types.back() != "subscription_status") types.push_back(Json::parse(next(client))["type"]);
  EXPECT_EQ(types, (std::vector<std::string>{"subscription", "market_status", "market_data", "subscription_status"}));
  EXPECT_EQ(trips() - before, 1);
  EXPECT_EQ(all_types(client), std::vector<std::string>{"pong"});
  EXPECT_EQ(trips() - before, 2) << "the ping's; nothing else was asked for";
}

TEST_P(Trips, OneForAnUnsubscribe) {
  start_on_shards();
  publish_something();
  support::End& client = one_that_has_settled();
  say(client, kSubscribe);
  all_types(client);
  const int before = trips();
  ask(client, R"({"action":"unsubscribe","symbol":"INFY","exchange":"NSE","mode":1})");
  all_types(client);
  EXPECT_EQ(trips() - before, 2) << "with the ping's";
}

TEST_P(Trips, OneForWhatAClientMissedWhileItWasAway) {
  start_on_shards();
  support::End& lost = connect();
  const std::string epoch =
      Json::parse(ask(lost, R"({"action":"authenticate","api_key":"key","extras":true})"))["epoch"];
  say(lost, kSubscribe);
  all_types(lost);
  lost.connection.reset();
  support::End& first = authenticated();
  ask(first, kSubscribe);
  for (int i = 1; i <= 5; ++i) tick(0, i);
  for (int i = 1; i <= 5; ++i) next(first);
  support::End& client = one_that_has_settled();
  const int before = trips();
  say(client,
      R"({"action":"subscribe","symbol":"INFY","exchange":"NSE","mode":1,"since":{"seq":2,"epoch":")" + epoch + "\"}}");
  const std::vector<std::string> types = all_types(client);
  EXPECT_EQ(std::count(types.begin(), types.end(), "market_data"), 3);
  EXPECT_EQ(std::count(types.begin(), types.end(), "recovered"), 1);
  EXPECT_EQ(trips() - before, 2) << "with the ping's";
}

TEST_P(Trips, WhereThereIsLittleRoomTheRestIsAskedForAndNothingIsMissing) {
  start_on_shards(800);  // half of it is lent: a snapshot, or two
  publish_something();
  support::End& client = one_that_has_settled();
  const int before = trips();
  say(client, R"({"action":"subscribe","symbols":[{"symbol":"INFY","exchange":"NSE","mode":1},)"
              R"({"symbol":"INFY","exchange":"NSE","mode":2},{"symbol":"TCS","exchange":"NSE","mode":1}]})");
  int statuses = 0;
  while (statuses < 3) statuses += Json::parse(next(client))["type"] == "subscription_status";
  EXPECT_GT(trips() - before, 1);
}

INSTANTIATE_TEST_SUITE_P(Shards, Trips, testing::Values(1U, 3U));

}  // namespace
}  // namespace gw::proxy
