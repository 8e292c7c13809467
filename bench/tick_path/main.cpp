// Measures the steps of a tick's way: decode, encode, route. `min_ns` is the work that a step cannot do without,
// measured in the same run; `ratio` is the step's time divided by it.
#include <benchmark/benchmark.h>

BENCHMARK_MAIN();
