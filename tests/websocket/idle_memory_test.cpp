// What a connection costs that does nothing: most of a gateway's connections, most of the time.
#include <malloc.h>
#include <sys/resource.h>

#include <gtest/gtest.h>

#include "core/websocket/deflater.hpp"
#include "tests/support/footprint.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/websocket/fixture.hpp"

namespace gw::websocket {
namespace {

constexpr std::size_t kConnections = 1000;

std::size_t heap_in_use() {
  const struct mallinfo2 now = mallinfo2();
  return now.uordblks + now.hblkhd;
}

class Counter final : public Listener {
 public:
  void on_open() override { ++open; }
  void on_message(Opcode, std::string_view) override { ++messages; }
  void on_closed(const CloseInfo&) override { ++closed; }

  std::size_t open = 0;
  std::size_t messages = 0;
  std::size_t closed = 0;
};

class IdleMemory : public testing::Test {
 protected:
  void SetUp() override {
    if (!support::kMemoryIsOurs) GTEST_SKIP() << "a sanitizer allocates for itself";
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, 2 * kConnections + 100);
    setrlimit(RLIMIT_NOFILE, &files);
    ASSERT_GE(files.rlim_cur, 2 * kConnections + 100) << "too few open files are allowed";
    connections_.reserve(kConnections);
    for (std::size_t i = 0; i < kConnections; ++i) {
      clients_.push_back(std::make_unique<support::RawClient>(io_, acceptor_.local_endpoint().port()));
      clients_.back()->write(request());
    }
    before_ = heap_in_use();
    for (std::size_t i = 0; i < kConnections; ++i)
      connections_.push_back(Connection::accept(acceptor_.accept(), options_, heard_));
    ASSERT_TRUE(support::run_until(io_, [this] { return heard_.open == kConnections; }));
    exchange(std::string(40, 'm'));
  }
  virtual std::string request() const { return support::RawClient::upgrade_request(); }
  // One message each way, of every connection.
  void exchange(const std::string& payload, unsigned first = 0x81) {
    const std::size_t wanted = heard_.messages + kConnections;
    for (std::size_t i = 0; i < kConnections; ++i) {
      clients_[i]->write(support::raw_frame(first, payload));
      ASSERT_TRUE(connections_[i]->send(Opcode::text, payload));
      connections_[i]->flush();
    }
    ASSERT_TRUE(support::run_until(io_, [&] { return heard_.messages == wanted; }));
  }
  std::size_t bytes_per_connection() const { return (heap_in_use() - before_) / kConnections; }

  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_{io_, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  ServerOptions options_;
  Counter heard_;
  std::vector<std::unique_ptr<support::RawClient>> clients_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::size_t before_ = 0;
};

TEST_F(IdleMemory, OfAPlainConnectionIsBounded) {
  std::printf("an idle plain connection takes %zu bytes\n", bytes_per_connection());
  EXPECT_LE(bytes_per_connection(), 3840U);
}

TEST_F(IdleMemory, IsAboutTheSameAgainAfterLargeMessages) {
  const std::size_t idle = bytes_per_connection();
  exchange(std::string(30'000, 'L'));
  EXPECT_LE(bytes_per_connection(), idle + 128) << "one block of output may stay in the thread's pool";
}

class CompressedIdleMemory : public IdleMemory {
 protected:
  CompressedIdleMemory() { options_.compression = true; }
};

TEST_F(CompressedIdleMemory, IsNotPaidByThoseWhoDidNotNegotiate) { EXPECT_LE(bytes_per_connection(), 3840U); }

class NegotiatedIdleMemory : public CompressedIdleMemory {
 protected:
  std::string request() const override {
    std::string text = support::RawClient::upgrade_request();
    text.resize(text.size() - 2);
    return text + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n";
  }
};

TEST_F(NegotiatedIdleMemory, IsBoundedAfterCompressedMessagesToo) {
  ASSERT_TRUE(connections_[0]->compresses());
  std::printf("an idle connection that negotiated takes %zu bytes\n", bytes_per_connection());
  Deflater deflater;
  std::string body(deflater.bound(5000), '\0');
  body.resize(deflater.deflate(std::string(5000, 'c'), body.data()));
  exchange(body, 0xc1);
  std::printf("and after a compressed message %zu bytes\n", bytes_per_connection());
  EXPECT_LE(bytes_per_connection(), 4'608U);
}

}  // namespace
}  // namespace gw::websocket
