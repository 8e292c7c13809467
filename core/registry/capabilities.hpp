// What a broker can do on each exchange: modes, depth levels, kind of feed; and the one rule for which depth level
// serves a request. Filled from the plugin's descriptor, narrowed by the adapter. Immutable once made; any thread may
// read it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bgw/abi.h"
#include "core/base/result.hpp"
#include "core/registry/limits.hpp"

namespace gw::registry {

// What a client's request for a depth level leads to.
struct Depth {
  int source = 0;  // the level that is subscribed at the broker
  int given = 0;   // to the client: fewer than it asked for is a fallback, fewer than `source` are cut from it
  friend bool operator==(const Depth&, const Depth&) = default;
};
// Chooses the level itself if the broker has it; else the next higher one, cut, unless that is scarcer at the broker
// than the next lower one (fewer fit on a connection, or each takes more of it); else the next lower one. Nothing
// without levels. `levels` ascends.
std::optional<Depth> choose_depth(std::span<const std::uint16_t> levels, const Limits& limits, int requested);

class Capabilities {
 public:
  Capabilities() = default;
  explicit Capabilities(std::span<const bgw_capability> declared);

  std::vector<std::string> exchanges() const;
  bool has_exchange(std::string_view exchange) const;
  bool supports_mode(std::string_view exchange, std::uint32_t mode) const;
  std::span<const std::uint16_t> depth_levels(std::string_view exchange) const;  // ascending
  bool is_depth_supported(std::string_view exchange, int level) const;
  std::optional<Depth> choose_depth(std::string_view exchange, const Limits& limits, int requested) const;
  std::uint32_t feed(std::string_view exchange) const;                 // BGW_FEED_*
  bool prices_below_zero(std::string_view exchange) const;             // whether such a price is valid there
  bool prices_on_grid(std::string_view exchange) const;                // whether they are multiples of the tick size
  bool answers_with_snapshot(std::string_view exchange) const;         // whether it does so for every good subscribe
  bool has_time(std::string_view exchange, std::uint32_t mode) const;  // in its packets, as the plugin declares
  bool is_of_24_hours(std::string_view exchange) const;                // its quote values, not of a day
  std::uint32_t lots(std::string_view exchange) const;                 // BGW_*_IN_LOTS: what the broker counts in lots

  // `narrower` as Capabilities, with the flags of this set; fails when it is not contained in this set.
  Result<Capabilities> narrowed_by(std::span<const bgw_capability> narrower) const;

 private:
  struct Exchange {
    std::uint32_t modes = 0;
    std::uint32_t feed = BGW_FEED_SNAPSHOT;
    std::uint32_t flags = 0;  // of the capability
    std::vector<std::uint16_t> levels;
  };
  const Exchange* find(std::string_view exchange) const;

  std::map<std::string, Exchange, std::less<>> exchanges_;
};

// What a client is told of a fallback; empty when there is none.
std::string broker_message(std::string_view broker, const Capabilities& can, std::string_view exchange, int requested,
                           int actual);

}  // namespace gw::registry
