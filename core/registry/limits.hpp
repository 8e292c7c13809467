// The broker's own bounds on what may be subscribed, as its plugin declares them. Immutable once made; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bgw/abi.h"

namespace gw::registry {

// The most connections that the gateway uses at one broker, however many the broker allows.
inline constexpr std::uint32_t kMaxConnections = 16;

struct Limits {
  struct Depth {
    std::uint32_t level;
    std::uint32_t per_connection;  // 0: no bound of its own
    std::uint32_t weight;          // how many instruments_per_connection one takes
  };

  Limits() = default;
  explicit Limits(const bgw_limits& declared);

  std::uint32_t instruments_per_connection = 0;  // 0: no bound; one connection carries all
  std::uint32_t connections = 1;
  std::int64_t time_resolution_ns = 1;
  std::vector<Depth> depths;

  // Null: the level has no bound of its own and takes as much as any other subscription.
  const Depth* find(std::uint32_t level) const;
  // For people: "3 connections of 3000 instruments each".
  std::string text() const;
  // "3 connections of 50 instruments with 20 levels each".
  std::string text(const Depth& depth) const;
};

}  // namespace gw::registry
