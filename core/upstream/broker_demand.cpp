#include "core/upstream/broker_demand.hpp"

namespace gw::upstream {

void BrokerDemand::begin_anew(const registry::Limits& limits) {
  allocator_ = ConnectionAllocator(limits);
  for (RouteHandle handle = 0; Route* r = routes_.at(handle); ++handle) {
    r->allocation = {};
    r->wanted_mode = r->wanted_depth = 0;
    r->refused.clear();
  }
  wanted_count_ = 0;
}

void BrokerDemand::forget_adapter() {
  dirty_.clear();
  for (RouteHandle handle = 0; Route* r = routes_.at(handle); ++handle) {
    r->demanded_mode = 0;
    r->demanded_depth = r->demanded_connection = r->releases_expected = 0;
    r->dirty = r->describe_again = false;
    routes_.free_if_unused(handle);
  }
}

void BrokerDemand::hand_over(Successor::All& told) {
  for (RouteHandle handle = 0; Route* r = routes_.at(handle); ++handle) {
    const auto found = told.find(handle);
    const bool is_told = found != told.end();
    r->releases_expected = 0;  // of the adapter before
    r->refused.clear();
    r->has_successor = false;
    r->demanded_mode = static_cast<std::uint16_t>(is_told ? found->second.mode : 0);
    r->demanded_depth = is_told ? found->second.depth : 0;
    r->demanded_connection = is_told ? found->second.connection : 0;
    r->describe_again = is_told;  // the list may have changed since it was told
    if (is_told && found->second.value != nullptr) {
      if (r->last_value != nullptr && r->last_value->was_priced()) found->second.value->set_priced();
      r->last_value = std::move(found->second.value);
    }
    if (r->in_use) mark(handle);
  }
}

const Refusal* BrokerDemand::refusal(RouteHandle handle, std::uint32_t mode, std::uint32_t depth) const {
  for (const Refusal& refused : routes_[handle].refused)
    if (refused.mode == mode && refused.depth == depth && !refused.disproved) return &refused;
  return nullptr;
}

// A book of few levels disproves no refusal of more: it goes on coming after the broker has refused a deeper one.
void BrokerDemand::disprove_refusals(RouteHandle handle, const registry::Capabilities& capabilities,
                                     std::uint32_t modes, std::size_t levels) {
  Route& r = routes_[handle];
  for (Refusal& refused : r.refused) {
    std::size_t below = 0;
    for (const std::uint16_t level : capabilities.depth_levels(r.exchange))
      if (level < refused.depth) below = level;
    if ((refused.mode & modes) != 0 && (refused.depth == 0 || levels > below)) refused.disproved = true;
  }
}

bool BrokerDemand::forget_refusals(RouteHandle handle, std::int64_t until_ns) {
  Route& r = routes_[handle];
  return std::erase_if(r.refused, [until_ns](const Refusal& refused) { return refused.at_ns <= until_ns; }) != 0;
}

void BrokerDemand::ask_again(RouteHandle handle) {
  routes_[handle].ask_again = true;
  mark(handle);
}

void BrokerDemand::describe_again(RouteHandle handle) {
  routes_[handle].describe_again = true;
  mark(handle);
}

bool BrokerDemand::want(RouteHandle handle, std::uint32_t mode, std::uint32_t depth) {
  Route& r = routes_[handle];
  if (mode == r.wanted_mode && depth == r.wanted_depth && (mode == 0 || r.allocation.weight != 0)) {
    if (mode == 0) mark(handle);  // lets go of a route that was only just made
    return true;
  }
  ConnectionAllocator::Allocation next;
  if (mode != 0) {
    const auto found = allocator_.find(r.allocation, r.exchange, mode, depth);
    if (!found) return false;
    next = *found;
  }
  freed_ = freed_ || next.weight < r.allocation.weight || (r.allocation.classes & ~next.classes) != 0;
  allocator_.replace(r.allocation, next);
  wanted_count_ += static_cast<std::size_t>(mode != 0) - static_cast<std::size_t>(r.wanted_mode != 0);
  r.wanted_mode = mode;
  r.wanted_depth = depth;
  mark(handle);
  return true;
}

void BrokerDemand::mark(RouteHandle handle) {
  if (std::exchange(routes_[handle].dirty, true)) return;
  dirty_.push_back(handle);
}

void BrokerDemand::flush(bus::Channel& channel, std::int64_t now_ns) {
  if (dirty_.empty()) return;
  std::size_t done = 0;
  bool sent = false;
  while (done < dirty_.size() && send(channel, dirty_[done], now_ns, sent)) ++done;
  dirty_.erase(dirty_.begin(), dirty_.begin() + static_cast<std::ptrdiff_t>(done));
  if (sent) channel.adapter_bell().ring();
}

bool BrokerDemand::send(bus::Channel& channel, RouteHandle handle, std::int64_t now_ns, bool& sent) {
  Route& r = routes_[handle];
  const std::uint32_t mode = r.wanted_mode;
  const std::uint32_t depth = r.wanted_depth;
  const std::uint32_t connection = mode == 0 ? r.demanded_connection : r.allocation.connection;
  const bool same = !r.ask_again && r.demanded_mode == mode && r.demanded_depth == depth &&
                    (mode == 0 || r.demanded_connection == connection);
  if (!same || (r.describe_again && mode != 0)) {
    const bus::Demand demand{handle,  mode,       depth,  r.symbol, r.exchange,  r.broker_symbol, r.broker_exchange,
                             r.token, connection, r.kind, same,     r.exponents, r.tick_size,     r.lot_size};
    if (!bus::put_demand(channel.demand(), demand)) return false;
    sent = true;
    forget_what_is_not_asked(r, mode, depth);
    if (mode == 0) ++r.releases_expected;
    if (r.demanded_mode == 0) r.demanded_ns = now_ns;
    r.demanded_mode = static_cast<std::uint16_t>(mode);
    r.demanded_depth = depth;
    r.demanded_connection = connection;
  }
  r.dirty = false;
  r.ask_again = r.describe_again = false;
  if (mode == 0) routes_.free_if_unused(handle);
  return true;
}

// Values that only a richer mode brings are not kept up to date by a poorer one. A book of few levels does not stand in
// for one of more; the other values of its packet stay true.
void BrokerDemand::forget_what_is_not_asked(Route& r, std::uint32_t mode, std::uint32_t depth) {
  if (mode == 0)
    r.last_value.reset();
  else if (mode < r.demanded_mode && r.last_value != nullptr)
    r.last_value->keep_up_to(mode);
  if (depth > r.demanded_depth && r.last_value != nullptr) r.last_value->forget_book();
}

void BrokerDemand::on_released(RouteHandle handle) {
  Route* r = routes_.at(handle);
  if (r == nullptr || r->releases_expected == 0) return;
  --r->releases_expected;
  routes_.free_if_unused(handle);
}

}  // namespace gw::upstream
