// What one broker instance can do, per exchange: modes, depth levels, kind of feed; and the one rule of depth fallback.
// Filled from the plugin's descriptor, narrowed by the instance. Immutable once made.
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

namespace gw::registry {

// Exactly the level if it is there; else the highest not above the request; else the lowest. Nothing without levels.
// `levels` ascends.
std::optional<int> choose_depth(std::span<const std::uint16_t> levels, int requested);

class Capabilities {
 public:
  Capabilities() = default;
  explicit Capabilities(std::span<const bgw_capability> declared);

  std::vector<std::string> exchanges() const;
  bool has_exchange(std::string_view exchange) const;
  bool supports_mode(std::string_view exchange, std::uint32_t mode) const;
  std::span<const std::uint16_t> depth_levels(std::string_view exchange) const;  // ascending
  bool is_depth_supported(std::string_view exchange, int level) const;
  std::optional<int> fallback_depth(std::string_view exchange, int requested) const;
  std::uint32_t feed(std::string_view exchange) const;      // BGW_FEED_*
  bool prices_below_zero(std::string_view exchange) const;  // a price of zero or below is one there

  // The narrower set; an error when it is not contained in this one.
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
