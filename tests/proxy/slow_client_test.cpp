// A client that reads too slowly: it gets the last published frame of each topic, and nothing is unexplained.
#include <future>
#include <numeric>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/session/shard.hpp"
#include "tests/proxy/shard_fixture.hpp"

namespace gw::proxy {
namespace {

using Json = nlohmann::json;

class SlowClient : public ShardTest {
 protected:
  void start_small() {
    Options options;
    options.session.output_per_client = 64 * 1024;
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
  session::Ledger ledger() {
    std::promise<session::Ledger> out;
    proxy_->post([&] { proxy_->collect_ledger([&](const session::Ledger& sum) { out.set_value(sum); }); });
    return out.get_future().get();
  }
  // Ticks of one topic until the client is slow.
  int tick_until_slow() {
    int ticks = 0;
    for (const std::uint64_t before = ledger().conflated; ledger().conflated == before;) {
      for (int i = 0; i < 500; ++i) tick(0, ++ticks);
      std::this_thread::yield();
    }
    return ticks;
  }
};

TEST_F(SlowClient, GetsTheLastPublishedFrameOfEachTopicAndIsToldSo) {
  start_small();
  support::End& client = subscribed();
  client.connection->pause_reading(true);
  tick(1, 1);
  const int ticks = tick_until_slow();
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
  const session::Ledger sum = ledger();
  EXPECT_EQ(sum.delivered, frames["INFY"] + frames["TCS"]);
  EXPECT_GT(sum.conflated, 0U);
  EXPECT_EQ(sum.lost, 0U);
  EXPECT_EQ(sum.unexplained(), 0U);
}

TEST_F(SlowClient, HasLittleOldBeforeWhatIsNewForAWhile) {
  start();
  support::End& client = subscribed();
  const auto look = [this](const std::function<std::size_t(session::ClientSession&)>& what) {
    std::promise<std::size_t> out;
    proxy_->post_to_shards([&](session::Shard& shard) { out.set_value(what(*shard.find(0))); });
    return out.get_future().get();
  };
  const auto unsent = [](session::ClientSession& s) { return s.output().backlog(); };
  const auto fill = [&] {
    client.connection->pause_reading(true);
    tick_until_slow();
    return look(unsent);
  };
  const auto read_all = [&] {
    client.connection->pause_reading(false);
    while (look([](session::ClientSession& s) { return s.output().backlog() + s.updates().waiting(); }) != 0)
      io_.poll();
  };
  EXPECT_GT(fill(), 1'000'000U);
  read_all();
  EXPECT_LE(fill(), 66'000U);
  read_all();
  look([](session::ClientSession& s) {
    s.sweep(monotonic_ns() + 31'000'000'000);
    return std::size_t{0};
  });
  EXPECT_GT(fill(), 1'000'000U) << "it has kept up since";
  read_all();
  EXPECT_EQ(ledger().unexplained(), 0U);
}

TEST_F(SlowClient, LeavesNothingUnexplainedWhenItGoes) {
  start_small();
  support::End& client = subscribed();
  client.connection->pause_reading(true);
  tick_until_slow();
  client.connection.reset();
  for (std::size_t ended = 0; ended < 2; std::this_thread::yield())
    for (const std::string& asked : adapter_.asked()) ended += asked.ends_with("none");
  EXPECT_EQ(ledger().unexplained(), 0U);
}

// A shard whose clients do not read, filled by hand on its own thread.
class Unread : public ShardTest {
 protected:
  static std::string frame_of(std::size_t size) {
    char header[10];
    return std::string(header, websocket::frame_header(header, websocket::Opcode::text, size)) + std::string(size, 'x');
  }
  void start_with(std::size_t clients, const Options& options) {
    start(options);
    for (std::size_t i = 0; i < clients; ++i) authenticated().connection->pause_reading(true);
  }
  void on_shard(const std::function<void(session::Shard&)>& task) {
    std::promise<void> done;
    proxy_->post_to_shards([&](session::Shard& shard) {
      task(shard);
      done.set_value();
    });
    done.get_future().wait();
  }
  static void deliver(session::Shard& shard, std::size_t size, const std::vector<routing::SessionId>& sessions) {
    shard.deliver(0, routing::Lane::plain, frame_of(size), sessions, 1);
    while (shard.output().flush_some()) {
    }
  }
  static std::size_t backlog(session::Shard& shard, routing::SessionId id) {
    return shard.find(id)->output().backlog();
  }
};

TEST_F(Unread, WhenAllTogetherHaveTooMuchTheLargestConflateFirst) {
  Options options;
  options.session.output_total = 512 * 1024;
  start_with(3, options);
  on_shard([](session::Shard& shard) {
    for (const auto& [id, bytes] : {std::pair{0U, 300'000U}, {1U, 200'000U}, {2U, 20'000U}})
      while (backlog(shard, id) < bytes) deliver(shard, 8'000, {id});
    EXPECT_LT(shard.backlog_limit(), 200'000U) << "of the megabyte that each may have alone";
    deliver(shard, 8'000, {0, 1, 2});
    EXPECT_EQ(shard.find(0)->updates().waiting(), 1U);
    EXPECT_EQ(shard.find(1)->updates().waiting(), 1U);
    EXPECT_EQ(shard.find(2)->updates().waiting(), 0U);
  });
}

TEST_F(Unread, AMegabyteIsTheirsWhileTheyAreFew) {
  start_with(1, {});
  on_shard([](session::Shard& shard) {
    while (shard.find(0)->updates().waiting() == 0) deliver(shard, 8'000, {0});
    EXPECT_GT(backlog(shard, 0), (1U << 20) - 10'000U);
  });
}

TEST_F(Unread, NobodyIsAlwaysTheLastToBeWritten) {
  constexpr std::size_t kClients = 64;
  start_with(kClients, {});
  on_shard([](session::Shard& shard) {
    std::vector<routing::SessionId> all(kClients);
    std::iota(all.begin(), all.end(), 0U);
    std::set<routing::SessionId> first;
    for (int round = 0; round < 200; ++round) {
      shard.deliver(0, routing::Lane::plain, frame_of(100), all, 1);
      shard.output().flush_some();
      for (const routing::SessionId id : all)
        if (backlog(shard, id) == 0) first.insert(id);
      while (shard.output().flush_some()) {
      }
    }
    EXPECT_EQ(first.size(), all.size());
  });
}

}  // namespace
}  // namespace gw::proxy
