// Which subscriptions have had neither data nor a word from the broker since they were handed over. [adapter]
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gw::plugin_host {

class Unanswered {
 public:
  // `due_ns`: when it has waited for long enough.
  void add(std::uint32_t handle, std::int64_t due_ns) {
    due_[handle] = due_ns;
    order_.emplace_back(due_ns, handle);
  }
  void remove(std::uint32_t handle) { due_.erase(handle); }
  void clear() {
    due_.clear();
    order_.clear();
  }
  // Those that are due; they are waited for no more.
  std::vector<std::uint32_t> take_due(std::int64_t now_ns) {
    std::vector<std::uint32_t> handles;
    for (; !order_.empty() && order_.front().first <= now_ns; order_.pop_front()) {
      const auto found = due_.find(order_.front().second);
      if (found == due_.end() || found->second != order_.front().first) continue;  // answered, or asked again since
      handles.push_back(found->first);
      due_.erase(found);
    }
    return handles;
  }
  std::optional<std::int64_t> next_due() const {
    return order_.empty() ? std::nullopt : std::optional(order_.front().first);
  }

 private:
  std::unordered_map<std::uint32_t, std::int64_t> due_;
  std::deque<std::pair<std::int64_t, std::uint32_t>> order_;  // ascending
};

}  // namespace gw::plugin_host
