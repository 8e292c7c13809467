#include "core/transport/ws_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/steady_timer.hpp>

#include "tests/support/loopback.hpp"

namespace gw::transport {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

constexpr std::uint32_t kText = 1;
constexpr std::uint32_t kBinary = 2;

struct Heard final : WsClient::Events {
  void on_open() override { ++opens; }
  void on_frame(std::uint32_t opcode, std::span<const std::byte> frame) override {
    frames.push_back(std::to_string(opcode) + ' ' +
                     std::string(reinterpret_cast<const char*>(frame.data()), frame.size()));
  }
  void on_close(const websocket::CloseInfo& info) override {
    ++closes;
    closed = info;
    if (when_closed) when_closed();
  }
  void on_silence(const std::string& reason) override {
    ++silences;
    on_close({1006, 0, {}, reason});
  }

  int opens = 0;
  int closes = 0;  // silences too
  int silences = 0;
  std::vector<std::string> frames;
  websocket::CloseInfo closed;
  std::function<void()> when_closed;
};

class WsClientTest : public testing::Test {
 protected:
  bool run_until(const std::function<bool()>& done) { return support::run_until(io_, done); }
  void open(const WsClientOptions& options = {}) {
    client_ = std::make_unique<WsClient>(io_, heard_, options);
    ASSERT_TRUE(client_->open(server_.url("/feed"), {{"Authorization", "t"}}));
    ASSERT_TRUE(run_until([this] { return heard_.opens == 1 && peer().heard.opened; }));
  }
  support::End& peer() { return *server_.ends.back(); }
  Result<void> send(std::uint32_t opcode, std::string_view text) {
    return client_->send(opcode, std::as_bytes(std::span(text.data(), text.size())));
  }

  boost::asio::io_context io_;
  support::Server server_{io_};
  Heard heard_;
  std::unique_ptr<WsClient> client_;
};

TEST_F(WsClientTest, HandsFramesOnAsTheyCame) {
  open();
  peer().connection->send(websocket::Opcode::binary, std::string_view("\0\x01", 2));
  peer().connection->send(websocket::Opcode::text, "{}");
  peer().connection->flush();
  ASSERT_TRUE(run_until([this] { return heard_.frames.size() == 2; }));
  EXPECT_THAT(heard_.frames, ElementsAre(std::string("2 \0\x01", 4), "1 {}"));
}

TEST_F(WsClientTest, SendsTextAndBinary) {
  open();
  ASSERT_TRUE(send(kText, "subscribe"));
  ASSERT_TRUE(send(kBinary, "\x01\x02"));
  ASSERT_TRUE(run_until([this] { return peer().heard.messages.size() == 2; }));
  EXPECT_THAT(peer().heard.messages, ElementsAre("subscribe", "\x01\x02"));
  EXPECT_THAT(peer().heard.opcodes, ElementsAre(websocket::Opcode::text, websocket::Opcode::binary));
}

TEST_F(WsClientTest, ASendWithoutAConnectionIsAnError) {
  client_ = std::make_unique<WsClient>(io_, heard_, WsClientOptions{});
  EXPECT_FALSE(send(kText, "x"));
  ASSERT_TRUE(client_->open(server_.url(), {}));
  EXPECT_FALSE(send(kText, "x")) << "not open yet";
  client_->close(1000);
}

TEST_F(WsClientTest, AnAddressThatIsNotAllowedIsRefusedAtOnceAndNothingFollows) {
  client_ = std::make_unique<WsClient>(io_, heard_, WsClientOptions{});
  const auto opened = client_->open("ws://feed.example.com/", {});
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, StartsWith("url: found ws://feed.example.com/"));
  io_.poll();
  EXPECT_EQ(heard_.closes, 0);
}

