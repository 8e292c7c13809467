#include "core/upstream/offer.hpp"

#include <cstdint>

namespace gw::upstream {

Offer offer_of(const BrokerSetup& broker, std::string_view exchange, Stream stream) {
  Offer offer;
  const registry::Capabilities& can = broker.capabilities;
  if (!can.has_exchange(exchange) || !can.supports_mode(exchange, static_cast<std::uint32_t>(stream.mode))) {
    offer.lacking = stream.mode == BGW_MODE_DEPTH ? "depth" : "mode";
    if (stream.mode != BGW_MODE_DEPTH)
      for (const int mode : {BGW_MODE_LTP, BGW_MODE_QUOTE, BGW_MODE_DEPTH})
        if (can.supports_mode(exchange, static_cast<std::uint32_t>(mode))) offer.supported.push_back(mode);
    return offer;
  }
  if (stream.mode != BGW_MODE_DEPTH) return offer;
  const auto depth = can.choose_depth(exchange, broker.limits, stream.depth_level);
  if (!depth) {
    offer.lacking = "depth";
    return offer;
  }
  offer.actual_depth = depth->given;
  offer.source_depth = depth->source;
  return offer;
}

}  // namespace gw::upstream
