// A shard on a thread of its own with one broker whose adapter is faked, and clients on the test's
// thread.
#pragma once

#include <deque>
#include <thread>

#include <gtest/gtest.h>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/proxy/proxy.hpp"
#include "tests/routing/fixture.hpp"
#include "tests/support/loopback.hpp"

namespace gw::proxy {

inline constexpr char kSubscribe[] = R"({"action":"subscribe","symbol":"INFY","exchange":"NSE","mode":1})";

class ShardTest : public testing::Test {
 protected:
  explicit ShardTest(std::size_t update_bytes = 1 << 16) : adapter_{1 << 14, update_bytes} {}
  void SetUp() override { log::set_level(log::Level::error); }
  void TearDown() override {
    clients_.clear();
    if (!thread_.joinable()) return;
    proxy_->stop();
    thread_.join();
  }
  void start(Options options = {}, registry::Capabilities capabilities = routing::angel_capabilities()) {
    proxy_ = std::make_unique<Proxy>(options, adapter_.bell);
    routing::Router& router = proxy_->router();
    router.group_for(
        "", {router.add_broker({"angel", "angel", std::move(capabilities), &adapter_.channel, "", {}, false})});
    router.set_index("angel", routing::index_of({{"INFY", "NSE", "1"}, {"TCS", "NSE", "2"}}));
    proxy_->requests().set_keys(ring({{"key", 1, 0}, {"short", 2, wall_ns() + 50'000'000}}));
    const auto port = proxy_->listen({{"127.0.0.1"}, 0, false, false});
    ASSERT_TRUE(port) << port.error().message;
    port_ = *port;
    adapter_.link(bus::LinkState::connected);
    before_run();
    thread_ = std::thread([this] { proxy_->run(); });
  }
  virtual void before_run() {}
  struct NewKey {
    const char* text;
    std::int64_t id;
    std::int64_t expires_ns;
  };
  static std::shared_ptr<const accounts::KeyRing> ring(std::initializer_list<NewKey> keys) {
    std::vector<accounts::KeySession> all;
    for (const NewKey& k : keys) all.push_back({accounts::hash_key(k.text), k.id, "alice", "read", {}, k.expires_ns});
    return std::make_shared<const accounts::KeyRing>(std::move(all));
  }

  // Instead of those two so many, all on NSE.
  static std::string symbol(std::uint32_t i) { return "S" + std::to_string(i); }
  void list_instruments(std::uint32_t count) {
    instruments::Index::Builder builder(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::string name = symbol(i);
      instruments::InstrumentView view;
      view.symbol = name;
      view.exchange = "NSE";
      view.broker_symbol = name;
      view.broker_exchange = "NSE";
      view.token = name;
      builder.add(view);
    }
    auto index = std::make_shared<const instruments::Index>(std::move(builder).build());
    proxy_->post([this, index] { proxy_->router().set_index("angel", index); });
  }

  bool run_until(const std::function<bool()>& done) { return support::run_until(io_, done); }
  support::End& connect() {
    support::End& client = clients_.emplace_back();
    client.connection =
        websocket::Connection::connect(io_, support::to("ws://127.0.0.1:" + std::to_string(port_) + "/"), client.heard);
    EXPECT_TRUE(run_until([&] { return client.heard.opened; }));
    return client;
  }
  support::End& authenticated(const std::string& rest = "") {
    support::End& client = connect();
    EXPECT_EQ(ask(client, R"({"action":"authenticate","api_key":"key")" + rest + '}').substr(0, 24),
              R"({"type":"authentication")");
    return client;
  }
  void say(support::End& client, std::string_view text) {
    client.connection->send(websocket::Opcode::text, text);
    client.connection->flush();
  }
  // The next message that comes; empty: the connection ended.
  std::string next(support::End& client) {
    auto& messages = client.heard.messages;
    EXPECT_TRUE(run_until([&] { return !messages.empty() || client.heard.closed; })) << "silence";
    if (messages.empty()) return {};
    std::string first = std::move(messages.front());
    messages.erase(messages.begin());
    return first;
  }
  std::string ask(support::End& client, std::string_view text) {
    say(client, text);
    return next(client);
  }
  int close_code(support::End& client) {
    EXPECT_TRUE(run_until([&] { return client.heard.closed.has_value(); }));
    return client.heard.code();
  }
  void tick(std::uint32_t instrument, std::int64_t ltp) {
    adapter_.tick(instrument, routing::kQuotePacket, ltp * 1'000'000'000);
  }

  boost::asio::io_context io_;
  routing::FakeAdapter adapter_;
  std::unique_ptr<Proxy> proxy_;
  unsigned short port_ = 0;
  std::thread thread_;
  std::deque<support::End> clients_;
};

}  // namespace gw::proxy
