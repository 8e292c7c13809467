// Any bytes as a message on each of the three sockets with Dhan's layouts: nothing is read past the end, a malformed
// message is refused as a whole, and what comes out is well-formed. The first byte chooses the socket and the tick.
#include <cstdlib>

#include "bgw/testing/fake_host.hpp"
#include "dhan_adapter.hpp"

namespace {

constexpr const char* kSegments[] = {"IDX_I",    "NSE_EQ", "NSE_FNO",      "NSE_CURRENCY", "BSE_EQ",
                                     "MCX_COMM", "NSE_EQ", "BSE_CURRENCY", "BSE_FNO"};

void expect(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto socket = static_cast<dhan_like::Socket>(data[0] % 3);
  const std::uint32_t level = socket == dhan_like::Socket::kFeed ? 5 : socket == dhan_like::Socket::kDepth20 ? 20 : 200;
  // An exact copy, so that one byte too far is seen.
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> message(begin + 1, begin + size);
  std::vector<dhan_like::RawPacket> packets;
  const std::string problem = dhan_like::split(socket, message, packets);

  bgw::testing::FakeHost host;
  dhan_like::DhanAdapter adapter(host.table);
  adapter.initialize();
  adapter.connect();
  adapter.on_open(1);
  if (problem.empty()) {
    std::uint32_t handle = 0;
    for (const dhan_like::RawPacket& packet : packets) {
      if (packet.segment >= std::size(kSegments)) continue;
      const std::string token = std::to_string(packet.security_id);
      bgw_subscription wanted{};
      wanted.instrument = ++handle;
      wanted.mode = BGW_MODE_DEPTH;
      wanted.depth_level = level;
      wanted.price_exponent = data[0] < 128 ? -9 : -2;
      wanted.tick_size = data[0] < 64 ? 0 : data[0] < 128 ? 50'000'000 : 5;
      wanted.symbol = wanted.exchange = wanted.broker_symbol = "";
      wanted.broker_exchange = kSegments[packet.segment];
      wanted.token = token.c_str();
      adapter.subscribe({&wanted, 1});
    }
  }
  const std::uint32_t connection = static_cast<std::uint32_t>(host.urls.size());  // the feed's, or the depth socket's
  const bool has_socket = socket == dhan_like::Socket::kFeed || connection == 2;
  bool refused = false;
  try {
    adapter.on_frame(connection, BGW_OPCODE_BINARY, message);
  } catch (const bgw::Error& e) {
    expect(e.code == BGW_E_INVALID);
    refused = true;
  }
  if (has_socket) expect(refused == !problem.empty());
  for (const auto& update : host.published) {
    const bool deep = (update.tick.modes & BGW_MODE_DEPTH) != 0;
    expect(update.tick.modes != 0 && update.tick.instrument != 0);
    expect((update.tick.present & BGW_HAS_LTP) != 0 || (update.tick.modes & BGW_MODE_LTP) == 0);
    expect(update.bids.size() <= level && update.asks.size() <= level);
    expect(deep || (update.bids.empty() && update.asks.empty()));
    expect(level == 5 || update.book_flags != 0 || !deep);
  }
  expect(adapter.on_frame(connection, BGW_OPCODE_TEXT, message) == BGW_OK);
  return 0;
}
