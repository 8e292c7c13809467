// What the steps of a tick's way cost: decode, encode, route. `limit_ns` is the unavoidable part,
// measured in the same run, `ratio` how many times that the step takes.
#include <chrono>
#include <cstring>
#include <deque>
#include <functional>
#include <numeric>

#include <benchmark/benchmark.h>

#include "core/bus/channel.hpp"
#include "core/protocol/json_encoder.hpp"
#include "core/routing/router.hpp"
#include "core/websocket/output.hpp"
#include "zerodha_wire.hpp"

namespace {

using Clock = std::chrono::steady_clock;

double nanoseconds(Clock::duration time) { return std::chrono::duration<double, std::nano>(time).count(); }

// The least of some short rounds: what disturbs a round only makes it longer.
double limit_of(const std::function<void()>& operation) {
  double best = 1e18;
  for (int round = 0; round < 20; ++round) {
    constexpr int kTimes = 2'000;
    const auto start = Clock::now();
    for (int i = 0; i < kTimes; ++i) operation();
    best = std::min(best, nanoseconds(Clock::now() - start) / kTimes);
  }
  return best;
}

// The benchmark's loop, timed once more for the ratio.
void run(benchmark::State& state, const std::function<void()>& limit, const std::function<void()>& operation) {
  const double limit_ns = limit_of(limit);
  const auto start = Clock::now();
  std::int64_t times = 0;
  for (auto _ : state) {
    operation();
    ++times;
  }
  const double each = nanoseconds(Clock::now() - start) / static_cast<double>(times);
  state.counters["limit_ns"] = limit_ns;
  state.counters["ratio"] = each / limit_ns;
}

std::vector<std::byte> full_packet() {
  std::vector<std::byte> packet(184);
  for (std::size_t i = 0; i < packet.size(); ++i)
    packet[i] = static_cast<std::byte>(i % 4 == 3 ? i : i % 4 == 2 ? 7 : 0);
  return packet;
}

void decode_kite_full(benchmark::State& state) {
  const auto bytes = full_packet();
  zerodha::Packet packet;
  std::array<std::byte, 184> copy;
  run(
      state,
      [&] {
        std::memcpy(copy.data(), bytes.data(), bytes.size());
        benchmark::DoNotOptimize(copy);
      },
      [&] {
        benchmark::DoNotOptimize(zerodha::decode(bytes, packet));
        benchmark::ClobberMemory();
      });
}
BENCHMARK(decode_kite_full);

struct Sample {
  Sample() {
    tick.modes = BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH;
    tick.present = (1U << 14) - 1;
    tick.ltp = 1'424'050'000'000;
    tick.open = 1'420'000'000'000;
    tick.high = 1'431'950'000'000;
    tick.low = 1'418'100'000'000;
    tick.close = 1'419'500'000'000;
    tick.average_price = 1'424'870'000'000;
    tick.last_quantity = 25;
    tick.volume = 4'175'986;
    tick.exchange_time_ns = 1'748'428'245'000'000'000;
    for (int i = 0; i < 50; ++i) {
      bids.push_back({1'424'000'000'000 - i * 50'000'000LL, 150 + i * 7, static_cast<std::uint32_t>(3 + i % 9), 0});
      asks.push_back({1'424'100'000'000 + i * 50'000'000LL, 140 + i * 9, static_cast<std::uint32_t>(2 + i % 7), 0});
    }
  }
  bgw_tick tick{};
  std::vector<bgw_level> bids;
  std::vector<bgw_level> asks;
};

// Argument: depth level; 0 is a quote.
void encode(benchmark::State& state, gw::routing::Variant variant) {
  const Sample sample;
  const auto levels = static_cast<std::size_t>(state.range(0));
  const gw::protocol::JsonEncoder encoder;
  gw::routing::TopicInfo info;
  info.symbol = "RELIANCE";
  info.exchange = "NSE";
  info.stream = levels == 0 ? gw::routing::Stream{BGW_MODE_QUOTE, 0}
                            : gw::routing::Stream{BGW_MODE_DEPTH, static_cast<int>(levels)};
  info.actual_depth = static_cast<int>(levels);
  encoder.prepare(info);
  gw::routing::TopicUpdate update{};
  update.has_orders = true;
  update.tick = update.quote = &sample.tick;
  update.bids = std::span(sample.bids).first(levels);
  update.asks = std::span(sample.asks).first(levels);
  update.ltp = sample.tick.ltp;
  update.exchange_time_ns = sample.tick.exchange_time_ns;
  update.seq = 12'345;
  update.received_ns = update.published_ns = 1'748'428'245'123'456'789;
  gw::routing::FrameBuffer out;
  encoder.encode(info, update, variant, out);
  const std::string frame(out.frame());
  std::string copy(frame.size(), '\0');
  run(
      state,
      [&] {
        std::memcpy(copy.data(), frame.data(), frame.size());
        benchmark::ClobberMemory();
      },
      [&] {
        encoder.encode(info, update, variant, out);
        benchmark::ClobberMemory();
      });
  state.counters["bytes"] = static_cast<double>(frame.size());
}
BENCHMARK_CAPTURE(encode, quote, gw::routing::Variant::plain)->Arg(0);
BENCHMARK_CAPTURE(encode, quote_with_extras, gw::routing::Variant::extras)->Arg(0);
BENCHMARK_CAPTURE(encode, depth, gw::routing::Variant::plain)->Arg(5)->Arg(20)->Arg(50);

// Appends to one contiguous output per client, as a shard does, and empties them as a socket would.
class Outputs final : public gw::routing::SessionPort {
 public:
  explicit Outputs(std::size_t clients) {
    for (std::size_t i = 0; i < clients; ++i) outputs_.emplace_back(1 << 20).set_open(true);
  }
  void joined(gw::routing::SessionId, gw::routing::TopicId, gw::routing::Lane) override {}
  void left(gw::routing::SessionId, gw::routing::TopicId, gw::routing::Lane, std::uint32_t) override {}
  void deliver(gw::routing::TopicId, gw::routing::Lane, std::string_view frame,
               std::span<const gw::routing::SessionId> sessions) noexcept override {
    for (const gw::routing::SessionId session : sessions) append(session, frame);
  }
  void refused(gw::routing::SessionId, const gw::routing::TopicInfo&, std::string_view) override {}
  void ended(gw::routing::SessionId, const gw::routing::TopicInfo&, const gw::routing::Gone&) override {}
  void broker_changed(gw::routing::BrokerId) override {}
  void subscription_changed(gw::routing::TopicId, std::span<const gw::routing::SessionId>) override {}
  void feed_changed(gw::routing::BrokerId) override {}
  void switched(gw::routing::LineupId, std::string_view) override {}
  void append(std::size_t client, std::string_view frame) {
    gw::websocket::Output& output = outputs_[client];
    if (!output.append(frame)) {
      output.sent(output.backlog());
      output.append(frame);
    }
    bytes_ = frame;
  }
  std::string last() const { return std::string(bytes_); }