TEST_F(WsClientTest, TheServersCloseArrivesWithCodeAndReason) {
  open();
  peer().connection->close(4003, "token expired");
  ASSERT_TRUE(run_until([this] { return heard_.closes == 1; }));
  EXPECT_EQ(heard_.closed.code, 4003);
  EXPECT_EQ(heard_.closed.reason, "token expired");
}

TEST_F(WsClientTest, ItsOwnCloseIsToldOnce) {
  open();
  client_->close(1000);
  ASSERT_TRUE(run_until([this] { return heard_.closes == 1 && peer().heard.closes == 1; }));
  EXPECT_EQ(peer().heard.code(), 1000);
  io_.restart();
  io_.poll();
  EXPECT_EQ(heard_.closes, 1);
}

TEST_F(WsClientTest, ARefusedUpgradeCarriesItsStatus) {
  server_.options.on_upgrade = [](const websocket::HttpRequest&, std::vector<websocket::Header>&) {
    return websocket::HttpAnswer{403, "text/plain", "no"};
  };
  client_ = std::make_unique<WsClient>(io_, heard_, WsClientOptions{});
  ASSERT_TRUE(client_->open(server_.url(), {}));
  ASSERT_TRUE(run_until([this] { return heard_.closes == 1; }));
  EXPECT_EQ(heard_.opens, 0);
  EXPECT_EQ(heard_.closed.http_status, 403);
}

TEST_F(WsClientTest, AFrameBeyondTheLimitEndsTheConnection) {
  WsClientOptions options;
  options.message_limit = 100;
  open(options);
  peer().connection->send(websocket::Opcode::text, std::string(101, 'x'));
  peer().connection->flush();
  ASSERT_TRUE(run_until([this] { return heard_.closes == 1; }));
  EXPECT_EQ(heard_.closed.code, 1009);
  EXPECT_TRUE(heard_.frames.empty());
}

TEST_F(WsClientTest, SilenceBeyondTheStallLimitIsALoss) {
  WsClientOptions options;
  options.stall_limit_ns = 30'000'000;
  open(options);
  ASSERT_TRUE(run_until([this] { return heard_.closes == 1; }));
  EXPECT_EQ(heard_.closed.code, 1006);
  EXPECT_THAT(heard_.closed.reason, StartsWith("no frame for 0.0 s"));
  EXPECT_EQ(heard_.silences, 1);
  EXPECT_FALSE(send(kText, "x"));
  ASSERT_TRUE(run_until([this] { return peer().heard.closes == 1; }));
  EXPECT_EQ(heard_.closes, 1);
}

TEST_F(WsClientTest, AfterACloseTheStallLimitSaysNothingMore) {
  WsClientOptions options;
  options.stall_limit_ns = 30'000'000;
  open(options);
  peer().connection->close(1000, "");
  ASSERT_TRUE(run_until([this] { return heard_.closes == 1; }));
  io_.restart();
  while (io_.run_one_for(std::chrono::milliseconds(60)) != 0) {
  }
  EXPECT_EQ(heard_.closes, 1);
}

TEST_F(WsClientTest, ALossAndTheStallLimitFallingTogetherAreToldOnce) {
  WsClientOptions options;
  options.stall_limit_ns = 30'000'000;
  open(options);
  peer().connection.reset();
  boost::asio::io_context elsewhere;  // the limit passes while this thread is busy
  boost::asio::steady_timer(elsewhere, std::chrono::milliseconds(40)).wait();
  io_.restart();
  while (io_.poll() != 0) {
  }
  EXPECT_EQ(heard_.closes, 1);
}

TEST_F(WsClientTest, OpenedAgainAfterALossItWorksAnew) {
  open();
  peer().connection.reset();
  ASSERT_TRUE(run_until([this] { return heard_.closes == 1; }));
  ASSERT_TRUE(client_->open(server_.url(), {}));
  ASSERT_TRUE(run_until([this] { return heard_.opens == 2 && peer().heard.opened; }));
  peer().connection->send(websocket::Opcode::text, "again");
  peer().connection->flush();
  ASSERT_TRUE(run_until([this] { return heard_.frames.size() == 1; }));
  EXPECT_THAT(heard_.frames, ElementsAre("1 again"));
}

