#include "core/registry/limits.hpp"

#include <algorithm>

namespace gw::registry {

Limits::Limits(const bgw_limits& d)
    : instruments_per_connection(d.instruments_per_connection),
      time_resolution_ns(std::max<std::int64_t>(1, d.time_resolution_ns)) {
  if (instruments_per_connection != 0)
    connections =
        d.connections_per_account == 0 ? kMaxConnections : std::min(d.connections_per_account, kMaxConnections);
  for (std::uint32_t i = 0; i < d.depth_limit_count; ++i) {
    const bgw_depth_limit& one = d.depth_limits[i];
    depths.push_back({one.depth_level, one.per_connection, std::max(1U, one.weight)});
    if (one.per_connection != 0 && connections == 1 && d.connections_per_account > 1)
      connections = std::min(d.connections_per_account, kMaxConnections);
  }
}

const Limits::Depth* Limits::find(std::uint32_t level) const {
  const auto found = std::find_if(depths.begin(), depths.end(), [&](const Depth& d) { return d.level == level; });
  return found == depths.end() ? nullptr : &*found;
}

namespace {

std::string text_of(std::uint32_t connections, const std::string& of_each) {
  return std::to_string(connections) + (connections == 1 ? " connection of " : " connections of ") + of_each +
         (connections == 1 ? "" : " each");
}

}  // namespace

std::string Limits::text() const {
  return text_of(connections, std::to_string(instruments_per_connection) + " instruments");
}

std::string Limits::text(const Depth& depth) const {
  return text_of(connections,
                 std::to_string(depth.per_connection) + " instruments with " + std::to_string(depth.level) + " levels");
}

}  // namespace gw::registry
