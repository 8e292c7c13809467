#include "core/upstream/halt_watch.hpp"

#include <algorithm>
#include <utility>

namespace gw::upstream {

// A broker that serves other users counts too.
bool HaltWatch::ticks_anywhere(std::string_view exchange) const {
  return std::any_of(brokers_.begin(), brokers_.end(), [exchange](const auto& broker) {
    const MarketFeed* feed = std::as_const(*broker).feeds().find(exchange);
    return broker->is_connected() && feed != nullptr && feed->state == bus::FeedState::live;
  });
}

void HaltWatch::follow() {
  std::set<std::string, std::less<>> halted;
  interests_.for_each_group([&](GroupId, const BrokerGroup& g) {
    for (const MarketFeed* feed : feeds_.silent(g))
      if (feeds_.is_silent_everywhere(g, *feed) && !ticks_anywhere(feed->exchange)) halted.insert(feed->exchange);
  });
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
