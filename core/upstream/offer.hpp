// What a broker could give of a stream by its capabilities, before limits and refusals.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/upstream/broker_setup.hpp"
#include "core/upstream/stream.hpp"

namespace gw::upstream {

struct Offer {
  std::string lacking;         // "depth" or "mode": the broker has nothing of this stream; empty: it has
  std::vector<int> supported;  // when a mode is lacking: the modes that the broker has
  int actual_depth = 0;        // depth mode: levels that the client gets
  int source_depth = 0;        // depth mode: the broker's level that these are cut from

  bool has_it() const { return lacking.empty(); }
};

Offer offer_of(const BrokerSetup& broker, std::string_view exchange, Stream stream);

}  // namespace gw::upstream
