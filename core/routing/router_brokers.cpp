// Brokers as they come, change and go, and what is wanted of them though no client asks: what everybody gets to see of
// the default lineup, and each broker's canaries.
#include <algorithm>

#include "core/routing/router.hpp"

namespace gw::routing {
namespace {

constexpr Stream kPinned[] = {{BGW_MODE_LTP, 0}, {BGW_MODE_QUOTE, 0}, {BGW_MODE_DEPTH, 5}};  // the poorest first

}  // namespace

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
  keep_canaries(id);
  for (LineupId i = 0; i < lineups_.size(); ++i) stand_by(i);
  review();
  flush_demand();
  port_.broker_changed(id);
}

void Router::detach_broker(BrokerId id, std::string why) {
  end_canaries(id);
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

std::vector<Pin> Router::missing_pins() const {
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
    for (const Stream stream : kPinned) {
      if (check(table, pin.exchange, stream).code != Code::ok) continue;
      const InterestId interest = interest_for(kDefaultLineup, pin.symbol, pin.exchange);
      topics_[topic_for(interest, stream)]->pinned = true;
      place(interest);
    }
  }
}

std::optional<LineupId> Router::canary_lineup(BrokerId id) const {
  for (LineupId lineup = 0; lineup < lineups_.size(); ++lineup)
    if (lineups_[lineup]->is_canary && lineups_[lineup]->broker() == id) return lineup;
  return std::nullopt;
}

std::optional<Stream> Router::poorest_stream(const BrokerTable& table, std::string_view exchange) const {
  const auto found = std::find_if(std::begin(kPinned), std::end(kPinned),
                                  [&](const Stream stream) { return check(table, exchange, stream).code == Code::ok; });
  return found == std::end(kPinned) ? std::nullopt : std::optional(*found);
}

// Subscribes what the broker lists of its canaries, in a lineup of that broker alone: no failover ever moves them. A
// client's interest in the same instrument shares the route at the broker.
void Router::keep_canaries(BrokerId id) {
  const BrokerTable& table = *brokers_[id];
  // The first lineup is the default one, which calls this when it is made.
  if (lineups_.empty() || !table.available() || table.setup().canary.empty()) return;
  std::optional<LineupId> home = canary_lineup(id);
  if (!home) {
    home = lineup("canaries of " + table.setup().name, {id});  // no user's key has spaces
    lineups_[*home]->is_canary = true;
  }
  for (const Pin& pin : table.setup().canary) {
    const auto row = table.row(pin.symbol, pin.exchange);
    const auto stream = poorest_stream(table, pin.exchange);
    if (!row || !stream || is_over(pin.exchange, row->expiry)) continue;
    const InterestId interest = interest_for(*home, pin.symbol, pin.exchange);
    topics_[topic_for(interest, *stream)]->pinned = true;
    place(interest);
  }
}

void Router::end_canaries(BrokerId id) {
  const auto home = canary_lineup(id);
  if (!home) return;
  std::vector<InterestId> held;
  for (const auto& [name, interest] : lineups_[*home]->interests) held.push_back(interest);
  for (const InterestId interest : held)
    for (const TopicId topic : topics_of(interest)) {
      topics_[topic]->pinned = false;
      drop_topic_if_unused(topic);
    }
}

std::vector<std::string> Router::missing_canaries(BrokerId id) const {
  std::vector<std::string> missing;
  const BrokerTable& table = *brokers_[id];
  if (!table.available() || table.index() == nullptr || table.index()->size() == 0) return missing;
  for (const Pin& pin : table.setup().canary) {
    const std::string name = "canary " + pin.symbol + '.' + pin.exchange;
    const auto row = table.row(pin.symbol, pin.exchange);
    if (!row)
      missing.push_back(name + " is not in the instrument list");
    else if (is_over(pin.exchange, row->expiry))
      missing.push_back(name + " expired on " + std::string(row->expiry));
    else if (!poorest_stream(table, pin.exchange))
      missing.push_back(name + ": the plugin has nothing of " + pin.exchange);
  }
  return missing;
}

}  // namespace gw::routing
