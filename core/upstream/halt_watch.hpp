// The exchanges that are halted: no broker ticks there, though some of the instruments held should. [routing]
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "core/upstream/group_feeds.hpp"
#include "core/upstream/interest_observer.hpp"

namespace gw::upstream {

class HaltWatch {
 public:
  // All outlive this.
  HaltWatch(Brokers& brokers, const InterestTable& interests, const GroupFeeds& feeds, InterestObserver& observer)
      : brokers_(brokers), interests_(interests), feeds_(feeds), observer_(observer) {}

  // Looks at all feeds once, marks those of halted exchanges and tells the observer what changed.
  void follow();
  bool is_halted(std::string_view exchange) const { return halted_.contains(exchange); }

 private:
  bool ticks_anywhere(std::string_view exchange) const;

  Brokers& brokers_;
  const InterestTable& interests_;
  const GroupFeeds& feeds_;
  InterestObserver& observer_;
  std::set<std::string, std::less<>> halted_;
};

}  // namespace gw::upstream
