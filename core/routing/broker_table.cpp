#include "core/routing/broker_table.hpp"

#include <algorithm>

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
  started_ = by_choice_ = false;
  for (Route& r : routes_) {
    r.share = {};
    r.wanted_mode = r.wanted_depth = 0;
    r.refused.clear();
  }
  wanted_count_ = 0;
}

void BrokerTable::detach(std::string why) {
  suspect_order_ = update_order;
  setup_.channel = nullptr;
  setup_.unavailable = std::move(why);
  state_ = bus::LinkState::disconnected;
  state_message_ = setup_.unavailable;
  by_choice_ = false;
  feeds_.forget();
  dirty_.clear();
  for (std::uint32_t handle = 0; handle < routes_.size(); ++handle) {
    Route& r = routes_[handle];
    // A new adapter knows nothing of what this one was asked.
    r.demanded_mode = 0;
    r.demanded_depth = r.demanded_connection = r.releases_due = 0;
    r.dirty = false;
    free_if_unused(handle);
  }
}

void BrokerTable::set_index(std::shared_ptr<const instruments::Index> index) {
  index_ = std::move(index);
  has_news_ = true;
  std::vector<std::string> unbound;
  for (const auto& [name, handle] : by_name_)
    if (!keeps_its_token(name, routes_[handle])) unbound.push_back(name);
  for (const std::string& name : unbound) unbind(name);
}

void BrokerTable::unbind(std::string_view symbol, std::string_view exchange) {
  if (const std::string name = key(symbol, exchange); by_name_.contains(name)) unbind(name);
}

void BrokerTable::unbind(const std::string& name) {
  Route& r = routes_[by_name_.at(name)];
  std::erase(r.names, name);
  by_name_.erase(name);
  // Whoever has the token now gets a route of its own, that knows nothing of this one's values.
  if (r.names.empty()) by_token_.erase(token_key(r.token, r.broker_exchange));
}

bool BrokerTable::keeps_its_token(const std::string& name, const Route& r) const {
  const std::size_t middle = name.find('\n');
  const auto row = index_->find(std::string_view(name).substr(0, middle), std::string_view(name).substr(middle + 1));
  if (row) return token_key(row->token, row->broker_exchange) == token_key(r.token, r.broker_exchange);
  return index_->with_token(r.token, setup_.tokens_per_exchange ? r.broker_exchange : std::string_view{}).empty();
}

std::string BrokerTable::token_key(std::string_view token, std::string_view broker_exchange) const {
  return setup_.tokens_per_exchange ? key(token, broker_exchange) : std::string(token);
}

bool BrokerTable::lists(std::string_view symbol, std::string_view exchange) const {
  if (row(symbol, exchange)) return true;
  const auto handle = find_route(symbol, exchange);
  return handle && (!routes_[*handle].served.empty() || !routes_[*handle].standing_by.empty());
}

std::optional<instruments::InstrumentView> BrokerTable::row(std::string_view symbol, std::string_view exchange) const {
  return index_ == nullptr ? std::nullopt : index_->find(symbol, exchange);
}

Gone BrokerTable::gone(std::string_view symbol, std::string_view exchange) const {
  Gone gone;
  if (index_ == nullptr) return gone;
  gone.list_time_ns = index_->time_ns();
  const auto before = index_->former(symbol, exchange);
  if (!before || index_->find(symbol, exchange)) return gone;
  const std::string_view within = setup_.tokens_per_exchange ? before->broker_exchange : std::string_view{};
  for (const instruments::InstrumentView& now : index_->with_token(before->token, within)) {
    gone.is_taken = true;
    if (now.instrument_type == before->instrument_type && now.expiry == before->expiry &&
        now.strike == before->strike && now.exchange == exchange)
      gone.renamed_to = now.symbol;
  }
  return gone;
}

void BrokerTable::set_state(bus::LinkState state, std::string message, bool by_choice, std::int64_t now_ns) {
  const bool served = serves();
  if (state_ == bus::LinkState::connected && state != state_) suspect_order_ = update_order;
  if (state == bus::LinkState::connected && state != state_) {
    connected_since_ns_ = now_ns;
    for (MarketFeed& feed : feeds_.all()) feed.witness.on_life();
  }
  state_ = state;
  state_message_ = std::move(message);
  by_choice_ = by_choice;
  started_ = true;
  note_serving(served, now_ns);
}

void BrokerTable::set_feed(const bus::FeedRecord& record, std::int64_t now_ns) {
  const bool served = serves();
  MarketFeed& feed = feeds_[feeds_.at(record.exchange)];
  if (record.state == bus::FeedState::stale) {
    feed.suspect_order = update_order;
    feed.has_to_prove_itself = true;
  }
  feed.state = record.state;
  feed.evidence = record.evidence;
  feed.since_ns = record.since_ns;
  feed.message = record.message;
  feed.judged_ns = now_ns;
  if (record.state == bus::FeedState::live) feed.last_live_ns = now_ns;
  note_serving(served, now_ns);
}

std::uint64_t BrokerTable::suspect_order(const Route& route) const {
  const MarketFeed& feed = feeds_[route.market];
  if (!is_connected() || feed.state == bus::FeedState::stale) return update_order;
  return std::max(suspect_order_, feed.suspect_order);
}

