#include "core/routing/broker_table.hpp"

namespace gw::routing {

std::string BrokerTable::key(std::string_view symbol, std::string_view exchange) {
  std::string text;
  text.reserve(symbol.size() + exchange.size() + 1);
  text.append(symbol).append(1, '\n').append(exchange);
  return text;
}

void BrokerTable::set_index(std::shared_ptr<const instruments::Index> index) {
  index_ = std::move(index);
  for (const auto& [name, handle] : by_name_) {
    Route& r = routes_[handle];
    // An instrument that the new list lacks stays wanted as it was: the broker may still serve it.
    const auto row = index_->find(r.symbol, r.exchange);
    if (!row) continue;
    take_names(r, *row);
    if (r.topic_count != 0 && r.token != r.demanded_token) touch(handle);
  }
}

void BrokerTable::set_state(bus::LinkState state, std::string message) {
  if (state_ == bus::LinkState::connected && state != bus::LinkState::connected) {
    // What was known is not the newest any more once updates may have been missed.
    for (Route& r : routes_) r.memory.reset();
  }
  state_ = state;
  state_message_ = std::move(message);
}

std::optional<std::uint32_t> BrokerTable::find_route(std::string_view symbol, std::string_view exchange) const {
  const auto found = by_name_.find(key(symbol, exchange));
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::uint32_t> BrokerTable::route_for(std::string_view symbol, std::string_view exchange) {
  std::string name = key(symbol, exchange);
  if (const auto found = by_name_.find(name); found != by_name_.end()) return found->second;
  const auto row = index_ == nullptr ? std::nullopt : index_->find(symbol, exchange);
  if (!row) return std::nullopt;
  std::uint32_t handle = 0;
  if (free_.empty()) {
    handle = static_cast<std::uint32_t>(routes_.size());
    routes_.emplace_back();
  } else {
    handle = free_.back();
    free_.pop_back();
    routes_[handle] = Route{};
  }
  routes_[handle].symbol = symbol;
  routes_[handle].exchange = exchange;
  take_names(routes_[handle], *row);
  by_name_.emplace(std::move(name), handle);
  return handle;
}

void BrokerTable::take_names(Route& r, const instruments::InstrumentView& row) {
  r.broker_symbol = row.broker_symbol;
  r.broker_exchange = row.broker_exchange;
  r.token = row.token;
}

void BrokerTable::touch(std::uint32_t handle) {
  Route& r = routes_[handle];
  if (r.dirty) return;
  r.dirty = true;
  dirty_.push_back(handle);
}

bool BrokerTable::send_demand(std::uint32_t handle, std::uint32_t mode, std::uint32_t depth, bool& rang) {
  Route& r = routes_[handle];
  const bus::Demand demand{handle, mode, depth, r.symbol, r.exchange, r.broker_symbol, r.broker_exchange, r.token, 0};
  const bool same =
      r.demanded_mode == mode && r.demanded_depth == depth && (mode == 0 || r.demanded_token == demand.token);
  if (!same) {
    if (!bus::put_demand(setup_.channel->demand(), demand)) return false;
    rang = true;
    // A poorer subscription keeps no promise about what the richer one knew.
    if (mode < r.demanded_mode) r.memory.reset();
    // Nor does a book of few levels stand for one of more.
    if (depth > r.demanded_depth && r.memory != nullptr) r.memory->slots[2].order = 0;
    if (mode == 0) ++r.releases_due;
    r.demanded_mode = mode;
    r.demanded_depth = depth;
    r.demanded_token = demand.token;
  }
  r.dirty = false;
  if (mode == 0) free_if_unused(handle);
  return true;
}

void BrokerTable::released(std::uint32_t handle) {
  if (handle >= routes_.size() || routes_[handle].releases_due == 0) return;
  --routes_[handle].releases_due;
  free_if_unused(handle);
}

void BrokerTable::free_if_unused(std::uint32_t handle) {
  Route& r = routes_[handle];
  if (r.topic_count != 0 || r.demanded_mode != 0 || r.releases_due != 0 || r.dirty) return;
  if (by_name_.erase(key(r.symbol, r.exchange)) == 0) return;
  r.memory.reset();
  free_.push_back(handle);
}

}  // namespace gw::routing
