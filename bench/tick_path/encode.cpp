// From an update to a topic's frame.
#include <cstring>
#include <span>
#include <string>

#include "bench/tick_path/measure.hpp"
#include "bench/tick_path/sample.hpp"
#include "core/protocol/json_encoder.hpp"

namespace bench {
namespace {

// Argument: depth level; 0 is a quote. The least: copying the finished frame once.
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

}  // namespace
}  // namespace bench
