#include "core/routing/broker_table.hpp"

namespace gw::routing {

std::string BrokerTable::key(std::string_view symbol, std::string_view exchange) {
  std::string text;
  text.reserve(symbol.size() + exchange.size() + 1);
  text.append(symbol).append(1, '\n').append(exchange);
  return text;
}

void BrokerTable::attach(BrokerSetup setup) {
  setup_ = std::move(setup);
  placement_ = Placement(setup_.limits);
  state_ = bus::LinkState::disconnected;
  state_message_.clear();
  started_ = false;
  for (Route& r : routes_) {
    r.share = {};
    r.wanted_mode = r.wanted_depth = 0;
  }
  wanted_count_ = 0;
}

void BrokerTable::detach(std::string why) {
  suspect_order_ = update_order;
  setup_.channel = nullptr;
  setup_.unavailable = std::move(why);
  state_ = bus::LinkState::disconnected;
  state_message_ = setup_.unavailable;
  feed_ = {};
  silent_ = false;
  dirty_.clear();
  std::vector<std::uint32_t> unused;
  for (const auto& [name, handle] : by_name_) {
    Route& r = routes_[handle];
    // A new adapter knows nothing of what this one was asked.
    r.demanded_mode = r.demanded_depth = r.demanded_connection = r.releases_due = 0;
    r.demanded_token.clear();
    r.dirty = false;
    unused.push_back(handle);
  }
  for (const std::uint32_t handle : unused) free_if_unused(handle);
}

void BrokerTable::set_index(std::shared_ptr<const instruments::Index> index) {
  index_ = std::move(index);
  has_news_ = true;
  for (const auto& [name, handle] : by_name_) {
    Route& r = routes_[handle];
    // An instrument that the new list lacks stays wanted as it was: the broker may still serve it.
    const auto row = index_->find(r.symbol, r.exchange);
    if (!row) continue;
    take_names(r, *row);
    if (r.wanted_mode != 0 && r.token != r.demanded_token) touch(handle);
  }
}

bool BrokerTable::lists(std::string_view symbol, std::string_view exchange) const {
  return find_route(symbol, exchange).has_value() || (index_ != nullptr && index_->find(symbol, exchange).has_value());
}

void BrokerTable::set_state(bus::LinkState state, std::string message, std::int64_t now_ns) {
  const bool served = serves();
  if (state_ == bus::LinkState::connected && state != state_) suspect_order_ = update_order;
  // A new connection is judged anew.
  if (state == bus::LinkState::connected && state != state_) silent_ = false;
  state_ = state;
  state_message_ = std::move(message);
  started_ = true;
  note_serving(served, now_ns);
}

bool BrokerTable::set_feed(Feed feed, std::int64_t now_ns) {
  const bool served = serves();
  const bool changed = feed.stale != feed_.stale;
  if (feed.stale) suspect_order_ = update_order;
  silent_ = feed.stale;
  // Since when it has been silent is what was said first.
  if (changed) feed_ = std::move(feed);
  note_serving(served, now_ns);
  return changed;
}

void BrokerTable::note_serving(bool before, std::int64_t now_ns) {
  if (!before && serves()) serving_since_ns_ = now_ns;
}

// While it connects for the first time it may be served in a moment.
bool BrokerTable::hopeless() const {
  if (!available()) return true;
  if (!started_ || state_ == bus::LinkState::connecting) return false;
  return !serves();
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

bool BrokerTable::want(std::uint32_t handle, std::uint32_t mode, std::uint32_t depth) {
  Route& r = routes_[handle];
  if (mode == r.wanted_mode && depth == r.wanted_depth && (mode == 0 || r.share.weight != 0)) {
    if (mode == 0) touch(handle);  // lets go of a route that was made just now
    return true;
  }
  Placement::Share next;
  if (mode != 0) {
    const auto found = placement_.find(r.share, depth);
    if (!found) return false;
    next = *found;
  }
  has_news_ = has_news_ || next.weight < r.share.weight;
  placement_.replace(r.share, next);
  wanted_count_ += static_cast<std::size_t>(mode != 0) - static_cast<std::size_t>(r.wanted_mode != 0);
  r.wanted_mode = mode;
  r.wanted_depth = depth;
  touch(handle);
  return true;
}

void BrokerTable::touch(std::uint32_t handle) {
  Route& r = routes_[handle];
  if (r.dirty) return;
  r.dirty = true;
  dirty_.push_back(handle);
}

void BrokerTable::flush_demand() {
  if (!available()) return;
  std::size_t done = 0;
  bool rang = false;
  while (done < dirty_.size() && send_demand(dirty_[done], rang)) ++done;
  dirty_.erase(dirty_.begin(), dirty_.begin() + static_cast<std::ptrdiff_t>(done));
  if (rang) setup_.channel->adapter_bell().ring();
}

bool BrokerTable::send_demand(std::uint32_t handle, bool& rang) {
  Route& r = routes_[handle];
  const std::uint32_t mode = r.wanted_mode;
  const std::uint32_t depth = r.wanted_depth;
  const bus::Demand demand{handle,
                           mode,
                           depth,
                           r.symbol,
                           r.exchange,
                           r.broker_symbol,
                           r.broker_exchange,
                           r.token,
                           mode == 0 ? r.demanded_connection : r.share.connection};
  const bool same = r.demanded_mode == mode && r.demanded_depth == depth &&
                    (mode == 0 || (r.demanded_token == demand.token && r.demanded_connection == demand.connection));
  if (!same) {
    if (!bus::put_demand(setup_.channel->demand(), demand)) return false;
    rang = true;
    // A poorer subscription keeps no promise about what the richer one knew.
    if (mode < r.demanded_mode) r.memory.reset();
    // Nor does a book of few levels stand for one of more. The other values of its packet stay true.
    if (depth > r.demanded_depth && r.memory != nullptr) r.memory->modes[2] &= ~std::uint32_t{BGW_MODE_DEPTH};
    if (mode == 0) ++r.releases_due;
    r.demanded_mode = mode;
    r.demanded_depth = depth;
    r.demanded_connection = demand.connection;
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
  if (!r.served.empty() || !r.standing_by.empty() || r.demanded_mode != 0 || r.releases_due != 0 || r.dirty) return;
  if (by_name_.erase(key(r.symbol, r.exchange)) == 0) return;
  r.memory.reset();
  free_.push_back(handle);
}

}  // namespace gw::routing
