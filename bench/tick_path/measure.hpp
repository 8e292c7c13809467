// Times one step of a tick's way, and beside it the least work that the step cannot do without.
#pragma once

#include <chrono>
#include <functional>

#include <benchmark/benchmark.h>

namespace bench {

using Clock = std::chrono::steady_clock;

inline double nanoseconds(Clock::duration time) { return std::chrono::duration<double, std::nano>(time).count(); }

// Nanoseconds of one `operation` in the fastest of some short rounds: what disturbs a round only makes it longer.
// `clean_up` follows each `times` operations and is not timed.
double least_ns_of(int times, const std::function<void()>& operation, const std::function<void()>& clean_up);

// The benchmark's loop around `operation`. Sets the counters `min_ns`, the time of `least`, and `ratio`, the time of
// `operation` divided by it.
void run(benchmark::State& state, const std::function<void()>& least, const std::function<void()>& operation);

}  // namespace bench
