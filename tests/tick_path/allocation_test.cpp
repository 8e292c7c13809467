// The whole road of a tick in one process: a broker's frames on a socket, a real plugin, bus,
// routing, codec, and the socket of a client. Once warm, none of it allocates.
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "core/base/log.hpp"
#include "core/bus/channel.hpp"
#include "core/plugin_host/feed_thread.hpp"
#include "core/plugin_host/feeds.hpp"
#include "core/plugin_host/shared_link.hpp"
#include "core/proxy/proxy.hpp"
#include "tests/support/loopback.hpp"
#include "tests/tick_path/counted_new.hpp"

namespace gw::tick_path {
namespace {

constexpr std::uint32_t kToken = 408'065;
constexpr int kUpdates = 5'000;
constexpr std::chrono::seconds kTimersInterval{1};  // in which links and routing look at their feeds
constexpr int kAtOnce = 10;  // frames under way, so that turns of one and of several updates are both there

std::string full_frame() {
  std::string frame("\0\1\0\xb8", 4);
  for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>(kToken >> shift & 0xffU);
  const auto low_byte = [](int i) { return i < 124 ? 200 - i : i; };  // so that bids, up to there, fall and asks rise
  for (int i = 4; i < 184; ++i) frame += static_cast<char>(i % 4 == 3 ? low_byte(i) : i % 4 == 2 ? 7 : 0);
  return frame;
}

class CountingClient final : public websocket::Listener {
 public:
  void on_open() override { opened = true; }
  void on_message(websocket::Opcode, std::string_view payload) override {
    ++(payload.find("\"market_data\"") < 16 ? updates : answers);
  }
  void on_closed(const websocket::CloseInfo& info) override { reason = info.reason; }
  bool opened = false;
  int updates = 0;
  int answers = 0;
  std::string reason;
};

// With true, the link and routing see each other through the memory and bells of a link in another process.
class TickPath : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam()) share();
    log::set_level(log::Level::warning);
    auto library = plugin_host::load_library(GW_PLUGINS "/zerodha.so");
    ASSERT_TRUE(library) << library.error().message;
    plugin_host::LinkOptions options;
    options.name = "broker";
    // However slow this machine is, no update of the test comes after a silence: to ask again may allocate.
    options.stall_limit_ns = 3'600'000'000'000;
    for (const auto& [key, value] : {std::pair{"url", broker_.url()}, {"api_key", "k"}, {"access_token", "t"}}) {
      plugin_host::AdapterSetting setting;
      setting.key = key;
      setting.text = value;
      options.settings.push_back(std::move(setting));
    }
    options.shared = of_link_;
    const auto feed = std::make_shared<plugin_host::FeedThread>(library->front(), std::move(options), bell_);
    const plugin_host::Preparation how = feeds_.add(feed, plugin_host::Feeds::kCallLimitNs);
    ASSERT_EQ(how.state, plugin_host::Preparation::State::ready) << how.text;
    feed_ = feed.get();
    plugin_host::BrokerLink& link = feed_->link();
    routing::Router& router = proxy_.router();
    bus::Channel& channel = of_routing_ ? of_routing_->channel() : link.channel();
    router.group_for("", {router.add_broker({"broker", "zerodha", link.capabilities(), &channel, "", {}, false})});
    instruments::Index::Builder index(1);
    instruments::InstrumentView infy;
    infy.symbol = "INFY";
    infy.exchange = "NSE";
    infy.token = "408065";
    index.add(infy);
    router.set_index("zerodha", std::make_shared<const instruments::Index>(std::move(index).build()));
    proxy_.requests().set_keys(std::make_shared<const accounts::KeyRing>(
        std::vector<accounts::KeySession>{{accounts::hash_key("key"), 1, "alice", "read", {}, 0}}));
    const auto port = proxy_.listen({{"127.0.0.1"}, 0, false, false});
    ASSERT_TRUE(port);
    port_ = *port;
    feed_->post(count_this_thread);
    proxy_.post(count_this_thread);
    feeds_.start();
    thread_ = std::thread([this] { proxy_.run(); });
  }
  void TearDown() override {
    counting = false;
    clients_.clear();
    proxy_.stop();
    if (thread_.joinable()) thread_.join();
    feeds_.stop();
  }

  void share() {
    auto made = plugin_host::SharedLink::make();
    ASSERT_TRUE(made) << made.error().message;
    of_routing_ = *made;
    auto joined = plugin_host::SharedLink::join(::dup(of_routing_->memory()),
                                                ::dup(of_routing_->channel().adapter_bell().descriptor()),
                                                ::dup(bell_.descriptor()));
    ASSERT_TRUE(joined) << joined.error().message;
    of_link_ = *joined;
  }

  void add_client(const std::string& authenticate, const std::string& subscribe) {
    clients_.push_back(std::make_unique<Client>());
    Client& client = *clients_.back();
    client.socket =
        websocket::Connection::connect(io_, support::to("ws://127.0.0.1:" + std::to_string(port_)), client.heard);
    ASSERT_TRUE(support::run_until(io_, [&] { return client.heard.opened; })) << client.heard.reason;
    for (const std::string& request : {authenticate, subscribe}) {
      client.socket->send(websocket::Opcode::text, request);
      client.socket->flush();
    }
    // Authentication and one answer to subscribe; with extras broker_status, market_status and subscription_status.
    const int answers = authenticate.find("extras") == std::string::npos ? 2 : 5;
    ASSERT_TRUE(support::run_until(io_, [&] { return client.heard.answers >= answers; })) << client.heard.reason;
  }

  // Sends frames as the clients take them; false when one was lost.
  bool send_updates(int count) {
    std::vector<int> start;
    for (const auto& client : clients_) start.push_back(client->heard.updates);
    // Whether all have so many. It is asked after each event: one that has not is looked at first the next time.
    std::size_t at = 0;
    const auto all_have = [&](int updates) {
      for (std::size_t looked = 0; looked < clients_.size(); ++looked, at = (at + 1) % clients_.size())
        if ((clients_[at]->heard.updates - start[at]) / streams_ < updates) return false;
      return true;
    };
    for (int sent = 0; sent < count; sent += kAtOnce) {
      for (int i = 0; i < kAtOnce; ++i) broker_.ends.back()->connection->send(websocket::Opcode::binary, frame_);
      broker_.ends.back()->connection->flush();
      if (!support::run_until(io_, [&] { return all_have(sent + kAtOnce); })) return false;
    }
    return true;
  }

  struct Client {
    CountingClient heard;
    std::unique_ptr<websocket::Connection> socket;
  };
  const std::string frame_ = full_frame();
  int streams_ = 3;  // of each client
  boost::asio::io_context io_;
  support::Server broker_{io_};
  bus::Doorbell bell_;
  std::shared_ptr<plugin_host::SharedLink> of_routing_, of_link_;
  plugin_host::Feeds feeds_;
  plugin_host::FeedThread* feed_ = nullptr;
  proxy::Proxy proxy_{{}, bell_};
  std::uint16_t port_ = 0;
  std::thread thread_;
  std::vector<std::unique_ptr<Client>> clients_;
};

