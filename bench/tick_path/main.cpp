// What the steps of a tick's way cost: decode, encode, route. `min_ns` is the work that a step cannot do without,
// measured in the same run; `ratio` is how many times that the step takes.
#include <benchmark/benchmark.h>

BENCHMARK_MAIN();
