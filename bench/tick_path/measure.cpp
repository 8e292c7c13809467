#include "bench/tick_path/measure.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace bench {

double least_ns_of(int times, const std::function<void()>& operation, const std::function<void()>& clean_up) {
  double best = std::numeric_limits<double>::max();
  for (int round = 0; round < 20; ++round) {
    const auto start = Clock::now();
    for (int i = 0; i < times; ++i) operation();
    best = std::min(best, nanoseconds(Clock::now() - start) / times);
    clean_up();
  }
  return best;
}

void run(benchmark::State& state, const std::function<void()>& least, const std::function<void()>& operation) {
  const double min_ns = least_ns_of(2'000, least, [] {});
  const auto start = Clock::now();
  std::int64_t times = 0;
  for (auto _ : state) {
    operation();
    ++times;
  }
  const double each = nanoseconds(Clock::now() - start) / static_cast<double>(times);
  state.counters["min_ns"] = min_ns;
  state.counters["ratio"] = each / min_ns;
}

}  // namespace bench
