// The border that every update passes on its way from an adapter to routing: checked, put into units, judged, stamped
// with the time at which its frame was read, and written to the ring. Thread: feed.
#pragma once

#include <cstdint>

#include "bgw/abi.h"
#include "core/liveness/feed_judge.hpp"
#include "core/plugin_host/adapter_object.hpp"
#include "core/plugin_host/link_context.hpp"
#include "core/plugin_host/subscriptions.hpp"
#include "core/plugin_host/update_check.hpp"

namespace gw::plugin_host {

class UpdateGate {
 public:
  UpdateGate(LinkContext& link, const AdapterObject& object, Subscriptions& subscriptions, liveness::FeedJudge& judge)
      : link_(link), object_(object), subscriptions_(subscriptions), judge_(judge) {}

  // The updates from now on are of this login.
  void begin_login(std::uint32_t number) { login_ = number; }
  void publish(const bgw_update& update) noexcept;

 private:
  bool is_valid(const bgw_update& update) const noexcept;
  void count_left_out(const UpdateCheck::Result& checked) noexcept;

  LinkContext& link_;
  const AdapterObject& object_;
  Subscriptions& subscriptions_;
  liveness::FeedJudge& judge_;
  std::uint32_t login_ = 0;
  UpdateCheck check_;
};

}  // namespace gw::plugin_host
