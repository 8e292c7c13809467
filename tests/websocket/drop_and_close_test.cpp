// The end of a client that does not read: it sees whole frames and then the close code, whenever it wakes up.
#include <csignal>
#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/websocket/frame.hpp"
#include "core/websocket/output.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/tls_server.hpp"
#include "tests/websocket/fixture.hpp"

namespace gw::websocket {
namespace {

using testing::Each;
using testing::EndsWith;
using testing::SizeIs;
using testing::StartsWith;

constexpr std::size_t kPayload = 60'000;
constexpr std::string_view kCloseFrame = "\x88\x0a\x0f\xa0too slow";

std::string server_frame(std::string_view payload) {
  char header[10];
  return std::string(header, frame_header(header, Opcode::text, payload.size())) + std::string(payload);
}

// An answer of 16 bytes and frames of 12, 204 and 70,010, of which so many bytes were sent. What is left when the
// socket is bound to take `bound` more.
std::size_t left_after(std::size_t sent, std::size_t bound = 0) {
  Output output(1 << 20);
  output.set_open(true);
  output.append_always("HTTP/1.1 101\r\n\r\n");
  output.frames_begin();
  for (const std::size_t size : {10, 200, 70'000}) EXPECT_TRUE(output.append(server_frame(std::string(size, 'p'))));
  const std::string all(output.waiting());
  output.sent(sent);
  output.drop_frames(bound);
  EXPECT_EQ(output.waiting(), all.substr(sent, output.backlog()));
  output.append_always("end");
  output.drop_frames(0);
  return output.backlog();
}

TEST(DroppingOutput, LeavesTheFrameThatHasBegun) {
  EXPECT_EQ(left_after(0), 16U) << "without the answer there is no connection to close";
  EXPECT_EQ(left_after(5), 11U);
  EXPECT_EQ(left_after(16), 0U);
  EXPECT_EQ(left_after(17), 11U);
  EXPECT_EQ(left_after(16 + 12), 0U) << "a frame ends here";
  EXPECT_EQ(left_after(16 + 12 + 1), 203U);
  EXPECT_EQ(left_after(16 + 12 + 1, 203), 203U);
  EXPECT_EQ(left_after(16 + 12 + 1, 204), 203U + 70'010U) << "the socket is bound to take some of the next";
}

TEST(DroppingOutput, KnowsItsFramesAfterItHasMovedThemToTheFront) {
  constexpr std::size_t kFrame = kPayload + 4;
  std::size_t sent = 0;
  for (std::size_t times = 1; times < 12; ++times) {
    Output output(1 << 20);
    output.set_open(true);
    sent = 0;
    for (std::size_t i = 0; i < times; ++i) {
      for (int k = 0; k < 2; ++k) ASSERT_TRUE(output.append(server_frame(std::string(kPayload, 'p'))));
      output.sent(70'000);
      sent += 70'000;
    }
    output.drop_frames(0);
    EXPECT_EQ(output.backlog(), kFrame - sent % kFrame) << sent;
  }
}

TEST(DroppingOutput, DropsSharedFramesAndKeepsTheRestOfOneThatHasBegun) {
  const std::string frames = server_frame(std::string(100, 'a')) + server_frame(std::string(300, 'b'));
  Output output(1 << 20);
  output.set_open(true);
  SharedFrames shared;
  output.refer_to(shared);
  ASSERT_TRUE(output.share(shared.add(std::string_view(frames).substr(0, 102)), 1 << 20));
  ASSERT_TRUE(output.share(shared.add(std::string_view(frames).substr(102)), 1 << 20));
  output.shared_sent(102 + 4 + 50);
  ASSERT_TRUE(output.share(shared.add(frames), 1 << 20));
  output.drop_frames(0);
  EXPECT_EQ(output.waiting(), std::string(250, 'b'));
  EXPECT_EQ(output.backlog(), 250U);
}

class Dropping : public PairTest {
 protected:
  static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }  // as the gateway does

  // A client that has opened and then reads nothing.
  void open_raw() {
    socket_.open(boost::asio::ip::tcp::v4());
    socket_.set_option(boost::asio::socket_base::receive_buffer_size(4096));
    socket_.connect({boost::asio::ip::make_address("127.0.0.1"), server_.port()});
    boost::asio::write(socket_, boost::asio::buffer(support::RawClient::upgrade_request()));
    ASSERT_TRUE(run_until([this] { return !server_.ends.empty() && peer().heard.opened; }));
  }
  void fill() {
    int count = 0;
    while (peer().connection->send(Opcode::text, std::string(kPayload, static_cast<char>('a' + count % 26)))) {
      ++count;
      peer().connection->flush();
    }
    ASSERT_GT(peer().connection->backlog(), kPayload);
  }
  void drop() {
    peer().connection->drop_and_close(4000, "too slow");
    peer().connection->flush();
  }
  bool run_until_told() {
    return run_until([this] { return peer().heard.closed.has_value(); });
  }
  void read_all() {
    socket_.async_read_some(boost::asio::buffer(block_), [this](boost::system::error_code ec, std::size_t n) {
      read_.append(block_, n);
      if (read_.ends_with(kCloseFrame) && !answered_) {
        answered_ = true;
        boost::asio::write(socket_, boost::asio::buffer(support::raw_frame(0x88, "\x0f\xa0")));
      }
      if (ec)
        end_ = ec;
      else
        read_all();
    });
  }
  bool run_until_end() {
    read_all();
    return run_until([this] { return end_.failed(); });
  }
  // What came after the handshake, but for the last frame.
  std::vector<std::string> frames_before_the_last(std::string& last) const {
    std::vector<std::string> frames;
    std::string_view rest = std::string_view(read_).substr(read_.find("\r\n\r\n") + 4);
    while (!rest.empty()) {
      const std::size_t size = std::min(frame_size(rest), rest.size());
      frames.emplace_back(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    last = frames.empty() ? "" : frames.back();
    if (!frames.empty()) frames.pop_back();
    return frames;
  }

  boost::asio::ip::tcp::socket socket_{io_};
  char block_[16 * 1024];
  std::string read_;
  bool answered_ = false;
  boost::system::error_code end_;
};

TEST_F(Dropping, AClientThatWakesUpSeesWholeFramesAndThenTheCode) {
  open_raw();
  fill();
  drop();
  EXPECT_FALSE(peer().connection->is_open());
  EXPECT_LE(peer().connection->backlog(), kPayload + 4 + kCloseFrame.size()) << "at most the rest of one frame";
  ASSERT_TRUE(run_until_told()) << "while the client reads nothing";
  EXPECT_EQ(peer().heard.code(), 4000);
  EXPECT_EQ(peer().heard.closed->reason, "too slow");
  peer().connection.reset();
  // What the client says unasked must not turn the end into a reset.
  boost::asio::write(socket_, boost::asio::buffer(support::raw_frame(0x81, "anybody there?")));

  ASSERT_TRUE(run_until_end());
  EXPECT_EQ(end_, boost::asio::error::eof) << end_.message();
  std::string last;
  const auto frames = frames_before_the_last(last);
  EXPECT_EQ(last, kCloseFrame);
  EXPECT_GE(frames.size(), 1U);
  EXPECT_THAT(frames, Each(SizeIs(kPayload + 4)));
  EXPECT_EQ(peer().heard.closes, 1);
  EXPECT_TRUE(peer().heard.messages.empty());
}

TEST_F(Dropping, WorksTheSameWhereEverythingWasSent) {
  open_raw();
  ASSERT_TRUE(peer().connection->send(Opcode::text, "hello"));
  drop();
  ASSERT_TRUE(run_until_end());
  std::string last;
  EXPECT_THAT(frames_before_the_last(last), SizeIs(0)) << "it was not flushed";
  EXPECT_EQ(last, kCloseFrame);
  EXPECT_EQ(peer().heard.code(), 4000);
}

TEST_F(Dropping, AClientThatNeverReadsIsLetGoAfterTheLinger) {
  server_.options.linger = std::chrono::milliseconds(20);
  open_raw();
  fill();
  drop();
  ASSERT_TRUE(run_until_told());
  peer().connection.reset();
  boost::system::error_code ec;
  ASSERT_TRUE(run_until([&] {
    socket_.write_some(boost::asio::buffer(support::raw_frame(0x8a, "")), ec);
    return ec.failed();
  })) << "nobody is there any more";
}

TEST_F(Dropping, MayBeCutShortByTheEndOfEverything) {
  open_raw();
  fill();
  drop();
  ASSERT_TRUE(run_until_told());
  peer().connection.reset();
}

TEST_F(Dropping, IsAPlainCloseBeforeItIsOpen) {
  connect();
  client_.connection->drop_and_close(4000, "early");
  ASSERT_TRUE(run_until([this] { return client_.heard.closed.has_value(); }));
  EXPECT_EQ(client_.heard.code(), 4000);
}

TEST_F(Dropping, KeepsWhatTlsHasEncryptedAlready) {
  const support::Certificate certificate("IP:127.0.0.1");
  const support::TemporaryFolder folder;
  certificate.write(folder / "c.pem");
  certificate.write_key(folder / "k.pem");
  server_.options.tls = load_server_tls(folder / "c.pem", folder / "k.pem").value();
  ClientOptions options = support::to("wss://127.0.0.1:" + std::to_string(server_.port()));
  options.ca_file = folder / "c.pem";
  open(std::move(options));
  client_.connection->pause_reading(true);
  fill();
  drop();
  EXPECT_LE(peer().connection->backlog(), 2 * (kPayload + 4) + kCloseFrame.size());
  ASSERT_TRUE(run_until_told());
  peer().connection.reset();
  client_.connection->pause_reading(false);
  ASSERT_TRUE(run_until([this] { return client_.heard.closed.has_value(); }));
  EXPECT_EQ(client_.heard.code(), 4000) << client_.heard.closed->reason;
  EXPECT_THAT(client_.heard.messages, Each(SizeIs(kPayload)));
}

}  // namespace
}  // namespace gw::websocket
