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
  // `mode`: the richest that was asked for. `deadline_ns`: when the subscription has waited long enough.
  void add(std::uint32_t handle, std::uint32_t mode, std::int64_t deadline_ns) {
    waiting_[handle] = {mode, deadline_ns};
    order_.emplace_back(deadline_ns, handle);
  }
  // Whether an update of these modes is what the handle waits for: data of a poorer stream do not answer for a richer
  // one.
  bool is_answer(std::uint32_t handle, std::uint32_t modes) const {
    const auto found = waiting_.find(handle);
    return found != waiting_.end() && (modes & found->second.mode) != 0;
  }
  bool has(std::uint32_t handle) const { return waiting_.contains(handle); }
  bool empty() const { return waiting_.empty(); }
  void remove(std::uint32_t handle) { waiting_.erase(handle); }
  void clear() {
    waiting_.clear();
    order_.clear();
  }
  // Returns the handles whose time is up, and forgets them.
  std::vector<std::uint32_t> take_expired(std::int64_t now_ns) {
    std::vector<std::uint32_t> handles;
    for (; !order_.empty() && order_.front().first <= now_ns; order_.pop_front()) {
      const auto found = waiting_.find(order_.front().second);
      // It was answered, or asked again since.
      if (found == waiting_.end() || found->second.deadline_ns != order_.front().first) continue;
      handles.push_back(found->first);
      waiting_.erase(found);
    }
    return handles;
  }
  std::optional<std::int64_t> next_deadline() const {
    return order_.empty() ? std::nullopt : std::optional(order_.front().first);
  }

 private:
  struct Waiting {
    std::uint32_t mode;
    std::int64_t deadline_ns;
  };
  std::unordered_map<std::uint32_t, Waiting> waiting_;
  std::deque<std::pair<std::int64_t, std::uint32_t>> order_;  // ascending
};

}  // namespace gw::plugin_host
