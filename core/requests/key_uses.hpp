// Which keys clients use: how many clients each has now, and when each was used last. [routing]
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/accounts/account_store.hpp"

namespace gw::requests {

class KeyUses {
 public:
  std::size_t clients_of(std::int64_t key) const {
    const auto found = clients_.find(key);
    return found == clients_.end() ? 0 : found->second;
  }
  void begin(std::int64_t key) { ++clients_[key]; }
  void end(std::int64_t key, std::int64_t wall_ns) {
    if (--clients_[key] == 0) clients_.erase(key);
    ended_[key] = wall_ns;
  }
  // A use without a client, like that of /metrics.
  void note(std::int64_t key, std::int64_t wall_ns) { ended_[key] = wall_ns; }
  // The uses since the last call. A key that a client is connected with is in use now.
  std::vector<accounts::KeyUse> take(std::int64_t wall_ns) {
    std::vector<accounts::KeyUse> uses;
    for (const auto& [key, clients] : clients_) uses.push_back({key, wall_ns});
    for (const auto& [key, used_ns] : std::exchange(ended_, {}))
      if (clients_of(key) == 0) uses.push_back({key, used_ns});
    return uses;
  }

 private:
  std::unordered_map<std::int64_t, std::size_t> clients_;  // by key
  std::unordered_map<std::int64_t, std::int64_t> ended_;   // by key: when the last client left, since take()
};

}  // namespace gw::requests
