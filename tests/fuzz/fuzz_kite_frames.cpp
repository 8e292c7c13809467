// Any bytes as a frame of Kite's ticker, binary and text: nothing read past the end, and what comes
// out is well-formed.
#include <cstdlib>

#include "bgw/testing/fake_host.hpp"
#include "zerodha_adapter.hpp"

namespace {

// Every token that the frame might name is subscribed, so that every packet is published.
void subscribe_all(zerodha::ZerodhaAdapter& adapter, std::span<const std::byte> frame) {
  std::vector<std::string> tokens;
  std::vector<bgw_subscription> wanted;
  zerodha::PacketCursor packets(frame);
  for (std::span<const std::byte> bytes; tokens.size() < 100 && packets.next(bytes);) {
    zerodha::Packet packet;
    if (zerodha::decode(bytes, packet) == zerodha::Reading::kGood) tokens.push_back(std::to_string(packet.token));
  }
  for (std::size_t i = 0; i < tokens.size(); ++i)
    wanted.push_back({static_cast<std::uint32_t>(i),
                      BGW_MODE_DEPTH,
                      5,
                      0,
                      BGW_PRICE_EXPONENT,
                      0,
                      0,
                      0,
                      "",
                      "",
                      "",
                      "",
                      tokens[i].c_str(),
                      {}});
  adapter.subscribe(wanted);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bgw::testing::FakeHost host;
  zerodha::ZerodhaAdapter adapter(host.table);
  adapter.initialize();
  adapter.connect();
  // An exact copy, so that one byte too far is seen.
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> frame(begin, begin + size);
  if (zerodha::is_whole(frame)) subscribe_all(adapter, frame);
  const bgw_status status = adapter.on_frame(1, BGW_OPCODE_BINARY, frame);
  if ((status == BGW_OK) != (zerodha::is_whole(frame) || zerodha::is_heartbeat(frame))) std::abort();
  for (const auto& update : host.published) {
    if ((update.tick.present & BGW_HAS_LTP) == 0 || (update.tick.modes & BGW_MODE_LTP) == 0) std::abort();
    if (update.bids.size() > zerodha::kDepthLevels || update.asks.size() > zerodha::kDepthLevels) std::abort();
  }
  if (adapter.on_frame(1, BGW_OPCODE_TEXT, frame) != BGW_OK) std::abort();
  return 0;
}
