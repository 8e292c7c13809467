// The state of a broker's link as a whole: told to routing, to the log and to the counts when it changes. Thread: feed.
#pragma once

#include <string>

#include "core/plugin_host/link_context.hpp"

namespace gw::plugin_host {

class LinkStatus {
 public:
  explicit LinkStatus(LinkContext& link) : link_(link) {}

  bus::LinkState state() const { return state_; }
  bool is_connected() const { return state_ == bus::LinkState::connected; }
  void set(bus::LinkState state, const std::string& message);
  // Says whether the link is down because the gateway logs in anew for its feed. Counts until it is connected again.
  void set_by_choice(bool by_choice) { by_choice_ = by_choice; }

 private:
  LinkContext& link_;
  bus::LinkState state_ = bus::LinkState::disconnected;
  std::string message_;
  bool by_choice_ = false;
};

}  // namespace gw::plugin_host
