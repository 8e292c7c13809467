#include "core/upstream/halt_watch.hpp"

#include <utility>

namespace gw::upstream {

void HaltWatch::follow() {
  std::set<std::string, std::less<>> halted;
  for (GroupId id = 0; id < interests_.group_count(); ++id) {
    const BrokerGroup& g = interests_.group(id);
    for (const MarketFeed* feed : silent_.of(g))
      if (silent_.is_silent_everywhere(g, *feed)) halted.insert(feed->exchange);
  }
  if (halted == halted_) return;
  halted_ = std::move(halted);
  for (BrokerId id = 0; id < brokers_.size(); ++id) {
    bool changed = false;
    for (MarketFeed& feed : brokers_[id].feeds().all())
      changed = std::exchange(feed.halted, halted_.contains(feed.exchange)) != feed.halted || changed;
    if (changed) observer_.halt_changed(id);
  }
}

}  // namespace gw::upstream
