// The exchanges that are halted: nobody ticks there, though some of what is held should. [routing]
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "core/upstream/interest_observer.hpp"
#include "core/upstream/silent_feeds.hpp"

namespace gw::upstream {

class HaltWatch {
 public:
  // All outlive this.
  HaltWatch(Brokers& brokers, const InterestTable& interests, const SilentFeeds& silent, InterestObserver& observer)
      : brokers_(brokers), interests_(interests), silent_(silent), observer_(observer) {}

  // Looks at all feeds once, marks those of halted exchanges and tells the observer what changed.
  void follow();
  bool is_halted(std::string_view exchange) const { return halted_.contains(exchange); }

 private:
  Brokers& brokers_;
  const InterestTable& interests_;
  const SilentFeeds& silent_;
  InterestObserver& observer_;
  std::set<std::string, std::less<>> halted_;
};

}  // namespace gw::upstream
