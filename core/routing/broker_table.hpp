// All that routing knows of one broker: its link, capabilities, limits and instruments, and a dense table of the
// instruments that somebody wants or wanted. A handle of this table is what ticks carry. Used by Router only. [routing]
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bgw/abi.h"
#include "core/base/prefetch.hpp"
#include "core/bus/channel.hpp"
#include "core/bus/records.hpp"
#include "core/instruments/index.hpp"
#include "core/registry/capabilities.hpp"
#include "core/registry/limits.hpp"
#include "core/routing/market_feeds.hpp"
#include "core/routing/outcome.hpp"
#include "core/routing/placement.hpp"
#include "core/routing/stream.hpp"

namespace gw::routing {

inline constexpr std::uint32_t kNoHandle = ~std::uint32_t{0};

// The newest values of one instrument, kept per kind of packet: what an LTP packet says never stands in for a quote.
struct Memory {
  static constexpr std::size_t kSlots = 3;  // by the richest mode that the packet filled
  // What every update looks at, in one line of the cache.
  std::array<std::uint64_t, kSlots> orders{};  // 0: nothing known
  std::array<std::uint32_t, kSlots> modes{};   // that the slot's packet filled
  // To see whether the broker showed every trade: login and volume of the last packet that had both.
  std::uint32_t volume_session = 0;
  std::int64_t volume = -1;
  std::int64_t ltp = 0;
  std::uint64_t ltp_order = 0;  // 0: none known
  bool was_priced = false;      // and what came before has been published with it

  struct Slot {
    bgw_tick tick{};
    bgw_tick_rare rare{};
    bool has_rare = false;
    std::uint32_t session = 0;  // the login that said it
    std::int64_t received_ns = 0;
  };
  std::array<Slot, kSlots> slots;
  std::vector<bgw_level> bids;
  std::vector<bgw_level> asks;
  std::int64_t book_time_ns = 0;
  bool book_has_orders = false;
};
static_assert(offsetof(Memory, slots) <= kCacheLine + 16);

// What came last, of whatever kind; null: nothing.
inline const Memory::Slot* newest_of(const Memory& memory) {
  const auto newest = std::max_element(memory.orders.begin(), memory.orders.end());
  return *newest == 0 ? nullptr : &memory.slots[static_cast<std::size_t>(newest - memory.orders.begin())];
}

// The broker's word that it does not give one stream of a token.
struct Refusal {
  std::uint32_t mode = 0;
  std::uint32_t depth = 0;
  std::string reason;
  std::int64_t at_ns = 0;  // monotonic
  bool disproved = false;  // data came all the same: it counts no more, and the next session asks again
};

// One token of the broker, and what is wanted of it. Instruments that share a token share its route; a handle stands
// for one token for as long as it lives.
struct Route {
  // What every update looks at, in one line of the cache. Who wants it: those that this broker serves, and those for
  // which it stands by.
  std::vector<InterestId> served;
  std::vector<InterestId> standing_by;
  std::unique_ptr<Memory> memory;
  std::uint32_t demanded_depth = 0;  // what was last asked of the adapter
  std::uint16_t demanded_mode = 0;
  std::uint16_t market = 0;  // of its exchange, in BrokerTable::feeds

  // Of the instrument that asked first, as the instrument list said it.
  std::string symbol;
  std::string exchange;
  std::string broker_symbol;
  std::string broker_exchange;
  std::string token;
  std::uint32_t lot_size = 0;
  InstrumentKind kind = InstrumentKind::other;
  std::vector<std::string> names;  // of all instruments that have it, keys of by_name_
  bool in_use = false;
  std::uint32_t wanted_mode = 0;
  std::uint32_t wanted_depth = 0;
  Placement::Share share;
  std::uint32_t demanded_connection = 0;  // on which it was asked
  std::int64_t demanded_ns = 0;           // since when something is asked of it; monotonic
  std::uint32_t releases_due = 0;         // `released` records still to come
  std::vector<Refusal> refused;           // in this session of the broker, and not asked for again since
  bool ask_again = false;                 // what is wanted is asked for once more, though nothing of it has changed
  bool dirty = false;
};

static_assert(offsetof(Route, symbol) <= kCacheLine);

// An instrument that stays wanted though no client asks.
struct Pin {
  std::string symbol;
  std::string exchange;
  friend bool operator==(const Pin&, const Pin&) = default;
};

struct BrokerSetup {
  std::string name;
  std::string plugin;
  registry::Capabilities capabilities;
  bus::Channel* channel = nullptr;  // null: not available, and `unavailable` says why
  std::string unavailable;
  registry::Limits limits;
  bool hot_standby = false;
  bool tokens_per_exchange = false;  // a token is unique within its broker_exchange only
  bool simulated = false;            // its prices are invented
  std::int64_t stall_limit_ns = 0;   // a silence of so long is worth a question
  std::vector<Pin> canary = {};      // subscribed as long as it is attached: see Router::keep_canaries
};

class BrokerTable {
 public:
  explicit BrokerTable(BrokerSetup setup) : setup_(std::move(setup)), placement_(setup_.limits) {}

