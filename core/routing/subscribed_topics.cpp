#include "core/routing/subscribed_topics.hpp"

#include "core/base/log_limit.hpp"
#include "core/base/text.hpp"
#include "core/upstream/offer.hpp"

namespace gw::routing {
namespace {

constexpr int kDepthLevel = 5;

log::Limited of_unknown_topics("zeromq", "topic");
log::Limited of_too_many("zeromq", "topic");

Stream stream_of(int mode) { return {mode, mode == BGW_MODE_DEPTH ? kDepthLevel : 0}; }

}  // namespace

// A symbol may have dots, an exchange has none.
std::optional<SubscribedTopics::Wanted> SubscribedTopics::parse(std::string_view name) {
  const std::size_t last = name.rfind('.');
  if (last == name.npos || last == 0 || last + 2 != name.size()) return std::nullopt;
  const char mode = name[last + 1];
  if (mode < '0' || mode > '9') return std::nullopt;
  const std::size_t middle = name.rfind('.', last - 1);
  if (middle == name.npos || middle == 0 || middle + 1 == last) return std::nullopt;
  return Wanted{std::string(name.substr(0, middle)), std::string(name.substr(middle + 1, last - middle - 1)),
                stream_of(mode - '0')};
}

void SubscribedTopics::begin(std::string_view name) {
  const std::optional<Wanted> asked = parse(name);
  if (!asked) return;
  const auto known = wanted_.find(name);
  if (known == wanted_.end() && wanted_.size() >= limit_)
    return of_too_many.warning(name, "a subscriber's topic " + std::string(cut(name)) +
                                         " is not asked of the broker: zeromq.topics allows " + std::to_string(limit_) +
                                         " at a time");
  const Wanted& wanted = known == wanted_.end() ? wanted_.emplace(name, *asked).first->second : known->second;
  std::string why;
  if (const auto topic = want(wanted, why))
    parts_.publisher.publish_last_value(*topic);
  else
    of_unknown_topics.warning(name, "a subscriber waits for the topic " + std::string(cut(name)) + ": " + why);
}

void SubscribedTopics::end(std::string_view name) {
  const auto found = wanted_.find(name);
  if (found == wanted_.end()) return;
  const Wanted& w = found->second;
  const TopicId topic = parts_.interests.find_topic(kDefaultGroup, {w.symbol, w.exchange}, w.stream);
  wanted_.erase(found);
  if (topic == topics::kNoTopic) return;
  parts_.topics[topic].subscribed = false;
  parts_.lifetime.end_if_unused(topic);
}

void SubscribedTopics::apply() {
  std::string why;
  for (const auto& [name, wanted] : wanted_) want(wanted, why);
}

std::optional<TopicId> SubscribedTopics::want(const Wanted& w, std::string& why) {
  const int mode = w.stream.mode;
  if (mode != BGW_MODE_LTP && mode != BGW_MODE_QUOTE && mode != BGW_MODE_DEPTH) {
    why = "modes are 1, 2 and 4";
    return std::nullopt;
  }
  const upstream::InstrumentKey key(w.symbol, w.exchange);
  const BrokerGroup& g = parts_.interests.group(kDefaultGroup);
  const upstream::Broker& broker = parts_.brokers[parts_.choice.server_of(g, key).value_or(g.broker())];
  const auto row = broker.routes().row(key);
  if (!row || parts_.listings.is_over(w.exchange, row->expiry)) {
    why = "broker " + broker.name() +
          (row ? " says that its last day was " + std::string(row->expiry) : " does not list it") +
          "; it is published once a list has it";
    return std::nullopt;
  }
  if (!upstream::offer_of(broker.setup(), w.exchange, w.stream).has_it()) {
    why = "broker " + broker.name() + " has no mode " + std::to_string(mode) + " for " + w.exchange;
    return std::nullopt;
  }
  const TopicId topic = parts_.lifetime.find_or_add(kDefaultGroup, key, w.stream);
  parts_.topics[topic].subscribed = true;
  parts_.demand.request(parts_.topics[topic].interest);
  return topic;
}

}  // namespace gw::routing
