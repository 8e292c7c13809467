// Ticks through the ring of a link whose plugin has a process of its own: one process writes, this one reads. Beside it
// the ring of a link of this process, with the writer on a thread.
#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "bench/tick_path/measure.hpp"
#include "bench/tick_path/sample.hpp"
#include "core/bus/channel.hpp"
#include "core/bus/doorbell.hpp"
#include "core/plugin_host/shared_link.hpp"

namespace bench {
namespace {

using namespace gw;

constexpr std::uint32_t kInstruments = 32;  // of one burst
constexpr std::uint64_t kTicks = 1 << 16;   // of one round: so few that some rounds are not disturbed
constexpr int kRounds = 50;                 // through one ring, whose memory is touched in the first

// Writes all rounds, as an adapter does that never waits for a broker.
void write_all(bus::UpdateWriter& writer) {
  static const Sample sample;
  bgw_tick tick = sample.tick;
  tick.modes = BGW_MODE_LTP | BGW_MODE_QUOTE;
  for (std::uint64_t sent = 0; sent < kRounds * kTicks; sent += kInstruments) {
    for (tick.instrument = 0; tick.instrument < kInstruments; ++tick.instrument)
      writer.put({&tick, nullptr, nullptr, nullptr, 0, 0}, {1'748'428'245'000'000'000, 0, 1, true, {}});
    writer.ring();
    while (!writer.flush_overflow()) std::this_thread::yield();
  }
}

// Reads one round, and says how long it took from the first tick on: nanoseconds of one tick.
double read_round(bus::Channel& channel) {
  std::array<std::span<const std::byte>, kInstruments> records;
  std::uint64_t seen = 0;
  std::int64_t sum = 0;
  Clock::time_point start;
  while (seen < kTicks) {
    const std::size_t left = static_cast<std::size_t>(kTicks - seen);  // no tick of the next round
    const std::size_t count = channel.updates().peek(std::span(records).first(std::min(records.size(), left)));
    if (seen == 0 && count != 0) start = Clock::now();
    for (std::size_t i = 0; i < count; ++i) sum += bus::view_update(records[i]).tick->ltp;
    channel.updates().release(count);
    seen += count;
  }
  benchmark::DoNotOptimize(sum);
  return nanoseconds(Clock::now() - start) / static_cast<double>(kTicks);
}

double least_of_rounds(bus::Channel& channel) {
  double best = read_round(channel);
  for (int round = 1; round < kRounds; ++round) best = std::min(best, read_round(channel));
  return best;
}

double in_process_ns() {
  bus::Doorbell bell;
  bus::Channel channel(plugin_host::kUpdateRing, plugin_host::kDemandRing, bell);
  std::thread writer([&] { write_all(channel.writer()); });
  const double each = least_of_rounds(channel);
  writer.join();
  return each;
}

double between_processes_ns() {
  bus::Doorbell bell;
  const auto routing = plugin_host::SharedLink::make();
  if (!routing) throw std::runtime_error(routing.error().message);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("found no other process, expected one");
  if (child == 0) {
    const auto adapter = plugin_host::SharedLink::join(::dup((*routing)->memory()),
                                                       ::dup((*routing)->channel().adapter_bell().descriptor()),
                                                       ::dup(bell.descriptor()));
    if (!adapter) ::_exit(1);
    write_all((*adapter)->channel().writer());
    ::_exit((*adapter)->channel().writer().conflated() == 0 ? 0 : 2);
  }
  const double each = least_of_rounds((*routing)->channel());
  int status = 0;
  ::waitpid(child, &status, 0);
  if (status != 0) throw std::runtime_error("found a writer that lost ticks, expected all of them");
  return each;
}

// `tick_ns`: of one tick between two processes, in the fastest of some rounds; `inproc_ns`: between two threads.
void shared_ring(benchmark::State& state) {
  double shared = 0;
  double inproc = 0;
  for (auto _ : state) {
    const double one = between_processes_ns();
    const double other = in_process_ns();
    shared = shared == 0 ? one : std::min(shared, one);
    inproc = inproc == 0 ? other : std::min(inproc, other);
  }
  state.counters["tick_ns"] = shared;
  state.counters["inproc_ns"] = inproc;
  state.counters["ratio"] = shared / inproc;
}
BENCHMARK(shared_ring)->Iterations(5)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bench
