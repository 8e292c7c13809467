// A broker's next link, beside the one that serves: it is told what is demanded of that one, and listened to, so that
// it can take over without a gap. Nothing that it says goes to clients before. [routing]
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/bus/records.hpp"
#include "core/upstream/broker_setup.hpp"
#include "core/upstream/ids.hpp"
#include "core/upstream/last_value.hpp"
#include "core/upstream/route_table.hpp"

namespace gw::upstream {

class Successor {
 public:
  struct Told {
    std::uint32_t mode = 0;
    std::uint32_t depth = 0;
    std::uint32_t connection = 0;
    bool is_answered = false;          // by data, or by the broker's word
    std::unique_ptr<LastValue> value;  // null: nothing came yet
  };
  using All = std::map<RouteHandle, Told>;

  // Its demand is what is demanded of the routes now; what changes later it hears when it takes over.
  Successor(BrokerSetup setup, RouteTable& routes);
  ~Successor();
  Successor(const Successor&) = delete;
  Successor& operator=(const Successor&) = delete;

  // Takes up to `budget` records; true when there may be more. `order`: see Broker::next_order.
  bool drain(std::size_t budget, std::uint64_t& order);
  // From now on its records wait in its ring, until it has taken over.
  void hold() { is_held_ = true; }

  bus::LinkState state() const { return state_; }
  const std::string& message() const { return message_; }
  std::size_t unanswered() const { return unanswered_; }
  bool has_been_told_all() const { return untold_.empty(); }
  std::uint64_t updates() const { return updates_; }

  // ---- what it hands over
  BrokerSetup& setup() { return setup_; }
  All& told() { return told_; }
  const std::vector<bus::FeedRecord>& feeds() const { return feeds_; }          // the last word on each exchange
  const std::vector<bus::HandleRecord>& refusals() const { return refusals_; }  // in their order

 private:
  void tell();
  void take(std::span<const std::byte> record, std::uint64_t& order);
  void on_update(std::span<const std::byte> record, std::uint64_t& order);
  void on_answer(RouteHandle handle);

  BrokerSetup setup_;
  RouteTable& routes_;
  All told_;
  std::vector<RouteHandle> untold_;  // its ring had no room for them yet; the last one is next
  std::size_t unanswered_ = 0;
  std::uint64_t updates_ = 0;
  bus::LinkState state_ = bus::LinkState::disconnected;
  std::string message_;
  std::vector<bus::FeedRecord> feeds_;
  std::vector<bus::HandleRecord> refusals_;
  bool is_held_ = false;
};

}  // namespace gw::upstream
