#include "core/registry/capabilities.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>

namespace gw::registry {

namespace {

bool is_scarcer(const Limits& limits, int level, int than) {
  const Limits::Depth* one = limits.find(static_cast<std::uint32_t>(level));
  const Limits::Depth* other = limits.find(static_cast<std::uint32_t>(than));
  const std::uint32_t bound = one == nullptr ? 0 : one->per_connection;
  const std::uint32_t other_bound = other == nullptr ? 0 : other->per_connection;
  if (bound != 0 && (other_bound == 0 || bound < other_bound)) return true;
  return (one == nullptr ? 1 : one->weight) > (other == nullptr ? 1 : other->weight);
}

}  // namespace

std::optional<Depth> choose_depth(std::span<const std::uint16_t> levels, const Limits& limits, int requested) {
  int below = 0;
  int above = 0;
  for (const std::uint16_t level : levels) {
    if (level <= requested) below = level;
    if (level > requested && above == 0) above = level;
  }
  if (below == requested && below != 0) return Depth{below, below};
  if (above != 0 && (below == 0 || !is_scarcer(limits, above, below))) return Depth{above, requested};
  if (below != 0) return Depth{below, below};
  return std::nullopt;
}

Capabilities::Capabilities(std::span<const bgw_capability> declared) {
  for (const bgw_capability& c : declared) {
    Exchange e;
    e.modes = c.modes;
    e.feed = c.feed;
    e.flags = c.flags;
    const std::uint32_t count = std::min<std::uint32_t>(c.depth_count, 8);
    e.levels.assign(c.depths, c.depths + count);
    std::sort(e.levels.begin(), e.levels.end());
    exchanges_[std::string(c.exchange, strnlen(c.exchange, sizeof c.exchange))] = std::move(e);
  }
}

const Capabilities::Exchange* Capabilities::find(std::string_view exchange) const {
  const auto found = exchanges_.find(exchange);
  return found == exchanges_.end() ? nullptr : &found->second;
}

std::vector<std::string> Capabilities::exchanges() const {
  std::vector<std::string> names;
  for (const auto& [name, exchange] : exchanges_) names.push_back(name);
  return names;
}

bool Capabilities::has_exchange(std::string_view exchange) const { return find(exchange) != nullptr; }

bool Capabilities::supports_mode(std::string_view exchange, std::uint32_t mode) const {
  const Exchange* e = find(exchange);
  return e != nullptr && (e->modes & mode) != 0;
}

std::span<const std::uint16_t> Capabilities::depth_levels(std::string_view exchange) const {
  const Exchange* e = find(exchange);
  if (e == nullptr) return {};
  return e->levels;
}

bool Capabilities::is_depth_supported(std::string_view exchange, int level) const {
  const auto levels = depth_levels(exchange);
  return std::find(levels.begin(), levels.end(), level) != levels.end();
}

std::optional<Depth> Capabilities::choose_depth(std::string_view exchange, const Limits& limits, int requested) const {
  return registry::choose_depth(depth_levels(exchange), limits, requested);
}

std::uint32_t Capabilities::feed(std::string_view exchange) const {
  const Exchange* e = find(exchange);
  return e == nullptr ? static_cast<std::uint32_t>(BGW_FEED_SNAPSHOT) : e->feed;
}

bool Capabilities::prices_below_zero(std::string_view exchange) const {
  const Exchange* e = find(exchange);
  return e != nullptr && (e->flags & BGW_PRICES_BELOW_ZERO) != 0;
}

bool Capabilities::prices_on_grid(std::string_view exchange) const {
  const Exchange* e = find(exchange);
  return e != nullptr && (e->flags & BGW_PRICES_ON_GRID) != 0;
}

bool Capabilities::answers_with_snapshot(std::string_view exchange) const {
  const Exchange* e = find(exchange);
  return e != nullptr && (e->flags & BGW_SNAPSHOT_ON_SUBSCRIBE) != 0;
}

bool Capabilities::has_time(std::string_view exchange, std::uint32_t mode) const {
  const Exchange* e = find(exchange);
  if (e == nullptr) return false;
  if (mode == BGW_MODE_LTP) return (e->flags & BGW_LTP_HAS_TIME) != 0;
  return (e->flags & (mode == BGW_MODE_QUOTE ? BGW_QUOTE_HAS_TIME : BGW_DEPTH_HAS_TIME)) != 0;
}

bool Capabilities::is_of_24_hours(std::string_view exchange) const {
  const Exchange* found = find(exchange);
  return found != nullptr && (found->flags & BGW_WINDOW_24_HOURS) != 0;
}

std::uint32_t Capabilities::lots(std::string_view exchange) const {
  constexpr std::uint32_t kLots = BGW_QUANTITIES_IN_LOTS | BGW_VOLUME_IN_LOTS | BGW_OI_IN_LOTS;
  const Exchange* e = find(exchange);
  return e == nullptr ? 0 : e->flags & kLots;
}

Result<Capabilities> Capabilities::narrowed_by(std::span<const bgw_capability> narrower) const {
  Capabilities made(narrower);
  for (auto& [name, e] : made.exchanges_) {
    const Exchange* own = find(name);
    if (own == nullptr) return Error{"exchange " + name + " is not in the descriptor"};
    e.flags = own->flags;
    if ((e.modes & ~own->modes) != 0) return Error{"exchange " + name + " has modes that the descriptor lacks"};
    for (const std::uint16_t level : e.levels)
      if (!is_depth_supported(name, level))
        return Error{"exchange " + name + ": depth level " + std::to_string(level) + " is not in the descriptor"};
  }
  return made;
}

std::string broker_message(std::string_view broker, const Capabilities& can, std::string_view exchange, int requested,
                           int actual) {
  if (actual == requested) return {};
  const auto levels = can.depth_levels(exchange);
  if (!levels.empty() && levels.back() == actual) {
    std::string name(broker);
    if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
    return name + " broker only supports up to " + std::to_string(actual) + " depth levels for " +
           std::string(exchange);
  }
  return "Depth level " + std::to_string(requested) + " not supported, using " + std::to_string(actual);
}

}  // namespace gw::registry
