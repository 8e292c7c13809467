// A peer that pings and reads nothing.
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/raw_client.hpp"
#include "tests/websocket/fixture.hpp"

namespace gw::websocket {
namespace {

TEST(Pongs, WhoPingsAndDoesNotReadGetsTheLastOnly) {
  boost::asio::io_context io;
  support::Server server(io);
  support::RawClient flood(io, server.port());
  flood.upgrade();
  ASSERT_TRUE(support::run_until(io, [&] { return !server.ends.empty() && server.ends[0]->heard.opened; }));
  Connection& peer = *server.ends[0]->connection;
  peer.set_kernel_buffer(4096);
  const std::string body(125, 'p');
  std::string pings;
  for (int i = 0; i < 100; ++i) pings += support::raw_frame(0x89, body);
  std::size_t most = 0;
  int sent = 0;
  for (; sent < 60'000; sent += 100) {
    flood.write(pings);
    ASSERT_TRUE(support::run_until(io, [&] { return server.ends[0]->heard.control_frames >= sent + 100; }));
    most = std::max(most, peer.backlog());
  }
  EXPECT_GT(most, 0U) << "the socket has stopped taking";
  EXPECT_LE(most, 2 * 127U);
  // Who reads again gets the newest.
  flood.write(support::raw_frame(0x89, "newest"));
  ASSERT_TRUE(support::run_until(io, [&] { return server.ends[0]->heard.control_frames == sent + 1; }));
  std::thread reader([&] { EXPECT_TRUE(flood.read_until("newest").ends_with("newest")); });
  EXPECT_TRUE(support::run_until(io, [&] { return peer.backlog() == 0; }));
  reader.join();
}

}  // namespace
}  // namespace gw::websocket
