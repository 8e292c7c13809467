#include "core/upstream/route_table.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace gw::upstream {

std::vector<RouteHandle> RouteTable::set_index(std::shared_ptr<const instruments::Index> index) {
  index_ = std::move(index);
  std::vector<InstrumentName> unbound;
  for (const auto& [name, handle] : by_name_)
    if (!keeps_its_token(name, routes_[handle])) unbound.push_back(name);
  for (const InstrumentName& name : unbound) unbind(name.key());
  std::vector<RouteHandle> changed;
  for (RouteHandle handle = 0; handle < routes_.size(); ++handle)
    if (describe_anew(routes_[handle])) changed.push_back(handle);
  return changed;
}

// True: the list says something else than was known of the route.
bool RouteTable::describe(Route& r, const InstrumentKey& key, const instruments::InstrumentView& listed) {
  bool is_news = false;
  const auto set = [&is_news](auto& known, const auto& said) {
    is_news = is_news || known != said;
    known = said;
  };
  set(r.symbol, key.symbol);
  set(r.exchange, key.exchange);
  set(r.broker_symbol, listed.broker_symbol);
  set(r.broker_exchange, listed.broker_exchange);
  set(r.tick_size, listed.tick_size);
  set(r.lot_size, listed.lot_size);
  set(r.exponents, listed.exponents);
  set(r.kind, index_->kind_of(listed));
  r.market = static_cast<std::uint16_t>(feeds_.at(key.exchange));
  return is_news;
}

bool RouteTable::describe_anew(Route& r) {
  if (r.names.empty()) return false;  // not in use, or on its way out
  const auto own = std::find_if(r.names.begin(), r.names.end(), [&r](const InstrumentName& name) {
    return name.symbol == r.symbol && name.exchange == r.exchange;
  });
  const InstrumentKey key = (own == r.names.end() ? r.names.front() : *own).key();
  const auto listed = row(key);
  return listed && describe(r, key, *listed);
}

void RouteTable::unbind(const InstrumentKey& key) {
  const auto found = by_name_.find(key);
  if (found == by_name_.end()) return;
  Route& r = routes_[found->second];
  std::erase(r.names, found->first);
  by_name_.erase(found);
  if (r.names.empty()) by_token_.erase(token_key(r.token, r.broker_exchange));
}

bool RouteTable::keeps_its_token(const InstrumentName& name, const Route& r) const {
  if (const auto row = index_->find(name.symbol, name.exchange))
    return token_key(row->token, row->broker_exchange) == token_key(r.token, r.broker_exchange);
  return index_->with_token(r.token, tokens_per_exchange_ ? r.broker_exchange : std::string_view{}).empty();
}

RouteTable::TokenKey RouteTable::token_key(std::string_view token, std::string_view broker_exchange) const {
  return {std::string(token), tokens_per_exchange_ ? std::string(broker_exchange) : std::string()};
}

bool RouteTable::lists(const InstrumentKey& key) const {
  if (row(key)) return true;
  const auto handle = find(key);
  return handle && routes_[*handle].is_held();
}

std::optional<instruments::InstrumentView> RouteTable::row(const InstrumentKey& key) const {
  return index_ == nullptr ? std::nullopt : index_->find(key.symbol, key.exchange);
}

Gone RouteTable::gone(const InstrumentKey& key) const {
  Gone gone;
  if (index_ == nullptr) return gone;
  gone.list_time_ns = index_->time_ns();
  const auto before = index_->former(key.symbol, key.exchange);
  if (!before || index_->find(key.symbol, key.exchange)) return gone;
  const std::string_view within = tokens_per_exchange_ ? before->broker_exchange : std::string_view{};
  for (const instruments::InstrumentView& now : index_->with_token(before->token, within)) {
    gone.is_taken = true;
    if (now.instrument_type == before->instrument_type && now.expiry == before->expiry &&
        now.strike == before->strike && now.exchange == key.exchange)
      gone.renamed_to = now.symbol;
  }
  return gone;
}

std::optional<RouteHandle> RouteTable::find(const InstrumentKey& key) const {
  const auto found = by_name_.find(key);
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

std::optional<RouteHandle> RouteTable::route_for(const InstrumentKey& key) {
  if (const auto known = find(key)) return known;
  const auto listed = row(key);
  if (!listed) return std::nullopt;
  TokenKey token = token_key(listed->token, listed->broker_exchange);
  const auto shared = by_token_.find(token);
  const RouteHandle handle = shared == by_token_.end() ? make_route() : shared->second;
  Route& r = routes_[handle];
  if (shared == by_token_.end()) {
    r.token = listed->token;
    describe(r, key, *listed);
    by_token_.emplace(std::move(token), handle);
  }
  r.names.emplace_back(key);
  by_name_.emplace(InstrumentName(key), handle);
  return handle;
}

RouteHandle RouteTable::make_route() {
  if (free_.empty()) {
    routes_.emplace_back();
    free_.push_back(static_cast<RouteHandle>(routes_.size() - 1));
  }
  const RouteHandle handle = free_.back();
  free_.pop_back();
  routes_[handle] = Route{};
  routes_[handle].in_use = true;
  return handle;
}

void RouteTable::free_if_unused(RouteHandle handle) {
  Route& r = routes_[handle];
  if (!r.in_use || r.is_held() || r.demanded_mode != 0 || r.releases_expected != 0 || r.dirty || r.has_successor)
    return;
  for (const InstrumentName& name : r.names) by_name_.erase(name);
  if (!r.names.empty()) by_token_.erase(token_key(r.token, r.broker_exchange));
  r.names.clear();
  r.in_use = false;
  r.last_value.reset();
  free_.push_back(handle);
}

}  // namespace gw::upstream
