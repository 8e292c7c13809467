#include "core/admission/shared_rates.hpp"

#include <algorithm>

namespace gw::admission {

std::shared_ptr<SharedRate> SharedRates::of(std::int64_t key, std::int64_t now_ns) {
  if (const auto found = rates_.find(key); found != rates_.end()) return found->second;
  if (rates_.size() >= max_kept_) {
    std::erase_if(
        rates_, [now_ns](const auto& entry) { return entry.second.use_count() == 1 && entry.second->is_full(now_ns); });
    max_kept_ = std::max(kMinKept, 2 * rates_.size());
  }
  return rates_.emplace(key, std::make_shared<SharedRate>()).first->second;
}

}  // namespace gw::admission
