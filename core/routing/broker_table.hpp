// All that routing knows of one broker: its link, capabilities and instruments, and a dense table of the instruments
// that somebody wants or wanted. A handle of this table is what ticks carry. Used by Router only. [routing]
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bgw/abi.h"
#include "core/bus/channel.hpp"
#include "core/bus/records.hpp"
#include "core/instruments/index.hpp"
#include "core/registry/capabilities.hpp"
#include "core/routing/stream.hpp"

namespace gw::routing {

inline constexpr TopicId kNoTopic = ~TopicId{0};

// The newest values of one instrument, kept per kind of packet: what an LTP packet says never stands in for a quote.
struct Memory {
  struct Slot {
    bgw_tick tick{};
    bgw_tick_rare rare{};
    bool has_rare = false;
    std::int64_t received_ns = 0;
    std::uint64_t order = 0;  // 0: nothing known
  };
  std::array<Slot, 3> slots;  // by the richest mode that the packet filled
  std::vector<bgw_level> bids;
  std::vector<bgw_level> asks;
  std::int64_t book_time_ns = 0;
  std::int64_t ltp = 0;
  bool has_ltp = false;
};

// One instrument at one broker.
struct Route {
  std::string symbol;
  std::string exchange;
  // As the instrument list that was the last to have it said.
  std::string broker_symbol;
  std::string broker_exchange;
  std::string token;
  std::array<TopicId, kStreams> topics{kNoTopic, kNoTopic, kNoTopic, kNoTopic, kNoTopic, kNoTopic};
  std::uint32_t topic_count = 0;
  // What was last asked of the adapter, and with which token.
  std::uint32_t demanded_mode = 0;
  std::uint32_t demanded_depth = 0;
  std::string demanded_token;
  std::uint32_t releases_due = 0;  // `released` records still to come
  bool dirty = false;
  std::unique_ptr<Memory> memory;
};

struct BrokerSetup {
  std::string name;
  std::string plugin;
  registry::Capabilities capabilities;
  bus::Channel* channel = nullptr;  // null: not available, and `unavailable` says why
  std::string unavailable;
};

class BrokerTable {
 public:
  explicit BrokerTable(BrokerSetup setup) : setup_(std::move(setup)) {}

  const BrokerSetup& setup() const { return setup_; }
  // A broker that could not be used until now.
  void attach(BrokerSetup setup) { setup_ = std::move(setup); }
  registry::Capabilities& capabilities() { return setup_.capabilities; }
  bool available() const { return setup_.channel != nullptr; }
  const instruments::Index* index() const { return index_.get(); }
  // Routes keep their names; tokens are looked up anew, and demand follows where they changed.
  void set_index(std::shared_ptr<const instruments::Index> index);

  bus::LinkState state() const { return state_; }
  const std::string& state_message() const { return state_message_; }
  void set_state(bus::LinkState state, std::string message);

  // The handle of an instrument; made when new. Nothing when the broker does not list it and nobody holds it.
  std::optional<std::uint32_t> route_for(std::string_view symbol, std::string_view exchange);
  std::optional<std::uint32_t> find_route(std::string_view symbol, std::string_view exchange) const;
  Route* route(std::uint32_t handle) { return handle < routes_.size() ? &routes_[handle] : nullptr; }

  // What is wanted of the route changed: demand is sent with the next flush.
  void touch(std::uint32_t handle);
  void released(std::uint32_t handle);
  // Hands demand to the adapter as far as its ring has room. `wanted` gives mode and depth of a route.
  template <class Wanted>
  void flush_demand(Wanted&& wanted) {
    std::size_t done = 0;
    bool rang = false;
    while (done < dirty_.size()) {
      const auto [mode, depth] = wanted(routes_[dirty_[done]]);
      if (!send_demand(dirty_[done], mode, depth, rang)) break;
      ++done;
    }
    dirty_.erase(dirty_.begin(), dirty_.begin() + static_cast<std::ptrdiff_t>(done));
    if (rang) setup_.channel->adapter_bell().ring();
  }
  std::size_t route_count() const { return by_name_.size(); }

  std::uint64_t seq_floor = 0;  // a topic that is made anew goes on from here, so that seq never runs backwards
  std::uint64_t update_order = 0;

 private:
  bool send_demand(std::uint32_t handle, std::uint32_t mode, std::uint32_t depth, bool& rang);
  void free_if_unused(std::uint32_t handle);
  static void take_names(Route& route, const instruments::InstrumentView& row);
  static std::string key(std::string_view symbol, std::string_view exchange);

  BrokerSetup setup_;
  std::shared_ptr<const instruments::Index> index_;
  bus::LinkState state_ = bus::LinkState::disconnected;
  std::string state_message_;
  std::vector<Route> routes_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> dirty_;
  std::unordered_map<std::string, std::uint32_t> by_name_;
};

}  // namespace gw::routing
