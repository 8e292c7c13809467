// One broker as routing knows it: what it can do, its link, its feeds, its instruments and what is wanted of it.
// [routing]
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bus/records.hpp"
#include "core/upstream/broker_demand.hpp"
#include "core/upstream/broker_setup.hpp"
#include "core/upstream/ids.hpp"
#include "core/upstream/market_feeds.hpp"
#include "core/upstream/route_table.hpp"
#include "core/upstream/successor.hpp"

namespace gw::upstream {

class Broker {
 public:
  explicit Broker(BrokerSetup setup);
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  const BrokerSetup& setup() const { return setup_; }
  const std::string& name() const { return setup_.name; }
  // For a broker that could not be used until now, or whose settings changed.
  void attach(BrokerSetup setup);
  // The broker's adapter goes away, for the reason `why`. What is wanted of the broker stays wanted.
  void detach(std::string why, std::string next_step);
  bool available() const { return setup_.channel != nullptr; }

  // ---- its next link
  void begin_successor(BrokerSetup setup) {
    drop_successor();
    successor_ = std::make_unique<Successor>(std::move(setup), routes_);
  }
  void drop_successor() { successor_.reset(); }
  Successor* successor() const { return successor_.get(); }  // null: there is none
  // Takes records of the next link; true when there may be more.
  bool drain_successor(std::size_t budget) { return successor_->drain(budget, order_); }
  // The next link is the broker's from now on; its word on feeds and refusals is the caller's to take. What is known of
  // instruments stays.
  std::unique_ptr<Successor> succeed(std::int64_t now_ns);

  // ---- its link
  bus::LinkState state() const { return state_; }
  const std::string& state_message() const { return hang_.empty() ? state_message_ : hang_; }
  // `by_choice`: it is not connected only because it logs in anew for its feed.
  void set_state(bus::LinkState state, std::string message, bool by_choice, std::int64_t now_ns);
  bool is_connected() const { return available() && state_ == bus::LinkState::connected; }
  // The broker is connected, or will be in a moment: it logs in anew for its feed.
  bool is_up() const { return is_connected() || (available() && by_choice_); }
  std::int64_t connected_since_ns() const { return connected_since_ns_; }  // monotonic; while connected
  // There is no link, and waiting for it is no use just now.
  bool hopeless() const;
  // Its plugin does not return from a call: no feed ticks, and what its link is doing goes no further. `message` says
  // which call.
  void begin_hang(std::int64_t since_ns, const std::string& message, std::int64_t now_ns);
  void end_hang(std::int64_t now_ns);

  // ---- its feeds
  const MarketFeeds& feeds() const { return feeds_; }
  MarketFeeds& feeds() { return feeds_; }
  void set_feed(const bus::FeedRecord& record, std::int64_t now_ns);

  // ---- its packets, in the order in which routing takes them
  std::uint64_t next_order() { return ++order_; }
  // The route's values with an order up to this one are suspect: newer ones may have been missed while the link was
  // down or the feed stale.
  std::uint64_t suspect_order(const Route& route) const;

  // ---- its instruments, and what is wanted of them
  RouteTable& routes() { return routes_; }
  const RouteTable& routes() const { return routes_; }
  const std::shared_ptr<const instruments::Index>& index() const { return routes_.index(); }  // null: none
  void set_index(std::shared_ptr<const instruments::Index> index);
  BrokerDemand& demand() { return demand_; }
  const BrokerDemand& demand() const { return demand_; }
  // Whether the broker may be able to give more than before: room was freed, or there is another instrument list.
  // Asking clears it.
  bool take_news();
  void flush_demand(std::int64_t now_ns) {
    if (available()) demand_.flush(*setup_.channel, now_ns);
  }

 private:
  BrokerSetup setup_;
  bus::LinkState state_ = bus::LinkState::disconnected;
  bool started_ = false;  // the link has said something
  std::string state_message_;
  std::string hang_;  // how its plugin hangs; empty: it does not
  bool by_choice_ = false;
  std::int64_t connected_since_ns_ = 0;
  std::uint64_t order_ = 0;
  std::uint64_t suspect_order_ = 0;
  MarketFeeds feeds_;
  RouteTable routes_;
  BrokerDemand demand_;
  bool has_list_news_ = false;
  std::unique_ptr<Successor> successor_;  // after routes_, which it marks
};

// All brokers, by their number.
class Brokers {
 public:
  BrokerId add(BrokerSetup setup) {
    all_.push_back(std::make_unique<Broker>(std::move(setup)));
    return static_cast<BrokerId>(all_.size() - 1);
  }
  Broker& operator[](BrokerId id) { return *all_[id]; }
  const Broker& operator[](BrokerId id) const { return *all_[id]; }
  std::size_t size() const { return all_.size(); }
  std::optional<BrokerId> find(std::string_view name) const {
    const auto found = std::find_if(all_.begin(), all_.end(), [name](const auto& b) { return b->name() == name; });
    if (found == all_.end()) return std::nullopt;
    return static_cast<BrokerId>(found - all_.begin());
  }
  auto begin() const { return all_.begin(); }
  auto end() const { return all_.end(); }

 private:
  std::vector<std::unique_ptr<Broker>> all_;
};

}  // namespace gw::upstream
