#include "core/websocket/output.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/websocket/fixture.hpp"

namespace gw::websocket {
namespace {

TEST(Output, TakesUpToItsLimitAndAgainAfterSending) {
  Output output(10);
  output.set_open(true);
  EXPECT_TRUE(output.append("12345678"));
  EXPECT_FALSE(output.append("abc"));
  EXPECT_EQ(output.waiting(), "12345678") << "what is refused leaves nothing behind";
  EXPECT_TRUE(output.append("ab"));
  EXPECT_EQ(output.room(), 0U);
  output.sent(4);
  EXPECT_EQ(output.waiting(), "5678ab");
  EXPECT_EQ(output.room(), 4U);
  output.sent(6);
  EXPECT_EQ(output.backlog(), 0U);
  EXPECT_EQ(output.room(), 10U);
}

TEST(Output, ControlFramesPassTheLimitAndTakeRoom) {
  Output output(4);
  output.set_open(true);
  EXPECT_TRUE(output.append("1234"));
  output.append_always("close");
  EXPECT_EQ(output.waiting(), "1234close");
  EXPECT_EQ(output.room(), 0U);
}

TEST(Output, KeepsItsBytesWhenItMovesThemToTheFront) {
  Output output(1 << 20);
  output.set_open(true);
  std::string all;
  for (int i = 0; i < 50'000; ++i) all += std::to_string(i) + ' ';
  ASSERT_TRUE(output.append(all));
  std::string sent;
  while (output.backlog() != 0) {
    const std::size_t n = std::min<std::size_t>(output.backlog(), 30'000);
    sent += output.waiting().substr(0, n);
    output.sent(n);
  }
  EXPECT_EQ(sent, all);
}

class Backpressure : public PairTest {
 protected:
  // Fills the socket and the output of a server whose client does not read. The number of messages
  // taken.
  int fill() {
    client_.connection->pause_reading(true);
    int count = 0;
    while (peer().connection->send(Opcode::text, std::to_string(count) + std::string(60'000, 'x'))) {
      ++count;
      peer().connection->flush();
    }
    return count;
  }
};

TEST_F(Backpressure, AMessageBeyondTheLimitIsRefusedWholeAndTheNextOneTaken) {
  server_.options.output_limit = 1000;
  open();
  EXPECT_FALSE(peer().connection->send(Opcode::text, std::string(1000, 'x')));
  EXPECT_FALSE(peer().connection->append_frames(std::string(1001, 'x')));
  EXPECT_EQ(peer().connection->backlog(), 0U);
  EXPECT_TRUE(peer().connection->send(Opcode::text, std::string(900, 'y')));
  peer().connection->flush();
  ASSERT_TRUE(run_until([this] { return client_.heard.messages.size() == 1; }));
  EXPECT_EQ(client_.heard.messages[0], std::string(900, 'y'));
}

TEST_F(Backpressure, OfASlowReaderEndsWithEverythingInOrderOnceItReads) {
  open();
  const int count = fill();
  EXPECT_GT(peer().connection->backlog(), 0U);
  EXPECT_EQ(peer().heard.drained, 0);
  client_.connection->pause_reading(false);
  ASSERT_TRUE(run_until(
      [&] { return client_.heard.messages.size() == static_cast<std::size_t>(count) && peer().heard.drained == 1; }));
  EXPECT_EQ(peer().connection->backlog(), 0U);
  for (int i = 0; i < count; ++i) ASSERT_EQ(std::stoi(client_.heard.messages[static_cast<std::size_t>(i)]), i);
}

TEST_F(Backpressure, ProgressOfASlowReaderShowsInTheBytesWritten) {
  open();
  fill();
  const std::uint64_t before = peer().connection->bytes_written();
  peer().connection->flush();
  EXPECT_EQ(peer().connection->bytes_written(), before) << "a full socket takes nothing";
  client_.connection->pause_reading(false);
  ASSERT_TRUE(run_until([&] { return peer().connection->backlog() == 0; }));
  EXPECT_GT(peer().connection->bytes_written(), before);
}

TEST_F(Backpressure, AReaderThatStoppedCanStillBeClosed) {
  open();
  fill();
  peer().connection->close(4000, "too slow");
  ASSERT_TRUE(run_until([&] { return peer().heard.closed.has_value(); }));
  EXPECT_EQ(peer().heard.code(), 4000);
}

TEST_F(Backpressure, LettingGoOfAFullConnectionIsClean) {
  open();
  fill();
  peer().connection.reset();
  client_.connection->pause_reading(false);
  ASSERT_TRUE(run_until([&] { return client_.heard.closed.has_value(); }));
  EXPECT_EQ(client_.heard.code(), 1006);
}

}  // namespace
}  // namespace gw::websocket
