// Any bytes as a frame of Angel's feed, binary and text: nothing read past the end, and what comes out is well-formed.
#include <cstdlib>

#include "angel_adapter.hpp"
#include "bgw/testing/fake_host.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bgw::testing::FakeHost host;
  angel::AngelAdapter adapter(host.table);
  adapter.initialize();
  adapter.connect();
  // An exact copy, so that one byte too far is seen.
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> frame(begin, begin + size);
  angel::Packet packet;
  const angel::Reading reading = angel::decode(frame, packet);
  const bool known = reading.kind == angel::Reading::Kind::kGood;
  if (known) {
    // Its token is subscribed, in each mode.
    static constexpr const char* kSegments[] = {"", "NSE", "NFO", "BSE", "BFO", "MCX", "", "NCDEX"};
    const std::size_t type = packet.key >> 56;
    const char* segment = type == 13 ? "CDS" : type < 8 ? kSegments[type] : "";
    const std::string token = std::to_string(packet.key & ((std::uint64_t{1} << 56) - 1));
    const std::uint32_t mode = packet.mode == angel::Mode::kLtp     ? BGW_MODE_LTP
                               : packet.mode == angel::Mode::kQuote ? BGW_MODE_QUOTE
                                                                    : BGW_MODE_DEPTH;
    const bgw_subscription wanted{3,
                                  mode,
                                  packet.mode == angel::Mode::kDepth20 ? 20U : 5U,
                                  0,
                                  BGW_PRICE_EXPONENT,
                                  0,
                                  0,
                                  0,
                                  "",
                                  segment,
                                  "",
                                  segment,
                                  token.c_str(),
                                  {}};
    adapter.subscribe({&wanted, 1});
  }
  bool refused = false;
  try {
    adapter.on_frame(1, BGW_OPCODE_BINARY, frame);
  } catch (const bgw::Error&) {
    refused = true;
  }
  if (refused != (reading.kind == angel::Reading::Kind::kMalformed)) std::abort();
  for (const auto& update : host.published) {
    const bool deep = (update.tick.modes & BGW_MODE_DEPTH) != 0;
    if ((update.tick.present & BGW_HAS_LTP) == 0 && update.tick.modes != BGW_MODE_DEPTH) std::abort();
    if (update.bids.size() > 20 || update.asks.size() > 20 || (!deep && !update.bids.empty())) std::abort();
  }
  if (adapter.on_frame(1, BGW_OPCODE_TEXT, frame) != BGW_OK) std::abort();
  return 0;
}
