#include "core/proxy/shared_paces.hpp"

#include <algorithm>

namespace gw::proxy {

std::shared_ptr<SharedPace> SharedPaces::of(std::int64_t key, std::int64_t now_ns) {
  if (const auto found = paces_.find(key); found != paces_.end()) return found->second;
  if (paces_.size() >= most_) {
    std::erase_if(
        paces_, [now_ns](const auto& entry) { return entry.second.use_count() == 1 && entry.second->is_full(now_ns); });
    most_ = std::max(kFewest, 2 * paces_.size());
  }
  return paces_.emplace(key, std::make_shared<SharedPace>()).first->second;
}

}  // namespace gw::proxy