 private:
  std::deque<gw::websocket::Output> outputs_;  // which stay where they are
  std::string_view bytes_;
};

// Bus and routing of one broker with instruments S0, S1, ... and sessions that may have all of them.
class Routing {
 public:
  Routing(std::size_t sessions, std::uint32_t instruments) : port(sessions) {
    bgw_capability nse{};
    std::memcpy(nse.exchange, "NSE", 4);
    nse.modes = BGW_MODE_LTP | BGW_MODE_QUOTE;
    const auto broker =
        router.add_broker({"broker", "broker", gw::registry::Capabilities({&nse, 1}), &channel, "", {}, false});
    gw::instruments::Index::Builder index(1);
    for (std::uint32_t i = 0; i < instruments; ++i) {
      const std::string name = symbol(i);
      gw::instruments::InstrumentView row;
      row.symbol = name;
      row.exchange = "NSE";
      row.token = name;
      index.add(row);
    }
    router.set_index("broker", std::make_shared<const gw::instruments::Index>(std::move(index).build()));
    const gw::routing::LineupId lineup = router.lineup("", {broker});
    for (gw::routing::SessionId session = 0; session < sessions; ++session) {
      router.open(session, lineup, gw::routing::Variant::plain, false, instruments);
      for (std::uint32_t i = 0; i < instruments; ++i) router.subscribe(session, symbol(i), "NSE", {BGW_MODE_QUOTE, 0});
    }
    router.flush_demand();
    sample.tick.modes = BGW_MODE_LTP | BGW_MODE_QUOTE;
  }
  void put() { channel.writer().put({&sample.tick, nullptr, nullptr}, kNow, 0, 0, true); }

  Outputs port;
  const gw::protocol::JsonEncoder encoder;
  gw::routing::Router router{encoder, port, {now, now}, [] { return std::string("epoch"); }};
  gw::bus::Doorbell bell;
  gw::bus::Channel channel{1 << 22, 1 << 22, bell};
  Sample sample;  // what put() sends

 private:
  static constexpr std::int64_t kNow = 1'748'428'245'123'456'789;
  static std::int64_t now() { return kNow; }
  static std::string symbol(std::uint32_t i) { return "S" + std::to_string(i); }
};

// Argument: subscribers of the one topic. From the adapter's publish through bus, routing and codec
// to every output.
void routed_update(benchmark::State& state) {
  const auto clients = static_cast<std::size_t>(state.range(0));
  Routing routing(clients, 1);
  const auto update = [&] {
    routing.put();
    routing.channel.writer().ring();
    routing.router.drain(1);
  };
  update();
  const std::string frame = routing.port.last();
  if (frame.empty()) return state.SkipWithError("the update reached nobody");
  run(
      state,
      [&] {
        for (std::size_t i = 0; i < clients; ++i) routing.port.append(i, frame);
      },
      update);
}
BENCHMARK(routed_update)->Arg(1)->Arg(10)->Arg(1000);

// One that nobody wants any more, among others of which that is so too: a broker may go on sending for a while. The
// limit is a stated one.
void unwanted_update(benchmark::State& state) {
  constexpr double kMostNs = 200;
  constexpr std::uint32_t kInstruments = 10'000;
  Routing routing(1, kInstruments);
  routing.router.unsubscribe_all(0);
  routing.router.flush_demand();
  const std::uint64_t unwanted = routing.router.counts().unwanted;
  const auto start = Clock::now();
  std::int64_t times = 0;
  for (auto _ : state) {
    routing.sample.tick.instrument = static_cast<std::uint32_t>(times * 7919 % kInstruments);
    routing.put();
    if (++times % 64 == 0) routing.router.drain(64);
  }
  routing.router.drain(64);
  const double each = nanoseconds(Clock::now() - start) / static_cast<double>(times);
  if (routing.router.counts().unwanted - unwanted != static_cast<std::uint64_t>(times))
    return state.SkipWithError("somebody wanted it");
  state.counters["limit_ns"] = kMostNs;
  state.counters["ratio"] = each / kMostNs;
}
BENCHMARK(unwanted_update);

}  // namespace

BENCHMARK_MAIN();
