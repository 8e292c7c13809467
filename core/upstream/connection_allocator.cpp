#include "core/upstream/connection_allocator.hpp"

namespace gw::upstream {

std::size_t ConnectionAllocator::depth_index(std::uint32_t level) const {
  std::size_t i = 0;
  while (i < limits_.depths.size() && limits_.depths[i].level != level) ++i;
  return i;
}

bool ConnectionAllocator::fits(const Allocation& now, const Allocation& next) const {
  const bool here = now.weight != 0 && now.connection == next.connection;
  const Used none;
  const Used& at = next.connection < used_.size() ? used_[next.connection] : none;
  const std::uint32_t used = at.weight - (here ? now.weight : 0);
  if (limits_.instruments_per_connection != 0 && used + next.weight > limits_.instruments_per_connection) return false;
  for (std::size_t i = 0; i < limits_.classes.size(); ++i)
    if ((next.classes >> i & 1U) != 0 && !fits_in_class(i, now, next)) return false;
  const std::size_t i = depth_index(next.level);
  if (i == limits_.depths.size() || limits_.depths[i].per_connection == 0) return true;
  std::uint32_t deep = i < at.depths.size() ? at.depths[i] : 0;
  if (here && now.level == next.level) --deep;
  return deep < limits_.depths[i].per_connection;
}

bool ConnectionAllocator::fits_in_class(std::size_t index, const Allocation& now, const Allocation& next) const {
  const registry::Limits::Class& limits = limits_.classes[index];
  const bool was_in = now.weight != 0 && (now.classes >> index & 1U) != 0;
  std::uint32_t here = 0;    // on this connection, without `now`
  std::uint32_t others = 0;  // other connections that use the class, without `now`
  for (std::uint32_t connection = 0; connection < used_.size(); ++connection) {
    const std::uint32_t count = used_[connection].classes[index] - (was_in && now.connection == connection ? 1U : 0U);
    if (connection == next.connection)
      here = count;
    else
      others += count != 0;
  }
  if (limits.instruments != 0 && here >= limits.instruments) return false;
  return here != 0 || limits.connections == 0 || others < limits.connections;
}

std::optional<ConnectionAllocator::Allocation> ConnectionAllocator::find(const Allocation& now,
                                                                         std::string_view exchange, std::uint32_t mode,
                                                                         std::uint32_t level) const {
  const registry::Limits::Depth* depth = limits_.find(level);
  Allocation next{now.connection, depth == nullptr ? 1 : depth->weight, level,
                  limits_.classes_of(exchange, mode, level)};
  if (now.weight != 0 && fits(now, next)) return next;
  for (next.connection = 0; next.connection < limits_.connections; ++next.connection)
    if (fits(now, next)) return next;
  return std::nullopt;
}

std::string ConnectionAllocator::limit_text(std::string_view exchange, std::uint32_t mode, std::uint32_t level) const {
  const auto has_room = [this](Allocation next) {
    for (next.connection = 0; next.connection < limits_.connections; ++next.connection)
      if (fits({}, next)) return true;
    return false;
  };
  const std::uint32_t classes = limits_.classes_of(exchange, mode, level);
  for (std::size_t i = 0; i < limits_.classes.size(); ++i)
    if ((classes >> i & 1U) != 0 && !has_room({0, 0, 0, 1U << i})) return registry::Limits::text(limits_.classes[i]);
  const registry::Limits::Depth* depth = limits_.find(level);
  if (depth != nullptr && depth->per_connection != 0 && has_room({0, depth->weight, 0, classes}))
    return limits_.text(*depth);
  // Each class has room, but no connection has room in all of them.
  if (classes != 0 && limits_.instruments_per_connection == 0)
    return registry::Limits::text(limits_.classes[limits_.class_of(exchange, mode, level)]);
  return limits_.text();
}

void ConnectionAllocator::count(const Allocation& share, std::int32_t sign) {
  if (share.weight == 0) return;
  if (share.connection >= used_.size()) used_.resize(share.connection + 1);
  Used& used = used_[share.connection];
  used.weight += static_cast<std::uint32_t>(sign) * share.weight;
  for (std::size_t i = 0; i < used.classes.size(); ++i)
    if ((share.classes >> i & 1U) != 0) used.classes[i] += static_cast<std::uint32_t>(sign);
  const std::size_t i = depth_index(share.level);
  if (i == limits_.depths.size()) return;
  if (i >= used.depths.size()) used.depths.resize(limits_.depths.size());
  used.depths[i] += static_cast<std::uint32_t>(sign);
}

std::vector<ConnectionAllocator::Use> ConnectionAllocator::uses() const {
  std::vector<Use> uses;
  for (std::uint32_t connection = 0; connection < used_.size(); ++connection) {
    const Used& used = used_[connection];
    if (limits_.instruments_per_connection != 0)
      uses.push_back({connection, "instruments", used.weight, limits_.instruments_per_connection});
    for (std::size_t i = 0; i < limits_.classes.size(); ++i)
      if (limits_.classes[i].instruments != 0)
        uses.push_back({connection, limits_.classes[i].name, used.classes[i], limits_.classes[i].instruments});
    for (std::size_t i = 0; i < used.depths.size(); ++i)
      if (limits_.depths[i].per_connection != 0)
        uses.push_back({connection, "depth" + std::to_string(limits_.depths[i].level), used.depths[i],
                        limits_.depths[i].per_connection});
  }
  return uses;
}

void ConnectionAllocator::replace(Allocation& now, const Allocation& next) {
  count(now, -1);
  count(next, 1);
  now = next;
}

}  // namespace gw::upstream