void BrokerTable::note_serving(bool before, std::int64_t now_ns) {
  if (!before && serves()) serving_since_ns_ = now_ns;
}

// While it connects for the first time it may be served in a moment.
bool BrokerTable::hopeless() const {
  if (!available()) return true;
  if (!started_ || state_ == bus::LinkState::connecting || by_choice_) return false;
  return !is_connected();
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
  std::string token = token_key(row->token, row->broker_exchange);
  const auto shared = by_token_.find(token);
  std::uint32_t handle = shared == by_token_.end() ? make_route() : shared->second;
  Route& r = routes_[handle];
  if (shared == by_token_.end()) {
    r.symbol = symbol;
    r.exchange = exchange;
    r.market = static_cast<std::uint16_t>(feeds_.at(exchange));
    r.broker_symbol = row->broker_symbol;
    r.broker_exchange = row->broker_exchange;
    r.token = row->token;
    r.kind = index_->kind_of(*row);
    r.lot_size = static_cast<std::uint32_t>(std::clamp<std::int64_t>(row->lot_size, 0, 0xffffffff));
    by_token_.emplace(std::move(token), handle);
  }
  r.names.push_back(name);
  by_name_.emplace(std::move(name), handle);
  return handle;
}

std::uint32_t BrokerTable::make_route() {
  if (free_.empty()) {
    routes_.emplace_back();
    free_.push_back(static_cast<std::uint32_t>(routes_.size() - 1));
  }
  const std::uint32_t handle = free_.back();
  free_.pop_back();
  routes_[handle] = Route{};
  routes_[handle].in_use = true;
  return handle;
}

const Refusal* BrokerTable::refusal(std::uint32_t handle, std::uint32_t mode, std::uint32_t depth) const {
  for (const Refusal& refused : routes_[handle].refused)
    if (refused.mode == mode && refused.depth == depth && !refused.disproved) return &refused;
  return nullptr;
}

// A book of few levels disproves no refusal of many: it goes on coming after the broker has refused a deeper one.
void BrokerTable::disprove_refusals(std::uint32_t handle, std::uint32_t modes, std::size_t levels) {
  Route& r = routes_[handle];
  for (Refusal& refused : r.refused) {
    std::size_t below = 0;
    for (const std::uint16_t level : setup_.capabilities.depth_levels(r.exchange))
      if (level < refused.depth) below = level;
    if ((refused.mode & modes) != 0 && (refused.depth == 0 || levels > below)) refused.disproved = true;
  }
}

bool BrokerTable::forget_refusals(std::uint32_t handle, std::int64_t until_ns) {
  Route& r = routes_[handle];
  if (std::erase_if(r.refused, [until_ns](const Refusal& refused) { return refused.at_ns <= until_ns; }) == 0)
    return false;
  r.ask_again = true;
  touch(handle);
  return true;
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

void BrokerTable::flush_demand(std::int64_t now_ns) {
  if (!available()) return;
  std::size_t done = 0;
  bool rang = false;
  while (done < dirty_.size() && send_demand(dirty_[done], now_ns, rang)) ++done;
  dirty_.erase(dirty_.begin(), dirty_.begin() + static_cast<std::ptrdiff_t>(done));
  if (rang) setup_.channel->adapter_bell().ring();
}

bool BrokerTable::send_demand(std::uint32_t handle, std::int64_t now_ns, bool& rang) {
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
                           mode == 0 ? r.demanded_connection : r.share.connection,
                           r.lot_size,
                           r.kind};
  const bool same = !r.ask_again && r.demanded_mode == mode && r.demanded_depth == depth &&
                    (mode == 0 || r.demanded_connection == demand.connection);
  if (!same) {
    if (!bus::put_demand(setup_.channel->demand(), demand)) return false;
    rang = true;
    // A poorer subscription keeps no promise about what only the richer one knew.
    if (mode == 0)
      r.memory.reset();
    else if (mode < r.demanded_mode && r.memory != nullptr)
      for (std::uint32_t& modes : r.memory->modes) modes &= 2 * mode - 1;
    // Nor does a book of few levels stand for one of more. The other values of its packet stay true.
    if (depth > r.demanded_depth && r.memory != nullptr) r.memory->modes[2] &= ~std::uint32_t{BGW_MODE_DEPTH};
    if (mode == 0) ++r.releases_due;
    if (r.demanded_mode == 0) r.demanded_ns = now_ns;
    r.demanded_mode = static_cast<std::uint16_t>(mode);
    r.demanded_depth = depth;
    r.demanded_connection = demand.connection;
  }
  r.dirty = false;
  r.ask_again = false;
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
  if (!r.in_use || !r.served.empty() || !r.standing_by.empty() || r.demanded_mode != 0 || r.releases_due != 0 ||
      r.dirty)
    return;
  for (const std::string& name : r.names) by_name_.erase(name);
  if (!r.names.empty()) by_token_.erase(token_key(r.token, r.broker_exchange));
  r.names.clear();
  r.in_use = false;
  r.memory.reset();
  free_.push_back(handle);
}

}  // namespace gw::routing
