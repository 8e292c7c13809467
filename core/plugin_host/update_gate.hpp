// The border that every update passes on its way from an adapter to routing: checked, put into units, judged, stamped
// with the time at which its frame was read, and written to the ring. Thread: feed.
#pragma once

#include <cstdint>

#include "bgw/abi.h"
#include "core/plugin_host/adapter_object.hpp"
#include "core/plugin_host/connection_judges.hpp"
#include "core/plugin_host/link_context.hpp"
#include "core/plugin_host/subscriptions.hpp"
#include "core/plugin_host/update_check.hpp"

namespace gw::plugin_host {

class UpdateGate {
 public:
  UpdateGate(LinkContext& link, const AdapterObject& object, Subscriptions& subscriptions, ConnectionJudges& judges)
      : link_(link), object_(object), subscriptions_(subscriptions), judges_(judges) {}

  // Only between open() and close() may the adapter publish.
  void open() { is_open_ = true; }
  void close() { is_open_ = false; }
  // The updates from now on are of this login.
  void begin_login(std::uint32_t number) { login_ = number; }
  std::uint64_t count() const { return count_; }  // updates that were valid
  // NULL counts as an invalid update.
  void publish(const bgw_update* update) noexcept;

 private:
  bool is_valid(const bgw_update& update) const noexcept;
  std::size_t class_of(const bgw_tick& tick) const noexcept;
  void count_left_out(const UpdateCheck::Result& checked) noexcept;

  LinkContext& link_;
  const AdapterObject& object_;
  Subscriptions& subscriptions_;
  ConnectionJudges& judges_;
  bool is_open_ = false;
  std::uint32_t login_ = 0;
  std::uint64_t count_ = 0;
  UpdateCheck check_;
};

}  // namespace gw::plugin_host
