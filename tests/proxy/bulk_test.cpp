// Requests that take time are taken in slices: nobody waits behind them.
#include <future>

#include <gtest/gtest.h>

#include "core/session/shard.hpp"
#include "tests/proxy/shard_fixture.hpp"

namespace gw::proxy {
namespace {

constexpr std::uint32_t kMany = 5'000;
constexpr std::uint64_t kPending = 3'000;
constexpr routing::SessionId kAsking = 1;

class Bulk : public ShardTest {
 protected:
  Bulk() : ShardTest(1 << 20) {}

  static std::string all(const char* action) {
    std::string text = std::string(R"({"action":")") + action + R"(","mode":1,"symbols":[)";
    for (std::uint32_t i = 0; i < kMany; ++i)
      text += (i == 0 ? R"({"symbol":")" : R"(,{"symbol":")") + symbol(i) + R"(","exchange":"NSE"})";
    return text + "]}";
  }
  void subscribe_to_all(support::End& client) {
    say(client, all("subscribe"));
    EXPECT_TRUE(next(client).starts_with(R"({"type":"subscription","status":"success")"));
  }

  // Whenever others have their turn, from when `ask` has asked on the loop's thread and so many ticks are there, what
  // `look` sees; until it sees `last`.
  struct Seen {
    std::uint64_t updates;
    std::size_t value;
  };
  std::vector<Seen> watch(const std::function<void()>& ask, const std::function<std::size_t()>& look,
                          std::size_t last) {
    std::promise<void> begun;
    std::promise<void> pushed;
    std::promise<void> all;
    std::vector<Seen> seen;
    std::function<void()> again = [&] {
      seen.push_back({proxy_->router().counts().updates, look()});
      if (seen.back().value == last)
        all.set_value();
      else
        proxy_->post(again);
    };
    proxy_->post([&] {
      begun.set_value();
      pushed.get_future().wait();
      ask();
      again();
    });
    begun.get_future().wait();
    for (std::uint64_t i = 1; i <= kPending; ++i) tick(0, static_cast<std::int64_t>(i));
    pushed.set_value();
    all.get_future().wait();
    return seen;
  }
  session::ClientSession& session(routing::SessionId id) {
    session::ClientSession* found = nullptr;
    proxy_->post_to_shards([&](session::Shard& shard) { found = shard.find(id); });
    std::promise<void> done;
    proxy_->post([&] { done.set_value(); });
    done.get_future().wait();
    return *found;
  }
  void start_with_one_that_reads() {
    start();
    list_instruments(kMany);
    subscribe_one(authenticated());
  }
  void subscribe_one(support::End& client) {
    EXPECT_TRUE(ask(client, R"({"action":"subscribe","symbol":"S0","exchange":"NSE","mode":2})")
                    .starts_with(R"({"type":"subscription")"));
  }
};

TEST_F(Bulk, TicksGoOnBetweenThePiecesOfALargeFrameAndTheSlicesOfWhatItAsksFor) {
  start_with_one_that_reads();
  support::End& client = authenticated();
  session::ClientSession& asking = session(kAsking);
  const std::string text = all("subscribe");
  const auto seen = watch([&] { asking.on_message(websocket::Opcode::text, text); },
                          [&] { return proxy_->router().clients().topics_of(kAsking).size(); }, kMany);
  const auto first = std::find_if(seen.begin(), seen.end(), [](const Seen& s) { return s.value != 0; });
  EXPECT_EQ(first->updates, kPending) << "while it was parsed";
  // Of 64 each; a slow machine may look after several only.
  for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_LE(seen[i].value - seen[i - 1].value, 8 * 64U);
  EXPECT_TRUE(next(client).starts_with(R"({"type":"subscription","status":"success")"));
}

TEST_F(Bulk, TicksGoOnBetweenTheSlicesOfARequest) {
  start_with_one_that_reads();
  support::End& client = authenticated();
  const auto seen =
      watch([&] { proxy_->requests().asked(kAsking, protocol::parse_request(all("subscribe"), {}), 0, 0); },
            [&] { return proxy_->router().clients().topics_of(kAsking).size(); }, kMany);
  EXPECT_EQ(seen.back().updates, kPending);
  EXPECT_TRUE(next(client).starts_with(R"({"type":"subscription","status":"success")"));
}

TEST_F(Bulk, TicksGoOnWhileAllIsUnsubscribed) {
  start_with_one_that_reads();
  support::End& client = authenticated();
  subscribe_to_all(client);
  const auto seen = watch(
      [&] { proxy_->requests().asked(kAsking, protocol::parse_request(R"({"action":"unsubscribe_all"})", {}), 0, 0); },
      [&] { return proxy_->router().clients().topics_of(kAsking).size(); }, 0);
  EXPECT_EQ(seen.back().updates, kPending);
}

TEST_F(Bulk, WhatIsAskedMeanwhileIsAnsweredBehindItInOrder) {
  start();
  list_instruments(kMany);
  support::End& client = authenticated();
  say(client, all("subscribe"));
  say(client, R"({"action":"list"})");
  say(client, R"({"action":"ping","id":1})");
  say(client, R"({"action":"search","text":"S4","limit":1})");
  say(client, R"({"action":"unsubscribe_all","id":2})");
  say(client, R"({"action":"list","id":3})");
  EXPECT_TRUE(next(client).starts_with(R"({"type":"subscription","status":"success")"));
  const std::string held = next(client);
  EXPECT_TRUE(held.starts_with(R"({"type":"subscriptions","subscriptions":[{"symbol":")"));
  std::size_t listed = 0;
  for (std::size_t at = held.find("\"mode\":1"); at != std::string::npos; at = held.find("\"mode\":1", at + 1))
    ++listed;
  EXPECT_EQ(listed, kMany);
  EXPECT_TRUE(next(client).starts_with(R"({"type":"pong")"));
  EXPECT_TRUE(next(client).starts_with(R"({"type":"instruments","instruments":[{"symbol":"S4",)"));
  EXPECT_EQ(next(client), R"({"type":"unsubscription","status":"success","count":5000,"id":2})");
  EXPECT_EQ(next(client), R"({"type":"subscriptions","subscriptions":[],"id":3})");
}

TEST_F(Bulk, AClientThatGoesMeanwhileTakesItsRequestAlong) {
  start();
  list_instruments(kMany);
  support::End& client = authenticated();
  support::End& other = authenticated();
  say(client, all("subscribe"));
  say(client, all("unsubscribe"));
  client.connection.reset();
  subscribe_to_all(other);
  subscribe_to_all(authenticated());  // in the slot of the one that went
}

}  // namespace
}  // namespace gw::proxy
