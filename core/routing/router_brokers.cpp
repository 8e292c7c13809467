// Brokers as they come, change and go, and what everybody gets to see of the default lineup.
#include "core/routing/router.hpp"

namespace gw::routing {

BrokerId Router::add_broker(BrokerSetup setup) {
  brokers_.push_back(std::make_unique<BrokerTable>(std::move(setup)));
  return static_cast<BrokerId>(brokers_.size() - 1);
}

std::optional<BrokerId> Router::find_broker(std::string_view name) const {
  for (std::size_t i = 0; i < brokers_.size(); ++i)
    if (brokers_[i]->setup().name == name) return static_cast<BrokerId>(i);
  return std::nullopt;
}

void Router::attach_broker(BrokerId id, BrokerSetup setup) {
  brokers_[id]->attach(std::move(setup));
  // It may have other levels, and other limits, than before: all is granted anew.
  const auto legs_of = [id](Interest& interest, auto&& each) {
    for (Leg* leg : {&interest.served, &interest.standby})
      if (leg->broker == id) each(*leg);
  };
  for (const auto& interest : interests_)
    if (interest != nullptr) legs_of(*interest, [](Leg& leg) { leg = {.broker = leg.broker, .handle = leg.handle}; });
  for (InterestId i = 0; i < interests_.size(); ++i)
    if (interests_[i] != nullptr) legs_of(*interests_[i], [this, i](Leg&) { place(i); });
  for (LineupId i = 0; i < lineups_.size(); ++i) stand_by(i);
  review();
  flush_demand();
  port_.broker_changed(id);
}

void Router::detach_broker(BrokerId id, std::string why) {
  brokers_[id]->detach(std::move(why));
  forget_active(id);
  review();
  flush_demand();
  port_.broker_changed(id);
}

void Router::publish_to(Publisher& publisher, std::vector<Pin> pins) {
  publisher_ = &publisher;
  pins_ = std::move(pins);
  apply_pins();
  flush_demand();
}

std::vector<Router::Pin> Router::missing_pins() const {
  std::vector<Pin> missing;
  for (const Pin& pin : pins_)
    if (find_interest(kDefaultLineup, pin.symbol, pin.exchange) == kNoInterest) missing.push_back(pin);
  return missing;
}

void Router::apply_pins() {
  if (publisher_ == nullptr) return;
  const Lineup& l = *lineups_[kDefaultLineup];
  for (const Pin& pin : pins_) {
    const BrokerTable& table = *brokers_[server_of(l, pin.symbol, pin.exchange).value_or(l.broker())];
    const auto row = table.row(pin.symbol, pin.exchange);
    if (!row || is_over(pin.exchange, row->expiry)) continue;
    for (const Stream stream : {Stream{BGW_MODE_LTP, 0}, Stream{BGW_MODE_QUOTE, 0}, Stream{BGW_MODE_DEPTH, 5}}) {
      if (check(table, pin.exchange, stream).code != Code::ok) continue;
      const InterestId interest = interest_for(kDefaultLineup, pin.symbol, pin.exchange);
      topics_[topic_for(interest, stream)]->pinned = true;
      place(interest);
    }
  }
}

}  // namespace gw::routing
