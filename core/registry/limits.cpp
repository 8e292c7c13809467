#include "core/registry/limits.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <sstream>
#include <utility>

namespace gw::registry {
namespace {

constexpr std::size_t kMaxExchange = 15;

std::vector<std::string> exchanges_of(const bgw_connection_class& c) {
  std::istringstream words(c.exchanges == nullptr ? "" : c.exchanges);
  return {std::istream_iterator<std::string>(words), {}};
}

}  // namespace

std::string Limits::problem_of(const bgw_limits* d) {
  constexpr std::uint32_t kFirstSize = 64;  // in the first contract
  constexpr std::uint32_t kMaxDepthLimits = 64;
  if (d == nullptr) return "found nothing, expected limits";
  const auto found = [](std::uint64_t value, const std::string& expected) {
    return "found " + std::to_string(value) + ", expected " + expected;
  };
  if (d->size < kFirstSize) return "size: " + found(d->size, "at least " + std::to_string(kFirstSize));
  for (const auto& [what, ns] :
       {std::pair{"batch_interval_ns", d->batch_interval_ns}, std::pair{"heartbeat_period_ns", d->heartbeat_period_ns},
        std::pair{"time_resolution_ns", d->time_resolution_ns}})
    if (ns < 0) return std::string(what) + ": found " + std::to_string(ns) + ", expected 0 or more";
  if (d->depth_limit_count > kMaxDepthLimits)
    return "depth_limit_count: " + found(d->depth_limit_count, "at most " + std::to_string(kMaxDepthLimits));
  if (d->depth_limit_count != 0 && d->depth_limits == nullptr)
    return "depth_limits: found nothing, expected " + std::to_string(d->depth_limit_count);
  if (d->class_count > kMaxClasses)
    return "class_count: " + found(d->class_count, "at most " + std::to_string(kMaxClasses));
  if (d->class_count != 0 && d->classes == nullptr)
    return "classes: found nothing, expected " + std::to_string(d->class_count);
  for (std::uint32_t i = 0; i < d->class_count; ++i) {
    const bgw_connection_class& c = d->classes[i];
    const std::string where = "connection class " + std::to_string(i + 1) + ": ";
    const std::size_t length = strnlen(c.name, sizeof c.name);
    if (length == 0 || length == sizeof c.name) return where + "found no name, expected 1 to 15 letters";
    if (c.modes == 0 || (c.modes & ~7U) != 0) return where + "modes: " + found(c.modes, "bits of 1, 2 and 4");
    const auto exchanges = exchanges_of(c);
    const auto bad = std::ranges::find_if(exchanges, [](const std::string& e) { return e.size() > kMaxExchange; });
    if (bad != exchanges.end())
      return where + "exchanges: found " + *bad + ", expected names of at most 15 bytes, a space between two";
    if (c.depth_count > std::size(c.depths)) return where + "depth levels: " + found(c.depth_count, "at most 8");
  }
  return {};
}

Limits::Limits(const bgw_limits& d)
    : instruments_per_connection(d.instruments_per_connection),
      connections_per_account(d.connections_per_account),
      batch_size(d.batch_size),
      batch_interval_ns(d.batch_interval_ns),
      heartbeat_period_ns(d.heartbeat_period_ns),
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
  for (std::uint32_t i = 0; i < d.class_count; ++i) {
    const bgw_connection_class& from = d.classes[i];
    Class& one =
        classes.emplace_back(Class{from.name, from.connections, from.instruments, from.modes, {}, exchanges_of(from)});
    one.levels.assign(from.depths, from.depths + from.depth_count);
    // Each adapter object opens at most one connection of a class.
    connections =
        std::max(connections, std::min(one.connections == 0 ? kMaxConnections : one.connections, kMaxConnections));
    if (one.connections != 0 && (connections_per_account == 0 || one.connections < connections_per_account))
      connections_per_account = one.connections;
  }
  if (!classes.empty() && d.connections_per_account != 0)
    connections = std::min(connections, d.connections_per_account);
}

bool Limits::Class::serves(std::string_view exchange, std::uint32_t mode, std::uint32_t level) const {
  if ((modes & mode) == 0) return false;
  if (!exchanges.empty() && std::ranges::find(exchanges, exchange) == exchanges.end()) return false;
  return mode != BGW_MODE_DEPTH || levels.empty() || std::find(levels.begin(), levels.end(), level) != levels.end();
}

std::uint32_t Limits::classes_of(std::string_view exchange, std::uint32_t mode, std::uint32_t level) const {
  std::uint32_t bits = 0;
  for (std::uint32_t one = BGW_MODE_LTP; one <= mode && !classes.empty(); one <<= 1) {
    const auto found =
        std::find_if(classes.begin(), classes.end(), [&](const Class& c) { return c.serves(exchange, one, level); });
    if (found != classes.end()) bits |= 1U << (found - classes.begin());
  }
  return bits;
}

std::size_t Limits::class_of(std::string_view exchange, std::uint32_t modes, std::uint32_t level) const {
  for (std::uint32_t one = BGW_MODE_DEPTH; one != 0; one >>= 1) {
    if ((modes & one) == 0) continue;
    for (std::size_t i = 0; i < classes.size(); ++i)
      if (classes[i].serves(exchange, one, level)) return i;
  }
  return 0;
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

std::string Limits::text(const Class& of) {
  const std::string each =
      of.instruments == 0 ? "any number of instruments" : std::to_string(of.instruments) + " instruments";
  return text_of(of.connections == 0 ? kMaxConnections : of.connections, each) + " for " + of.name;
}

std::string Limits::text(const Depth& depth) const {
  return text_of(connections,
                 std::to_string(depth.per_connection) + " instruments with " + std::to_string(depth.level) + " levels");
}

}  // namespace gw::registry
