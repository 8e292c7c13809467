// From a frame that changes a book of 200 levels to the frame that a client gets, with the plugin's own adapter and the
// gateway's encoder. Beside it: copying the bytes of both frames once.
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>

#include "bench/tick_path/measure.hpp"
#include "bgw/testing/fake_host.hpp"
#include "bybit_adapter.hpp"
#include "core/protocol/json_encoder.hpp"

namespace bench {
namespace {

constexpr int kLevels = 200;

// A frame of Bybit. Prices have one decimal, quantities three. It has the `changed` best levels of each side.
std::string frame(const char* type, int number, int changed) {
  std::string bids;
  std::string asks;
  for (int i = 0; i < changed; ++i) {
    const std::string quantity = ",\"" + std::to_string(i % 7) + "." + std::to_string(100 + (number + i) % 900) + "\"]";
    bids += (i == 0 ? "[\"" : ",[\"") + std::to_string(60'000 - i) + ".5\"" + quantity;
    asks += (i == 0 ? "[\"" : ",[\"") + std::to_string(60'001 + i) + ".5\"" + quantity;
  }
  return std::string(R"({"topic":"orderbook.200.BTCUSDT","type":")") + type +
         R"(","ts":1748428245123,"data":{"s":"BTCUSDT","b":[)" + bids + "],\"a\":[" + asks +
         "],\"u\":" + std::to_string(number) + ",\"seq\":" + std::to_string(number) + "},\"cts\":1748428245120}";
}

// What the host does with a book, without the way through the ring.
struct Client {
  gw::protocol::JsonEncoder encoder;
  gw::routing::TopicInfo info;
  gw::routing::FrameBuffer out;

  Client() {
    info.symbol = "BTCUSDT";
    info.exchange = "BYBIT_LINEAR";
    info.stream = gw::routing::Stream{BGW_MODE_DEPTH, kLevels};
    info.actual_depth = kLevels;
    encoder.prepare(info);
  }
  void take(const bgw_update& u) {
    gw::routing::TopicUpdate update{};
    update.exponents = {-1, -3};
    update.tick = update.quote = u.tick;
    update.bids = {u.book->bids, u.book->bid_count};
    update.asks = {u.book->asks, u.book->ask_count};
    update.has_ltp = true;
    update.ltp = 600'005;
    update.exchange_time_ns = 1'748'428'245'120'000'000;
    update.received_ns = update.published_ns = 1'748'428'245'123'456'789;
    encoder.encode(info, update, gw::routing::Variant::plain, out);
  }
};

// Argument: levels of each side that the frame changes.
void book_of_200_levels(benchmark::State& state) {
  static Client client;
  bgw::testing::FakeHost host;
  host.settings = {{"url", "ws://127.0.0.1:1/v5/public"}};
  host.table.publish = [](void*, const bgw_update* u) {
    if (u->book != nullptr) client.take(*u);
  };
  bybit::BybitAdapter adapter(host.table);
  adapter.initialize();
  adapter.connect();
  adapter.on_open(1);
  bgw_subscription wanted{};
  wanted.instrument = 1;
  wanted.mode = BGW_MODE_DEPTH;
  wanted.depth_level = kLevels;
  wanted.price_exponent = -1;
  wanted.quantity_exponent = -3;
  wanted.symbol = wanted.exchange = wanted.broker_symbol = wanted.broker_exchange = "";
  wanted.token = "linear:BTCUSDT";
  adapter.subscribe({&wanted, 1});
  const auto give = [&](const std::string& text) {
    if (adapter.on_frame(1, BGW_OPCODE_TEXT, std::as_bytes(std::span(text))) != BGW_OK)
      throw std::runtime_error("found a frame that the plugin refuses, expected one that it takes");
  };
  give(frame("snapshot", 1, kLevels));
  if (client.out.frame().empty()) throw std::runtime_error("found no book, expected one after the snapshot");
  // Only the number changes from frame to frame, which is always as long.
  constexpr int kFirst = 1'000'000;
  give(frame("snapshot", kFirst - 1, kLevels));
  const int changed = static_cast<int>(state.range(0));
  std::string delta = frame("delta", kFirst, changed);
  const std::size_t at = delta.find("\"u\":") + 4;
  int number = kFirst;
  const std::string in = delta;
  const std::string sent(client.out.frame());
  std::string copy(in.size() + sent.size(), '\0');
  run(
      state,
      [&] {
        std::memcpy(copy.data(), in.data(), in.size());
        std::memcpy(copy.data() + in.size(), sent.data(), sent.size());
        benchmark::ClobberMemory();
      },
      [&] {
        const std::string text = std::to_string(number++);
        delta.replace(at, text.size(), text);
        give(delta);
      });
  state.counters["bytes"] = static_cast<double>(client.out.frame().size());
}
BENCHMARK(book_of_200_levels)->Arg(5)->Arg(200);

}  // namespace
}  // namespace bench
