// A turn of many updates and many clients holds nobody up who connects or asks.
#include <algorithm>
#include <array>
#include <future>

#include <gtest/gtest.h>

#include "core/session/shard.hpp"
#include "tests/proxy/shard_fixture.hpp"

namespace gw::proxy {
namespace {

class Turn : public ShardTest {
 protected:
  Turn() : ShardTest(1 << 20) {}  // thousands of updates at once
};

TEST_F(Turn, OthersAreLookedAfterBetweenItsSteps) {
  start();
  support::End& client = authenticated();
  ask(client, kSubscribe);
  constexpr std::uint64_t kTicks = 3000;
  std::vector<std::uint64_t> seen;  // updates that were taken, whenever a task had its turn
  std::promise<void> all;
  std::promise<void> begun;
  std::promise<void> pushed;
  std::function<void()> look = [&] {
    seen.push_back(proxy_->router().counts().updates);
    if (seen.back() < kTicks)
      proxy_->post(look);
    else
      all.set_value();
  };
  proxy_->post([&] {
    begun.set_value();
    pushed.get_future().wait();
    look();
  });
  begun.get_future().wait();
  for (std::uint64_t i = 1; i <= kTicks; ++i) tick(0, static_cast<std::int64_t>(i));
  pushed.set_value();
  all.get_future().wait();
  std::uint64_t longest = 0;
  for (std::size_t i = 1; i < seen.size(); ++i) longest = std::max(longest, seen[i] - seen[i - 1]);
  EXPECT_EQ(seen.back(), kTicks);
  EXPECT_LE(longest, 600U) << "in one step";
}

TEST_F(Turn, AnAnswerIsWrittenBeforeWhatIsSharedWithOthers) {
  start();
  constexpr std::size_t kClients = 40;
  std::vector<support::End*> clients;
  for (std::size_t i = 0; i < kClients; ++i) clients.push_back(&authenticated());
  char header[10];
  const std::string frame(header, websocket::frame_header(header, websocket::Opcode::text, 6));
  std::size_t waiting = 0;
  std::size_t of_answered = 1;
  std::promise<void> done;
  proxy_->post_to_shards([&](session::Shard& shard) {
    std::vector<routing::SessionId> sessions;
    for (std::uint32_t index = 0; index < kClients; ++index) sessions.push_back(index);
    shard.deliver(0, routing::Lane::plain, frame + "shared", sessions, 1);
    session::ClientSession& last = *shard.find(sessions.back());
    last.send("answer");
    shard.output().flush_answers();
    of_answered = last.output().backlog();
    for (const routing::SessionId id : sessions)
      waiting += static_cast<std::size_t>(shard.find(id)->output().backlog() != 0);
    done.set_value();
  });
  done.get_future().wait();
  EXPECT_EQ(of_answered, 0U);
  EXPECT_EQ(waiting, kClients - 1);
  for (support::End* client : clients) EXPECT_EQ(next(*client), "shared");
  EXPECT_EQ(next(*clients.back()), "answer");
}

TEST_F(Turn, WhatAClientIsSentOfItsOwnMakesItNoSlowOne) {
  Options options;
  options.session.output_per_client = 64 * 1024;
  start(options);
  support::End& client = authenticated();
  const auto frame_of = [](std::size_t size) {
    char header[10];
    return std::string(header, websocket::frame_header(header, websocket::Opcode::text, size)) + std::string(size, 'x');
  };
  std::uint64_t waiting = 1;
  std::promise<void> done;
  proxy_->post_to_shards([&](session::Shard& shard) {
    shard.find(0)->updates().frame(0, frame_of(60'000), session::FrameKind::own);
    shard.deliver(0, routing::Lane::plain, frame_of(10'000), std::array{routing::SessionId{0}}, 1);
    waiting = shard.find(0)->updates().waiting();
    done.set_value();
  });
  done.get_future().wait();
  EXPECT_EQ(waiting, 0U) << "its socket would have taken all of it";
  EXPECT_EQ(next(client).size(), 60'000U);
  EXPECT_EQ(next(client).size(), 10'000U);
}

}  // namespace
}  // namespace gw::proxy
