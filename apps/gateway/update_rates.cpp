#include "apps/gateway/update_rates.hpp"

namespace gw::app {

void UpdateRates::look(const std::string& broker, std::uint64_t count, std::int64_t now_ns) {
  auto& seen = seen_[broker];
  if (!seen.empty() && count < seen.back().second) seen.clear();
  seen.emplace_back(now_ns, count);
  while (seen.size() > 2 && now_ns - seen[1].first >= kSpanNs) seen.pop_front();
}

double UpdateRates::of(const std::string& broker) const {
  const auto found = seen_.find(broker);
  if (found == seen_.end() || found->second.size() < 2) return 0;
  const auto& [from, before] = found->second.front();
  const auto& [to, now] = found->second.back();
  return static_cast<double>(now - before) * 1e9 / static_cast<double>(to - from);
}

}  // namespace gw::app
