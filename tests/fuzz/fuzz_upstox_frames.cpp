// Any bytes as a frame of Upstox's feed: a frame that is refused publishes nothing and says why; what is published has
// the values that it claims to have.
#include <cmath>
#include <cstdlib>

#include "bgw/testing/fake_host.hpp"
#include "upstox_adapter.hpp"

namespace {

constexpr std::uint64_t kInTick = (UINT64_C(1) << 13) - 1;

bool is_sound(const bgw::testing::FakeHost::Published& update, std::uint32_t max_levels) {
  const bgw_tick& t = update.tick;
  const bool has_ltp = (t.present & BGW_HAS_LTP) != 0;
  if (has_ltp != ((t.modes & BGW_MODE_LTP) != 0) || (t.present & ~kInTick) != 0) return false;
  if ((t.modes & BGW_MODE_DEPTH) == 0 && (!update.bids.empty() || !update.asks.empty())) return false;
  if (update.bids.size() > max_levels || update.asks.size() > max_levels || update.values.size() > 32) return false;
  for (const auto* side : {&update.bids, &update.asks})
    for (const bgw_level& level : *side)
      if (level.quantity <= 0) return false;
  for (const bgw_value& v : update.values)
    if (v.kind == 0 || v.kind > BGW_VALUE_MARKET_STATUS) return false;
  return (t.present & BGW_HAS_VOLUME) == 0 || t.volume >= 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bgw::testing::FakeHost host;
  host.table.max_levels = 7;
  host.settings = {
      {"authorize", "redirect"}, {"plan", "plus"}, {"access_token", "t"}, {"option_quotes", "option_greeks"}};
  upstox_like::UpstoxAdapter adapter(host.table);
  adapter.initialize();
  adapter.connect();
  // An exact copy, so that one byte too far is seen.
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> frame(begin, begin + size);
  // Every key that the frame names is subscribed, in one mode after the other.
  upstox_like::FeedMessage message;
  const std::string problem = message.read(frame);
  std::vector<std::string> keys;
  for (const upstox_like::Feed& feed : message.feeds())
    if (keys.size() < 100) keys.emplace_back(feed.key);
  std::vector<bgw_subscription> wanted;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    bgw_subscription s{};
    s.instrument = static_cast<std::uint32_t>(i);
    s.mode = i % 4 == 0 ? BGW_MODE_LTP : i % 4 == 1 ? BGW_MODE_QUOTE : BGW_MODE_DEPTH;
    s.depth_level = i % 4 < 2 ? 0 : i % 4 == 2 ? 5 : 30;
    s.price_exponent = i % 2 == 0 ? BGW_PRICE_EXPONENT : BGW_MIN_EXPONENT;
    s.tick_size = i % 3 == 0 ? 0 : 50'000'000;
    s.symbol = "X31DEC99100CE";
    s.exchange = i % 5 == 0 ? "NSE" : "NFO";
    s.token = keys[i].c_str();
    wanted.push_back(s);
  }
  if (!wanted.empty()) adapter.subscribe(wanted);
  bool is_refused = false;
  try {
    adapter.on_frame(1, BGW_OPCODE_BINARY, frame);
  } catch (const bgw::Error& e) {
    if (e.code != BGW_E_INVALID || *e.what() == '\0') std::abort();
    is_refused = true;
  }
  if (is_refused != !problem.empty() || (is_refused && !host.published.empty())) std::abort();
  for (const auto& update : host.published)
    if (!is_sound(update, host.table.max_levels)) std::abort();
  return 0;
}
