// Any bytes as frames of Bybit's feed, one a line: nothing read past the end, and what comes out is well-formed.
#include <cstdlib>
#include <deque>

#include "bgw/testing/fake_host.hpp"
#include "bybit_adapter.hpp"

namespace {

// Symbols and depths of the first inputs.
void subscribe_all(bybit::BybitAdapter& adapter) {
  std::vector<bgw_subscription> wanted;
  std::uint32_t handle = 0;
  for (const char* token : {"linear:A", "linear:B", "linear:C"}) {
    bgw_subscription s{};
    s.instrument = handle;
    s.mode = handle == 0 ? BGW_MODE_LTP : BGW_MODE_DEPTH;
    s.depth_level = handle == 0 ? 0 : handle == 1 ? 1 : 20;
    s.price_exponent = -2;
    s.quantity_exponent = -3;
    s.symbol = s.exchange = s.broker_symbol = s.broker_exchange = "";
    s.token = token;
    wanted.push_back(s);
    ++handle;
  }
  adapter.subscribe(wanted);
}

void check(const bgw::testing::FakeHost::Published& update) {
  const bgw_tick& tick = update.tick;
  if ((tick.modes & BGW_MODE_LTP) != 0 && (tick.present & BGW_HAS_LTP) == 0) std::abort();
  if ((tick.present & BGW_HAS_EXCHANGE_TIME) != 0 && tick.exchange_time_ns <= 0) std::abort();
  if (tick.modes == 0 || update.bids.size() > 20 || update.asks.size() > 20) std::abort();
  for (const bgw_value& value : update.values)
    if (value.exponent > 0 || value.exponent < BGW_MIN_EXPONENT) std::abort();
  for (const auto* side : {&update.bids, &update.asks})
    for (std::size_t i = 0; i < side->size(); ++i) {
      if ((*side)[i].quantity <= 0) std::abort();
      if (i > 0 && ((*side)[i].price < (*side)[i - 1].price) != (side == &update.bids)) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bgw::testing::FakeHost host;
  bybit::BybitAdapter adapter(host.table);
  adapter.initialize();
  adapter.connect();
  adapter.on_open(1);
  subscribe_all(adapter);
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    // An exact copy, so that one byte too far is seen.
    const auto* begin = reinterpret_cast<const std::byte*>(rest.data());
    const std::vector<std::byte> frame(begin, begin + end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    try {
      if (adapter.on_frame(1, BGW_OPCODE_TEXT, frame) != BGW_OK) std::abort();
    } catch (const bgw::Error& e) {
      if (e.code != BGW_E_INVALID || *e.what() == '\0') std::abort();
    }
  }
  for (const auto& update : host.published) check(update);
  return 0;
}
