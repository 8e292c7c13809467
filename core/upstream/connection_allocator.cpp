#include "core/upstream/connection_allocator.hpp"

namespace gw::upstream {

std::size_t ConnectionAllocator::depth_index(std::uint32_t level) const {
  std::size_t i = 0;
  while (i < limits_.depths.size() && limits_.depths[i].level != level) ++i;
  return i;
}

bool ConnectionAllocator::fits(std::uint32_t connection, const Allocation& now, std::uint32_t level,
                               std::uint32_t weight) const {
  const bool here = now.weight != 0 && now.connection == connection;
  std::uint32_t used = connection < used_.size() ? used_[connection].weight : 0;
  if (here) used -= now.weight;
  if (limits_.instruments_per_connection != 0 && used + weight > limits_.instruments_per_connection) return false;
  const std::size_t i = depth_index(level);
  if (i == limits_.depths.size() || limits_.depths[i].per_connection == 0) return true;
  std::uint32_t deep =
      connection < used_.size() && i < used_[connection].depths.size() ? used_[connection].depths[i] : 0;
  if (here && now.level == level) --deep;
  return deep < limits_.depths[i].per_connection;
}

std::optional<ConnectionAllocator::Allocation> ConnectionAllocator::find(const Allocation& now,
                                                                         std::uint32_t level) const {
  const registry::Limits::Depth* depth = limits_.find(level);
  const std::uint32_t weight = depth == nullptr ? 1 : depth->weight;
  if (now.weight != 0 && fits(now.connection, now, level, weight)) return Allocation{now.connection, weight, level};
  for (std::uint32_t connection = 0; connection < limits_.connections; ++connection)
    if (fits(connection, now, level, weight)) return Allocation{connection, weight, level};
  return std::nullopt;
}

std::string ConnectionAllocator::limit_text(std::uint32_t level) const {
  const registry::Limits::Depth* depth = limits_.find(level);
  if (depth != nullptr && depth->per_connection != 0)
    for (std::uint32_t connection = 0; connection < limits_.connections; ++connection)
      if (fits(connection, {}, 0, depth->weight)) return limits_.text(*depth);
  return limits_.text();
}

void ConnectionAllocator::count(const Allocation& share, std::int32_t sign) {
  if (share.weight == 0) return;
  if (share.connection >= used_.size()) used_.resize(share.connection + 1);
  Used& used = used_[share.connection];
  used.weight += static_cast<std::uint32_t>(sign) * share.weight;
  const std::size_t i = depth_index(share.level);
  if (i == limits_.depths.size()) return;
  if (i >= used.depths.size()) used.depths.resize(limits_.depths.size());
  used.depths[i] += static_cast<std::uint32_t>(sign);
}

void ConnectionAllocator::replace(Allocation& now, const Allocation& next) {
  count(now, -1);
  count(next, 1);
  now = next;
}

}  // namespace gw::upstream
