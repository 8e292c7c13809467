#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/proxy/shard_fixture.hpp"
#include "tests/support/raw_client.hpp"

namespace gw::proxy {
namespace {

using testing::HasSubstr;

class SessionEnd : public ShardTest {};

TEST_F(SessionEnd, ABinaryFrameIs1003) {
  start();
  support::End& client = authenticated();
  client.connection->send(websocket::Opcode::binary, "{}");
  client.connection->flush();
  EXPECT_EQ(close_code(client), 1003);
}

TEST_F(SessionEnd, AMessageBeyondTheLimitIs1009) {
  Options options;
  options.session.message_size = 1000;
  start(options);
  support::End& client = authenticated();
  say(client, std::string(1001, ' '));
  EXPECT_EQ(close_code(client), 1009);
}

TEST_F(SessionEnd, ARevokedKeyEndsItsSessionsWith4401AndNoOthers) {
  start();
  support::End& client = authenticated();
  proxy_->post([this] { proxy_->requests().set_keys(ring({{"key", 1, 0}, {"other", 3, 0}})); });
  EXPECT_EQ(ask(client, R"({"action":"list"})"), R"({"type":"subscriptions","subscriptions":[]})");
  proxy_->post([this] { proxy_->requests().set_keys(ring({{"other", 3, 0}})); });
  EXPECT_EQ(close_code(client), 4401);
}

TEST_F(SessionEnd, AKeyThatExpiresEndsItsSessionWith4401) {
  Options options;
  options.session.ping_timeout_ns = 100'000'000;  // and how often deadlines are looked at
  start(options);
  const std::int64_t soon = wall_ns() + 100'000'000;
  proxy_->post([this, soon] { proxy_->requests().set_keys(ring({{"key", 1, soon}})); });
  support::End& client = connect();
  say(client, R"({"action":"authenticate","api_key":"key"})");
  EXPECT_EQ(close_code(client), 4401);
}

TEST_F(SessionEnd, AClientThatAnswersNoPingIs1011) {
  Options options;
  options.session.ping_interval_ns = 20'000'000;
  options.session.ping_timeout_ns = 20'000'000;
  start(options);
  support::RawClient client(io_, port_);
  client.upgrade();
  client.read_until("\r\n\r\n");
  client.write(support::raw_frame(0x81, R"({"action":"authenticate","api_key":"key"})"));
  EXPECT_THAT(client.read_to_end(), HasSubstr("\x03\xf3ping timeout"));
}

TEST_F(SessionEnd, AClientThatAnswersPingsStays) {
  Options options;
  options.session.ping_interval_ns = 20'000'000;
  start(options);
  support::End& client = authenticated();
  ASSERT_TRUE(run_until([&] { return client.heard.control_frames >= 5 || client.heard.closed; }));
  EXPECT_FALSE(client.heard.closed);
}

TEST_F(SessionEnd, AClientThatStopsReadingIs4000AndTheOthersAreServed) {
  Options options;
  options.session.output_per_client = 64 * 1024;
  options.session.slow_client_close_ns = 100'000'000;
  start(options);
  support::End& slow = authenticated();
  ask(slow, kSubscribe);
  support::End& good = authenticated();
  ask(good, R"({"action":"subscribe","symbol":"TCS","exchange":"NSE","mode":1})");
  adapter_.asked();
  slow.connection->pause_reading(true);
  std::vector<std::string> asked;
  for (int i = 0; asked.empty(); asked = adapter_.asked()) {
    for (int k = 0; k < 1000; ++k) tick(0, ++i);
    std::this_thread::yield();
  }
  EXPECT_EQ(asked[0], "0 INFY.NSE none");
  tick(1, 7);
  while (!adapter_.channel.writer().flush_overflow()) std::this_thread::yield();  // as an adapter's thread does
  EXPECT_THAT(next(good), HasSubstr(R"("topic":"TCS.NSE","data":{"symbol":"TCS")"));
  slow.connection->pause_reading(false);
  EXPECT_THAT(close_code(slow), testing::AnyOf(4000, 1006));
}

TEST_F(SessionEnd, AShutdownTellsEveryClient1001) {
  start();
  support::End& one = authenticated();
  support::End& two = authenticated();
  proxy_->stop();
  EXPECT_EQ(close_code(one), 1001);
  EXPECT_EQ(close_code(two), 1001);
  thread_.join();
}

TEST_F(SessionEnd, ManyClientsMayComeAndGo) {
  start();
  for (int round = 0; round < 50; ++round) {
    support::End& client = authenticated();
    ask(client, kSubscribe);
    if (round % 2 == 0)
      client.connection.reset();
    else
      client.connection->close(1000, "");
  }
  EXPECT_THAT(ask(authenticated(), R"({"action":"list"})"), HasSubstr(R"("subscriptions":[])"));
}

}  // namespace
}  // namespace gw::proxy
