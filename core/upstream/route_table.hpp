// The instruments of one broker: its instrument list, and a dense table of the tokens that somebody wants or wanted.
// [routing]
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/instruments/index.hpp"
#include "core/upstream/gone.hpp"
#include "core/upstream/instrument_key.hpp"
#include "core/upstream/market_feeds.hpp"
#include "core/upstream/route.hpp"

namespace gw::upstream {

class RouteTable {
 public:
  // New routes name their exchange by its index in `feeds`, which outlives this.
  explicit RouteTable(MarketFeeds& feeds) : feeds_(feeds) {}
  // A token is unique within its broker_exchange only.
  void set_tokens_per_exchange(bool per_exchange) { tokens_per_exchange_ = per_exchange; }

  // ---- the instrument list
  const std::shared_ptr<const instruments::Index>& index() const { return index_; }  // null: none
  // An instrument whose token has changed, or belongs to another instrument now, loses its route: see is_bound. An
  // instrument that the list merely lacks keeps its route, for the broker may still serve it. Returns the routes that
  // the new list describes differently.
  std::vector<RouteHandle> set_index(std::shared_ptr<const instruments::Index> index);
  // What the list in use says of an instrument; nothing: it has none of that name.
  std::optional<instruments::InstrumentView> row(const InstrumentKey& key) const;
  // The list has the instrument, or the list lacks it and its route is still held.
  bool lists(const InstrumentKey& key) const;
  // What the list in use, and those before it, say of an instrument that is not there.
  Gone gone(const InstrumentKey& key) const;

  // ---- routes
  // The handle of an instrument; made when new. Nothing when the broker does not list it and nobody holds it.
  std::optional<RouteHandle> route_for(const InstrumentKey& key);
  std::optional<RouteHandle> find(const InstrumentKey& key) const;
  // Whether the handle is still the instrument's.
  bool is_bound(RouteHandle handle, const InstrumentKey& key) const { return find(key) == handle; }
  // Takes its route from the name. An instrument that has the token now gets a route of its own, which knows nothing of
  // this one's values.
  void unbind(const InstrumentKey& key);
  // Null: there never was such a handle.
  Route* at(RouteHandle handle) { return handle < routes_.size() ? &routes_[handle] : nullptr; }
  const Route* at(RouteHandle handle) const { return handle < routes_.size() ? &routes_[handle] : nullptr; }
  Route& operator[](RouteHandle handle) { return routes_[handle]; }
  const Route& operator[](RouteHandle handle) const { return routes_[handle]; }
  std::size_t handle_count() const { return routes_.size(); }
  std::size_t named_count() const { return by_name_.size(); }
  // Frees the route if nobody wants it and the adapter has let it go.
  void free_if_unused(RouteHandle handle);

 private:
  // A token, with its exchange at the broker where it is unique only within that.
  struct TokenKey {
    std::string token;
    std::string broker_exchange;
    friend bool operator==(const TokenKey&, const TokenKey&) = default;
  };
  struct TokenHash {
    std::size_t operator()(const TokenKey& key) const { return std::hash<std::string>{}(key.token); }
  };
  TokenKey token_key(std::string_view token, std::string_view broker_exchange) const;
  RouteHandle make_route();
  bool describe(Route& route, const InstrumentKey& key, const instruments::InstrumentView& listed);
  bool describe_anew(Route& route);
  bool keeps_its_token(const InstrumentName& name, const Route& route) const;

  MarketFeeds& feeds_;
  bool tokens_per_exchange_ = false;
  std::shared_ptr<const instruments::Index> index_;
  std::vector<Route> routes_;
  std::vector<RouteHandle> free_;
  ByInstrument<RouteHandle> by_name_;
  std::unordered_map<TokenKey, RouteHandle, TokenHash> by_token_;  // of routes that still have a name
};

}  // namespace gw::upstream
