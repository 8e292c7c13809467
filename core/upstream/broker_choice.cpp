#include "core/upstream/broker_choice.hpp"

#include "core/instruments/comparison.hpp"

namespace gw::upstream {

// The first broker of the group that has a row of this name says which instrument it is.
bool BrokerChoice::may_serve(BrokerId broker, const BrokerGroup& g, const InstrumentKey& key) const {
  const RouteTable& routes = brokers_[broker].routes();
  if (!routes.lists(key) || taken_over_at(broker, g, key)) return false;
  const auto row = routes.row(key);
  if (!row) return true;
  for (const BrokerId other : g.order) {
    if (other == broker) return true;
    const RouteTable& others = brokers_[other].routes();
    if (const auto first = others.row(key))
      return instruments::same_instrument(*others.index(), *first, *routes.index(), *row);
  }
  return true;
}

// The broker whose list says that the instrument's token belongs to another instrument by now, though `broker` still
// lists it. Tokens are the exchange's own, so that the list of `broker` is out of date then. Another list counts when
// it is of the same day or newer; and, unless it is the active broker's, only where the token is not the same
// contract's under a new name.
std::optional<BrokerId> BrokerChoice::taken_over_at(BrokerId broker, const BrokerGroup& g,
                                                    const InstrumentKey& key) const {
  const auto& index = brokers_[broker].routes().index();
  if (index == nullptr || index->list().day == 0) return std::nullopt;
  for (const BrokerId other : g.order) {
    const RouteTable& others = brokers_[other].routes();
    if (other == broker || others.index() == nullptr || others.index()->list().day < index->list().day) continue;
    const Gone gone = others.gone(key);
    if (gone.is_taken && (other == g.broker() || gone.renamed_to.empty())) return other;
  }
  return std::nullopt;
}

Gone BrokerChoice::gone_of(const BrokerGroup& g, const InstrumentKey& key) const {
  Gone gone = brokers_[g.broker()].routes().gone(key);
  for (std::size_t i = 0; i < g.order.size() && !gone.is_taken; ++i)
    if (Gone other = brokers_[g.order[i]].routes().gone(key); other.is_taken) gone = std::move(other);
  return gone;
}

bool BrokerChoice::is_same_instrument(const Interest& i, BrokerId by) const {
  if (!i.source.is_known() || i.source.broker == by) return true;
  const RouteTable& present = brokers_[i.source.broker].routes();
  const RouteTable& next = brokers_[by].routes();
  const auto now = present.row(i.instrument.key());
  const auto then = next.row(i.instrument.key());
  return !now || !then || instruments::same_instrument(*present.index(), *now, *next.index(), *then);
}

Gone BrokerChoice::other_instrument(BrokerId by, const Interest& i) const {
  Gone why = brokers_[by].routes().gone(i.instrument.key());
  why.other_instrument_at = brokers_[by].name();
  return why;
}

std::optional<BrokerId> BrokerChoice::server_of(const BrokerGroup& g, const InstrumentKey& key) const {
  if (may_serve(g.broker(), g, key)) return g.broker();
  if (!mixes_) return std::nullopt;
  std::optional<BrokerId> first;
  for (const BrokerId id : g.order) {
    const Broker& broker = brokers_[id];
    if (id == g.broker() || !broker.available() || !may_serve(id, g, key)) continue;
    if (!broker.hopeless()) return id;
    if (!first) first = id;
  }
  return first;
}

std::optional<BrokerId> BrokerChoice::waits_for(const BrokerGroup& g, const InstrumentKey& key) const {
  for (std::size_t i = 0; i < g.active; ++i)
    if (brokers_[g.order[i]].routes().row(key) && may_serve(g.order[i], g, key)) return g.order[i];
  return std::nullopt;
}

std::optional<BrokerId> BrokerChoice::awaited_by(const Interest& i) const {
  if (!i.source.is_known()) return i.awaited;
  if (i.source.broker == interests_.group_of(i).broker()) return std::nullopt;
  const Broker& broker = brokers_[i.source.broker];
  const MarketFeed* feed = broker.feeds().find(i.instrument.exchange);
  const bool ticks = !broker.hopeless() && (feed == nullptr || !feed->is_stale());
  return ticks ? std::nullopt : std::optional(i.source.broker);
}

std::string BrokerChoice::why_not(const Interest& i, BrokerId broker) const {
  return "broker " + brokers_[broker].name() +
         (brokers_[broker].routes().lists(i.instrument.key()) ? " has another instrument under this name"
                                                              : " does not list it");
}

std::size_t BrokerChoice::elsewhere_count(GroupId group) const {
  std::size_t count = 0;
  interests_.for_each([&](InterestId, const Interest& i) {
    if (i.group == group && i.source.is_known() && i.source.broker != interests_.group(group).broker()) ++count;
  });
  return count;
}

}  // namespace gw::upstream