TEST_P(TickPath, AllocatesNothingFromTheFrameToTheClientsOutput) {
  const std::string subscribe =
      R"({"action":"subscribe","symbols":[{"symbol":"INFY","exchange":"NSE","mode":1},)"
      R"({"symbol":"INFY","exchange":"NSE","mode":2},{"symbol":"INFY","exchange":"NSE","mode":4,"depth_level":50}]})";
  add_client(R"({"action":"authenticate","api_key":"key"})", subscribe);
  add_client(R"({"action":"authenticate","api_key":"key","extras":true})", subscribe);
  add_client(R"({"action":"authenticate","api_key":"key"})", subscribe);
  // The plugin's requests have reached the broker.
  ASSERT_TRUE(support::run_until(
      io_, [&] { return !broker_.ends.empty() && broker_.ends.back()->heard.messages.size() >= 2; }));
  ASSERT_TRUE(send_updates(1'000)) << "while warming up";
  allocations = 0;
  counting = true;
  // Updates come until each timer of a second has run too, also the first time: what it does lies on a tick's threads.
  const auto end = std::chrono::steady_clock::now() + 2 * kTimersInterval;
  do ASSERT_TRUE(send_updates(kUpdates));
  while (std::chrono::steady_clock::now() < end);
  counting = false;
  EXPECT_EQ(allocations, 0U) << "in at least " << kUpdates << " updates to 3 streams of 3 clients";
}

TEST_P(TickPath, AllocatesNothingForAThousandClients) {
  constexpr std::size_t kClients = 1'000;
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur < 2 * kClients + 100) GTEST_SKIP() << "no more than " << files.rlim_cur << " open files";
  for (std::size_t i = 0; i < kClients; ++i)
    add_client(R"({"action":"authenticate","api_key":"key"})",
               R"({"action":"subscribe","symbol":"INFY","exchange":"NSE","mode":2})");
  ASSERT_TRUE(support::run_until(
      io_, [&] { return !broker_.ends.empty() && broker_.ends.back()->heard.messages.size() >= 2; }));
  streams_ = 1;
  ASSERT_TRUE(send_updates(100)) << "while warming up";
  allocations = 0;
  counting = true;
  ASSERT_TRUE(send_updates(100));
  counting = false;
  EXPECT_EQ(allocations, 0U) << "in 100 updates to " << kClients << " clients";
}

// A broker that sends more than the gateway can take: what overflows is kept in memory that the last time left.
TEST(Overload, AllocatesNothingTheSecondTime) {
  constexpr std::uint32_t kInstruments = 3'000;  // so many that what was sent is forgotten on the way
  bus::Doorbell bell;
  bus::Channel channel(4096, 4096, bell);
  std::vector<std::int64_t> last(kInstruments, 0);
  std::int64_t price = 0;
  const auto overflow_and_drain = [&] {
    for (std::uint32_t i = 0; i < 2 * kInstruments; ++i) {
      bgw_tick tick{};
      tick.instrument = i % kInstruments;
      tick.modes = BGW_MODE_LTP;
      tick.present = BGW_HAS_LTP;
      tick.ltp = ++price;
      channel.writer().update({&tick, nullptr, nullptr, nullptr, 0, 0}, {});
    }
    do {
      for (auto record = channel.updates().front(); !record.empty(); record = channel.updates().front()) {
        const bus::UpdateView view = bus::view_update(record);
        last[view.tick->instrument] = view.tick->ltp;
        channel.updates().release();
      }
    } while (!channel.writer().flush_overflow() || !channel.updates().empty());
  };
  std::thread([&] {
    count_this_thread();
    overflow_and_drain();
    EXPECT_GT(channel.writer().conflated(), kInstruments / 2);
    allocations = 0;
    counting = true;
    overflow_and_drain();
    counting = false;
  }).join();
  EXPECT_EQ(allocations, 0U);
  for (std::uint32_t i = 0; i < kInstruments; ++i) EXPECT_EQ(last[i], price - kInstruments + 1 + i) << i;
}

TEST_P(TickPath, TheCountSeesAnAllocationOfBothThreads) {
  allocations = 0;
  counting = true;
  std::atomic<int> done{0};
  const auto allocate = [&done] {
    delete new std::string(100, 'x');
    ++done;
    done.notify_one();
  };
  feed_->post(allocate);
  proxy_.post(allocate);
  for (int seen = 0; seen < 2; seen = done) done.wait(seen);
  counting = false;
  EXPECT_GE(allocations, 2U);
}

INSTANTIATE_TEST_SUITE_P(Ring, TickPath, testing::Values(false, true),
                         [](const auto& shown) { return std::string(shown.param ? "Shared" : "OfOneProcess"); });

}  // namespace
}  // namespace gw::tick_path
