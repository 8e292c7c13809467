#include "core/routing/pinned_instruments.hpp"

#include <algorithm>

namespace gw::routing {
namespace {

constexpr Stream kPinned[] = {{BGW_MODE_LTP, 0}, {BGW_MODE_QUOTE, 0}, {BGW_MODE_DEPTH, 5}};  // the poorest first

// The poorest stream whose packets have a time, so that a canary shows how late its feed is; the poorest of all where
// the plugin names no such stream.
std::optional<Stream> canary_stream(const upstream::Broker& broker, std::string_view exchange) {
  std::optional<Stream> poorest;
  for (const Stream stream : kPinned) {
    if (!upstream::offer_of(broker.setup(), exchange, stream).has_it()) continue;
    if (broker.setup().capabilities.has_time(exchange, static_cast<std::uint32_t>(stream.mode))) return stream;
    if (!poorest) poorest = stream;
  }
  return poorest;
}

upstream::InstrumentKey key_of(const Pin& pin) { return {pin.symbol, pin.exchange}; }

}  // namespace

void PinnedInstruments::pin(std::vector<Pin> pins) {
  pins_ = std::move(pins);
  apply();
}

void PinnedInstruments::want(GroupId group, const Pin& pin, Stream stream) {
  const TopicId topic = parts_.lifetime.find_or_add(group, key_of(pin), stream);
  parts_.topics[topic].pinned = true;
  parts_.demand.request(parts_.topics[topic].interest);
}

bool PinnedInstruments::is_listed(const upstream::Broker& broker, const Pin& pin) const {
  const auto row = broker.routes().row(key_of(pin));
  return row && !parts_.listings.is_over(pin.exchange, row->expiry);
}

void PinnedInstruments::apply() {
  for (const Pin& pin : pins_) {
    const BrokerGroup& g = parts_.interests.group(kDefaultGroup);
    const upstream::Broker& broker = parts_.brokers[parts_.choice.server_of(g, key_of(pin)).value_or(g.broker())];
    if (!is_listed(broker, pin)) continue;
    for (const Stream stream : kPinned)
      if (upstream::offer_of(broker.setup(), pin.exchange, stream).has_it()) want(kDefaultGroup, pin, stream);
  }
}

std::vector<Pin> PinnedInstruments::missing_pins() const {
  std::vector<Pin> missing;
  for (const Pin& pin : pins_)
    if (parts_.interests.find(kDefaultGroup, key_of(pin)) == upstream::kNoInterest) missing.push_back(pin);
  return missing;
}

std::optional<GroupId> PinnedInstruments::canary_group(BrokerId id) const {
  std::optional<GroupId> found;
  parts_.interests.for_each_group([&](GroupId group, const BrokerGroup& g) {
    if (g.is_canary && g.broker() == id) found = group;
  });
  return found;
}

void PinnedInstruments::keep_canaries(BrokerId id) {
  const upstream::Broker& broker = parts_.brokers[id];
  // The first group is the default one.
  if (!parts_.interests.has_groups() || !broker.available() || broker.setup().canary.empty()) return;
  std::optional<GroupId> home = canary_group(id);
  if (!home) {
    bool is_new = false;
    home = parts_.failover.group_for("canaries of " + broker.name(), {id}, is_new);  // no user's key has spaces
    parts_.interests.group(*home).is_canary = true;
  }
  for (const Pin& pin : broker.setup().canary)
    if (const auto stream = canary_stream(broker, pin.exchange); stream && is_listed(broker, pin))
      want(*home, pin, *stream);
}

void PinnedInstruments::end_canaries(BrokerId id) {
  const auto home = canary_group(id);
  if (!home) return;
  for (const upstream::InterestId interest : parts_.interests.all_of(*home))
    for (const TopicId topic : parts_.interests[interest].all_topics()) {
      parts_.topics[topic].pinned = false;
      parts_.lifetime.end_if_unused(topic);
    }
}

std::vector<std::string> PinnedInstruments::missing_canaries(BrokerId id) const {
  std::vector<std::string> missing;
  const upstream::Broker& broker = parts_.brokers[id];
  const auto& index = broker.routes().index();
  if (!broker.available() || index == nullptr || index->size() == 0) return missing;
  for (const Pin& pin : broker.setup().canary) {
    const std::string name = "canary " + pin.symbol + '.' + pin.exchange;
    const auto row = broker.routes().row(key_of(pin));
    if (!row)
      missing.push_back(name + " is not in the instrument list");
    else if (parts_.listings.is_over(pin.exchange, row->expiry))
      missing.push_back(name + " expired on " + std::string(row->expiry));
    else if (!canary_stream(broker, pin.exchange))
      missing.push_back(name + ": the plugin does not serve " + pin.exchange);
  }
  return missing;
}

}  // namespace gw::routing
