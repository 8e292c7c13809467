#include "bench/tick_path/sample.hpp"

namespace bench {

Sample::Sample() {
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

}  // namespace bench
