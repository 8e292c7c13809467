// From the adapter's publish through bus, routing and encoder to the outputs of a shard's sessions, in a gateway of
// production parts with clients on real sockets. The system calls that write the sockets are left out.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "bench/tick_path/local_clients.hpp"
#include "bench/tick_path/local_gateway.hpp"
#include "bench/tick_path/measure.hpp"
#include "core/websocket/output.hpp"
#include "core/websocket/shared_frames.hpp"

namespace bench {
namespace {

// Updates of one turn, and how many of them are taken at a time, as requests::Turn does.
constexpr std::size_t kUpdates = 64, kSlice = 32;
constexpr std::size_t kFrameBytes = 262;  // of a quote

// The least: the finished frame is kept once, and referred to by each client's output.
double least_of_delivery(std::size_t clients) {
  const std::string frame(kFrameBytes, '.');
  gw::websocket::SharedFrames frames;
  std::deque<gw::websocket::Output> outputs;  // a deque, since outputs must stay where they are
  for (std::size_t i = 0; i < clients; ++i) {
    outputs.emplace_back(1 << 20).set_open(true);
    outputs.back().refer_to(frames);
  }
  return least_ns_of(
      kUpdates,
      [&] {
        const gw::websocket::SharedFrame shared = frames.add(frame);
        for (gw::websocket::Output& output : outputs) output.share(shared, 1 << 20);
      },
      [&] {
        for (gw::websocket::Output& output : outputs) output.shared_sent(output.shared_bytes());
        frames.clear();
      });
}

// Argument: clients of the one topic.
void routed_update(benchmark::State& state) {
  const auto clients = static_cast<std::size_t>(state.range(0));
  LocalGateway gateway(1);
  gateway.start();
  LocalClients all(clients, gateway.port(), LocalGateway::kKey, LocalGateway::symbol(0));
  double total = 0;
  std::uint64_t updates = 0;
  while (state.KeepRunningBatch(kUpdates)) {
    Clock::duration took{};
    gateway.run_between_turns([&] {
      const auto start = Clock::now();
      for (std::size_t i = 0; i < kUpdates; ++i) gateway.put(0);
      for (std::size_t i = 0; i < kUpdates; i += kSlice) gateway.take(kSlice);
      took = Clock::now() - start;
    });
    updates += kUpdates;
    if (!all.wait_for(updates * clients)) return state.SkipWithError("found a client that was closed");
    state.SetIterationTime(nanoseconds(took) / 1e9);
    total += nanoseconds(took);
  }
  const double least = least_of_delivery(clients);
  state.counters["min_ns"] = least;
  state.counters["ratio"] = total / static_cast<double>(updates) / least;
}
BENCHMARK(routed_update)->Arg(1)->Arg(10)->Arg(1000)->UseManualTime()->MinTime(0.02);

// A tick that no client wants any more, among others like it: a broker may go on sending for a while.
void unwanted_update(benchmark::State& state) {
  constexpr std::uint32_t kInstruments = 10'000;
  constexpr std::size_t kBatch = 100 * kUpdates;
  LocalGateway gateway(kInstruments);
  gateway.start();
  LocalClients one(1, gateway.port(), LocalGateway::kKey, LocalGateway::symbol(0));
  gateway.run_between_turns([&] { gateway.hold_for_a_while(kInstruments); });
  std::uint64_t before = 0, times = 0;
  gateway.run_between_turns([&] { before = gateway.router().counts().unwanted; });
  while (state.KeepRunningBatch(kBatch)) {
    Clock::duration took{};
    gateway.run_between_turns([&] {
      const auto start = Clock::now();
      for (const std::uint64_t end = times + kBatch; times != end;) {
        gateway.put(static_cast<std::uint32_t>(times * 7919 % kInstruments));
        if (++times % kUpdates == 0) gateway.take(kUpdates);
      }
      took = Clock::now() - start;
    });
    state.SetIterationTime(nanoseconds(took) / 1e9);
  }
  std::uint64_t unwanted = 0;
  gateway.run_between_turns([&] { unwanted = gateway.router().counts().unwanted - before; });
  if (unwanted != times) state.SkipWithError("found a client that wanted it");
}
BENCHMARK(unwanted_update)->UseManualTime();

}  // namespace
}  // namespace bench