  const BrokerSetup& setup() const { return setup_; }
  // A broker that could not be used until now, or whose settings changed. Nothing is wanted of it until want() says so.
  void attach(BrokerSetup setup);
  // Its adapter goes away. What is wanted stays so.
  void detach(std::string why);
  void set_capabilities(registry::Capabilities capabilities) { setup_.capabilities = std::move(capabilities); }
  bool available() const { return setup_.channel != nullptr; }
  const std::shared_ptr<const instruments::Index>& index() const { return index_; }  // null: none
  // An instrument whose token is now another one, or another instrument's, loses its route: see is_bound. One that the
  // list merely lacks keeps it, for the broker may still serve it.
  void set_index(std::shared_ptr<const instruments::Index> index);
  // Ends what the list lacks and a route still serves.
  void unbind(std::string_view symbol, std::string_view exchange);
  // Whether what could not be had before may be had now: room was freed, or there is another list. Asking clears it.
  bool take_news() { return std::exchange(has_news_, false); }
  // Also what its list lacks and somebody still has of it.
  bool lists(std::string_view symbol, std::string_view exchange) const;
  // What the list in use says of an instrument; nothing: it has none of that name.
  std::optional<instruments::InstrumentView> row(std::string_view symbol, std::string_view exchange) const;
  // What the list in use, and those before it, say of one that is not there.
  Gone gone(std::string_view symbol, std::string_view exchange) const;

  bus::LinkState state() const { return state_; }
  const std::string& state_message() const { return state_message_; }
  // By choice: it is not connected because it logs in anew for its feed.
  void set_state(bus::LinkState state, std::string message, bool by_choice, std::int64_t now_ns);
  const MarketFeeds& feeds() const { return feeds_; }
  MarketFeeds& feeds() { return feeds_; }
  void set_feed(const bus::FeedRecord& record, std::int64_t now_ns);
  bool is_connected() const { return available() && state_ == bus::LinkState::connected; }
  // Connected, or about to be again: it logs in anew for its feed.
  bool is_up() const { return is_connected() || (available() && by_choice_); }
  std::int64_t connected_since_ns() const { return connected_since_ns_; }  // monotonic; while it is
  // Serves: connected, and no exchange's feed is stale. Hopeless: there is no link, and no use in waiting for it just
  // now.
  bool serves() const { return is_connected() && !feeds_.any_stale(); }
  bool hopeless() const;
  std::int64_t serving_since_ns() const { return serving_since_ns_; }  // monotonic
  // Values of the route that were remembered up to here may have been overtaken while the link was down or the feed
  // stale.
  std::uint64_t suspect_order(const Route& route) const;

  // The handle of an instrument; made when new. Nothing when the broker does not list it and nobody holds it.
  std::optional<std::uint32_t> route_for(std::string_view symbol, std::string_view exchange);
  // Whether the handle is still the instrument's.
  bool is_bound(std::uint32_t handle, std::string_view symbol, std::string_view exchange) const {
    return find_route(symbol, exchange) == handle;
  }
  std::optional<std::uint32_t> find_route(std::string_view symbol, std::string_view exchange) const;
  Route* route(std::uint32_t handle) { return handle < routes_.size() ? &routes_[handle] : nullptr; }
  const Route* route(std::uint32_t handle) const { return handle < routes_.size() ? &routes_[handle] : nullptr; }

  // Null: the stream has not been refused.
  const Refusal* refusal(std::uint32_t handle, std::uint32_t mode, std::uint32_t depth) const;
  // Data of `modes` came, with a book of `levels`: what the broker sends it does not refuse.
  void disprove_refusals(std::uint32_t handle, std::uint32_t modes, std::size_t levels);
  // Forgets the refusals up to that time, so that what is wanted is asked for again. False: there are none.
  bool forget_refusals(std::uint32_t handle, std::int64_t until_ns);

  // Changes what is wanted of the route; false, and nothing changed, when no connection has room for it.
  bool want(std::uint32_t handle, std::uint32_t mode, std::uint32_t depth);
  // Why want() says no to this level, for people.
  std::string limit_text(std::uint32_t level) const { return placement_.limit_text(level); }
  void touch(std::uint32_t handle);
  void released(std::uint32_t handle);
  // Hands changed demand to the adapter as far as its ring has room.
  void flush_demand(std::int64_t now_ns);
  std::size_t route_count() const { return by_name_.size(); }
  std::size_t wanted_count() const { return wanted_count_; }

  std::uint64_t update_order = 0;

 private:
  std::uint32_t make_route();
  bool send_demand(std::uint32_t handle, std::int64_t now_ns, bool& rang);
  void free_if_unused(std::uint32_t handle);
  void note_serving(bool before, std::int64_t now_ns);
  std::string token_key(std::string_view token, std::string_view broker_exchange) const;
  void unbind(const std::string& name);
  bool keeps_its_token(const std::string& name, const Route& route) const;
  static std::string key(std::string_view symbol, std::string_view exchange);

  BrokerSetup setup_;
  Placement placement_;
  std::shared_ptr<const instruments::Index> index_;
  bus::LinkState state_ = bus::LinkState::disconnected;
  bool started_ = false;  // the link has said something
  std::string state_message_;
  bool by_choice_ = false;
  MarketFeeds feeds_;
  std::int64_t serving_since_ns_ = 0;
  std::int64_t connected_since_ns_ = 0;
  std::uint64_t suspect_order_ = 0;
  std::vector<Route> routes_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> dirty_;
  std::unordered_map<std::string, std::uint32_t> by_name_;
  std::unordered_map<std::string, std::uint32_t> by_token_;  // of routes that still have a name
  std::size_t wanted_count_ = 0;
  bool has_news_ = false;
};

}  // namespace gw::routing