TEST_F(WsClientTest, APeerThatSendsAndTakesNothingIsALoss) {
  WsClientOptions options;
  options.intake_limit_ns = 100'000'000;
  options.stall_limit_ns = 60'000'000'000;
  open(options);
  peer().connection->pause_reading(true);
  const std::string large(100'000, 'x');
  Result<void> sent;
  for (int i = 0; i < 1000 && sent; ++i) sent = send(kText, large);
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().message, testing::MatchesRegex("the broker does not read: 9[0-9]+ KiB wait to be sent, .*"));
  boost::asio::steady_timer often(io_);
  std::function<void()> tick = [&] {
    peer().connection->send(websocket::Opcode::binary, "tick");
    peer().connection->flush();
    often.expires_after(std::chrono::milliseconds(10));
    often.async_wait([&](boost::system::error_code ec) {
      if (!ec) tick();
    });
  };
  tick();
  ASSERT_TRUE(run_until([this] { return heard_.closes == 1; }));
  EXPECT_EQ(heard_.closed.code, 1006);
  EXPECT_EQ(heard_.closed.reason, "the broker has read nothing for 0.1 s");
  EXPECT_EQ(heard_.silences, 0);
  EXPECT_FALSE(heard_.frames.empty());
  EXPECT_FALSE(client_->is_open());
}

TEST_F(WsClientTest, APeerThatTakesLittleByLittleIsNone) {
  WsClientOptions options;
  options.intake_limit_ns = 600'000'000;  // less than all of it takes, more than a busy machine holds a turn up
  open(options);
  peer().connection->pause_reading(true);
  while (send(kText, std::string(100'000, 'x'))) {
  }
  boost::asio::steady_timer turn(io_);
  for (int i = 0; i < 16; ++i) {
    bool over = false;
    peer().connection->pause_reading(i % 2 != 0);
    turn.expires_after(std::chrono::milliseconds(50));
    turn.async_wait([&](boost::system::error_code) { over = true; });
    ASSERT_TRUE(run_until([&] { return over; }));
  }
  EXPECT_EQ(heard_.closes, 0);
}

TEST(IntakeLimit, PassesWhenBytesWaitAndNoneAreTaken) {
  IntakeLimit limit(10);
  limit.begin(100);
  EXPECT_FALSE(limit.is_passed(150, {5, false})) << "nothing waits";
  EXPECT_FALSE(limit.is_passed(155, {5, true}));
  EXPECT_FALSE(limit.is_passed(159, {6, true})) << "one byte was taken";
  EXPECT_FALSE(limit.is_passed(168, {6, true}));
  EXPECT_TRUE(limit.is_passed(169, {6, true}));
}

TEST_F(WsClientTest, MayBeDestroyedFromInsideItsClose) {
  WsClientOptions options;
  options.stall_limit_ns = 30'000'000;
  for (const bool stall : {true, false}) {
    heard_ = Heard{};
    heard_.when_closed = [this] { client_.reset(); };
    open(options);
    if (!stall) peer().connection->close(1000, "");
    ASSERT_TRUE(run_until([this] { return heard_.closes == 1; }));
    io_.restart();
    io_.poll();
    EXPECT_EQ(client_, nullptr);
    EXPECT_EQ(heard_.closes, 1);
  }
}

TEST_F(WsClientTest, DestroyedItIsNotHeardOfAgainAndThePeerSeesTheEnd) {
  WsClientOptions options;
  options.stall_limit_ns = 30'000'000;
  open(options);
  client_.reset();
  ASSERT_TRUE(run_until([this] { return peer().heard.closes == 1; }));
  EXPECT_EQ(heard_.closes, 0);
}

}  // namespace
}  // namespace gw::transport
