// What a gateway and the process of a link tell each other arrives as it was, and what is cut off is no message.
#include "core/feed_process/messages.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "core/feed_process/message_socket.hpp"
#include "core/feed_process/questions.hpp"

namespace gw::feed_process {
namespace {

feed_process::Setup some_setup() {
  feed_process::Setup setup;
  setup.file = "/plugins/acme.so";
  setup.broker = "acme";
  setup.level = log::Level::debug;
  setup.limits = {7, 8, 9};
  setup.options.name = "second";
  plugin_host::AdapterSetting token;
  token.key = "token";
  token.text = "s3cret";
  token.is_secret = true;
  plugin_host::AdapterSetting levels;
  levels.key = "levels";
  levels.integers = {5, 20};
  levels.is_reference = true;
  setup.options.settings = {token, levels};
  setup.options.reconnect.attempts = 3;
  setup.options.outgoing = {"192.0.2.7", AddressFamily::ipv4};
  setup.options.lag_limit_ns = 11;
  setup.options.record_folder = "/recordings";
  return setup;
}

TEST(Messages, ASetupArrivesWhole) {
  const std::string bytes = pack(some_setup());
  Unpacker from(bytes);
  ASSERT_EQ(from.take<Kind>(), Kind::prepare);
  const feed_process::Setup setup = unpack_setup(from);
  ASSERT_TRUE(from.is_whole());
  EXPECT_EQ(setup.broker, "acme");
  EXPECT_EQ(setup.level, log::Level::debug);
  EXPECT_EQ(setup.limits.memory, 7U);
  EXPECT_EQ(setup.limits.core_dump, 9U);
  EXPECT_EQ(setup.options.name, "second");
  ASSERT_EQ(setup.options.settings.size(), 2U);
  EXPECT_EQ(setup.options.settings[0].text, "s3cret");
  EXPECT_TRUE(setup.options.settings[0].is_secret);
  EXPECT_EQ(setup.options.settings[1].integers, (std::vector<std::int64_t>{5, 20}));
  EXPECT_EQ(setup.options.reconnect.attempts, 3);
  EXPECT_EQ(setup.options.outgoing.bind_address, "192.0.2.7");
  EXPECT_EQ(setup.options.outgoing.family, AddressFamily::ipv4);
  EXPECT_EQ(setup.options.lag_limit_ns, 11);
  EXPECT_EQ(setup.options.record_folder, "/recordings");
  EXPECT_FALSE(setup.options.settings[0].is_reference);
  EXPECT_TRUE(setup.options.settings[1].is_reference);
}

TEST(Messages, WhatIsCutOffAnywhereIsNotWhole) {
  const std::string bytes = pack(some_setup());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Unpacker from(std::string_view(bytes).substr(0, size));
    static_cast<void>(from.take<Kind>());
    static_cast<void>(unpack_setup(from));
    EXPECT_FALSE(from.is_whole()) << size;
  }
}

TEST(Messages, WhatAnAdapterCanDoArrivesWhole) {
  Prepared prepared;
  prepared.capabilities = {{"NSE", 7, BGW_FEED_TICK_BY_TICK, 2, {5, 20}, 0}};
  prepared.limits.instruments_per_connection = 3000;
  prepared.limits.depths = {{20, 50, 1}};
  prepared.limits.classes = {{"depth", 2, 50, 4, {20}, {"NSE", "BSE"}}};
  prepared.stall_limit_ns = 9;
  const std::string bytes = pack(prepared);
  Unpacker from(bytes);
  ASSERT_EQ(from.take<Kind>(), Kind::prepared);
  const Prepared arrived = unpack_prepared(from);
  ASSERT_TRUE(from.is_whole());
  const auto again = declared(registry::Capabilities(arrived.capabilities));
  ASSERT_EQ(again.size(), 1U);
  EXPECT_STREQ(again[0].exchange, "NSE");
  EXPECT_EQ(again[0].modes, 7U);
  EXPECT_EQ(again[0].depth_count, 2U);
  EXPECT_EQ(arrived.limits.instruments_per_connection, 3000U);
  EXPECT_EQ(arrived.limits.depths[0].per_connection, 50U);
  EXPECT_EQ(arrived.limits.classes[0].name, "depth");
  EXPECT_EQ(arrived.limits.classes[0].exchanges, (std::vector<std::string>{"NSE", "BSE"}));
  EXPECT_EQ(arrived.stall_limit_ns, 9);
}

TEST(Messages, AReportArrivesWhole) {
  plugin_host::LinkReport report;
  report.name = "acme";
  report.updates = 42;
  report.lag.note(5'000'000);
  report.connections = {{1, plugin_host::BrokerConnection::State::ready, {3, 0, 99, 7}, 2}};
  Packer to;
  put_report(to, report);
  Unpacker from(to.bytes());
  const auto arrived = take_report(from);
  ASSERT_TRUE(arrived);
  EXPECT_EQ(arrived->name, "acme");
  EXPECT_EQ(arrived->updates, 42U);
  EXPECT_EQ(arrived->lag.sum_ns(), 5'000'000);
  ASSERT_EQ(arrived->connections.size(), 1U);
  EXPECT_EQ(arrived->connections[0].counts.bytes, 99U);
}

TEST(Questions, AreAnsweredByTheFunctionsOfTheOtherSide) {
  auto sockets = MessageSocket::make_pair();
  ASSERT_TRUE(sockets);
  feed_process::Setup child;
  child.asks_market = true;
  ask_by(sockets->second, child);
  plugin_host::LinkOptions options;
  std::string announced;
  options.has_hours = [](std::string_view exchange) { return exchange == "NSE"; };
  options.is_expected = [](std::string_view symbol, std::string_view exchange, std::int64_t wall_ns) {
    return symbol == "INFY" && exchange == "NSE" && wall_ns == 5;
  };
  options.list_announced = [&](std::string_view etag) { announced = etag; };
  std::thread gateway([&] {
    for (;;) {
      const auto question = sockets->first.receive(-1);
      if (question && question->is_over) return;
      if (question) answer(sockets->first, question->message, options);
    }
  });
  EXPECT_TRUE(child.options.has_hours("NSE"));
  EXPECT_FALSE(child.options.has_hours("BSE"));
  EXPECT_TRUE(child.options.is_expected("INFY", "NSE", 5));
  EXPECT_FALSE(child.options.is_expected("TCS", "NSE", 5));
  EXPECT_TRUE(child.options.market_open("NSE", InstrumentKind::other, 5)) << "which has no function there";
  child.options.list_announced("W/1");
  sockets->second.close();
  gateway.join();
  EXPECT_EQ(announced, "W/1");
}

}  // namespace
}  // namespace gw::feed_process
