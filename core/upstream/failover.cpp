#include "core/upstream/failover.hpp"

#include <algorithm>
#include <utility>

namespace gw::upstream {
namespace {

// How long a preferred broker must have served before the return: a broker that restarts, or has a bad line, comes and
// goes within seconds. Each return that did not last doubles the time, up to an hour, so that a broker that was mended
// over lunch serves again in the afternoon.
constexpr std::int64_t kQuiet = 60'000'000'000;
constexpr std::int64_t kMaxQuiet = 3'600'000'000'000;
// How long each of several other brokers is given to show that it ticks: a broker that does not tick in a minute does
// not serve.
constexpr std::int64_t kPatience = 60'000'000'000;

}  // namespace

Failover::Failover(const Parts& parts, std::function<std::int64_t()> monotonic, std::function<std::string()> new_epoch)
    : parts_(parts),
      monotonic_(std::move(monotonic)),
      new_epoch_(std::move(new_epoch)),
      feeds_(parts.brokers, parts.interests, monotonic_),
      halts_(parts.brokers, parts.interests, feeds_, parts.observer) {}

GroupId Failover::group_for(std::string_view key, const std::vector<BrokerId>& order, bool& is_new) {
  const auto known = parts_.interests.find_group(key);
  is_new = !known;
  if (known) return *known;
  const GroupId id = parts_.interests.add_group(key, order);
  BrokerGroup& g = parts_.interests.group(id);
  g.epoch = new_epoch_();
  if (const auto better = better_index(g)) g.active = *better;
  g.standby = standby_of(g);
  return id;
}

// The broker to change to: from an active one without a link, the first that serves, or at least is available where the
// active one is not; else a preferred one that has served for a while.
std::optional<std::size_t> Failover::better_index(const BrokerGroup& g) const {
  const auto first = [&](auto&& suits, std::size_t end) -> std::optional<std::size_t> {
    for (std::size_t i = 0; i < end; ++i)
      if (i != g.active && suits(g.order[i])) return i;
    return std::nullopt;
  };
  const Broker& active = parts_.brokers[g.broker()];
  if (active.hopeless()) {
    const auto serving = first([&](BrokerId id) { return feeds_.serves(id, g); }, g.order.size());
    if (serving || active.available()) return serving;
    return first([&](BrokerId id) { return parts_.brokers[id].available(); }, g.order.size());
  }
  const std::int64_t quiet_since = monotonic_() - std::max(kQuiet, g.quiet_ns);
  return first([&](BrokerId id) { return feeds_.serves(id, g) && feeds_.serving_since_ns(id, g) <= quiet_since; },
               g.active);
}

void Failover::review() {
  review_wanted_ = false;
  bool news = false;
  for (const auto& broker : parts_.brokers) news = broker->take_news() || news;
  if (news) parts_.demand.request_waiting();
  if (std::exchange(settle_wanted_, false)) parts_.reassigner.settle(false);
  parts_.demand.ask_what_is_deferred();
  parts_.witness.send_proofs(monotonic_());
  seeks_relief_ = false;
  halts_.follow();
  parts_.interests.for_each_group([this](GroupId id, const BrokerGroup&) { review_group(id); });
  halts_.follow();
  has_standby_ = false;
  parts_.interests.for_each_group(
      [this](GroupId, const BrokerGroup& g) { has_standby_ = has_standby_ || g.standby.has_value(); });
}

void Failover::review_group(GroupId id) {
  BrokerGroup& g = parts_.interests.group(id);
  const Broker& active = parts_.brokers[g.broker()];
  if (active.hopeless()) {
    const auto index = better_index(g);
    if (!index) return;
    std::string why = "broker " + active.name();
    why += active.available() ? std::string(" is ") + bus::word(active.state()) : " is not available";
    return leave_for(id, g.order[*index], why);
  }
  if (const auto silent = feeds_.silent(g); !silent.empty()) return seek_relief(id, silent);
  const auto index = better_index(g);
  // A broker that stood by and fell silent is not asked again so soon.
  if (g.proving && !index && feeds_.any_stale(*g.proving, g))
    g.quiet_ns = std::min(kMaxQuiet, 2 * std::max(kQuiet, g.quiet_ns));
  prove(id, index ? std::optional(g.order[*index]) : std::nullopt);
  if (!index || !is_proven(g)) return;
  switch_to(id, *index, "broker " + parts_.brokers[g.order[*index]].name() + " serves again");
  g.returned_ns = monotonic_();
}

void Failover::leave_for(GroupId id, BrokerId other, const std::string& why) {
  BrokerGroup& g = parts_.interests.group(id);
  // A return that did not last makes the next one wait longer.
  const bool soon = g.returned_ns != 0 && monotonic_() - g.returned_ns < 2 * std::max(kQuiet, g.quiet_ns);
  g.quiet_ns = soon ? std::min(kMaxQuiet, 2 * std::max(kQuiet, g.quiet_ns)) : kQuiet;
  g.returned_ns = 0;
  switch_to(id, static_cast<std::size_t>(std::find(g.order.begin(), g.order.end(), other) - g.order.begin()), why);
}

// The active broker is silent: the standby serves if it ticks; else another broker is asked to show that it does.
void Failover::seek_relief(GroupId id, const std::vector<const MarketFeed*>& silent) {
  BrokerGroup& g = parts_.interests.group(id);
  const auto others = feeds_.reliefs(g, silent);
  seeks_relief_ = true;
  if (g.standby && parts_.brokers[*g.standby].is_connected() && feeds_.ticks_instead(*g.standby, g)) {
    std::string why = "broker " + parts_.brokers[g.broker()].name() + ":";
    for (const MarketFeed* feed : silent)
      if (feed->is_stale()) why += " the feed of " + feed->exchange + " is stale: " + feed->message;
    return leave_for(id, *g.standby, why);
  }
  if (others.empty()) return prove(id, std::nullopt);
  const auto asked = std::find(others.begin(), others.end(), g.proving.value_or(g.broker()));
  if (asked == others.end())
    prove(id, others.front());
  else if (others.size() > 1 && monotonic_() - g.proving_since_ns > kPatience)
    prove(id, asked + 1 == others.end() ? others.front() : *(asked + 1));
}

// Has the broker stand by for the group to show that it ticks; nothing: no broker has to show it.
void Failover::prove(GroupId id, std::optional<BrokerId> broker) {
  BrokerGroup& g = parts_.interests.group(id);
  if (g.proving == broker) return;
  g.proving = broker;
  g.proving_since_ns = monotonic_();
  follow_standby(id);
}

// Whether the broker has shown live ticks of each exchange on which the active one ticked since it became active, and
// of one at least. Nothing else proves life: no login, no snapshot, no setting.
bool Failover::is_proven(const BrokerGroup& g) const {
  bool ticks = false;
  for (const auto& [exchange, count] : g.exchanges) {
    const auto ticked = [&](BrokerId broker, std::int64_t since_ns) {
      const MarketFeed* feed = parts_.brokers[broker].feeds().find(exchange);
      return feed != nullptr && feed->last_live_ns > since_ns;
    };
    if (ticked(*g.proving, g.proving_since_ns))
      ticks = true;
    else if (ticked(g.broker(), g.active_since_ns))
      return false;
  }
  return ticks || g.interests.empty();
}

void Failover::switch_to(GroupId id, std::size_t index, const std::string& why) {
  BrokerGroup& g = parts_.interests.group(id);
  g.active = index;
  g.active_since_ns = monotonic_();
  g.proving.reset();
  g.epoch = new_epoch_();
  ++switches_;
  parts_.observer.switched(id, why);
  g.standby = standby_of(g);
  std::vector<InterestId> all = parts_.interests.all_of(id);
  std::erase_if(all, [this, &g](InterestId interest) {
    const Interest& i = parts_.interests[interest];
    const auto by = parts_.choice.server_of(g, i.instrument.key());
    if (!by || parts_.choice.is_same_instrument(i, *by)) return false;
    parts_.observer.ended(interest, parts_.choice.other_instrument(*by, i));
    return true;
  });
  for (const InterestId interest : all) {
    parts_.demand.choose_sources(interest);
    parts_.demand.request(interest);
    parts_.reassigner.say_that_it_waits(interest);
  }
  for (const InterestId interest : all) parts_.observer.moved(parts_.interests[interest]);
  parts_.observer.switch_done(id);
}

void Failover::begin_epoch(GroupId id) { parts_.interests.group(id).epoch = new_epoch_(); }

std::optional<BrokerId> Failover::standby_of(const BrokerGroup& g) const {
  if (g.proving) return g.proving;
  for (const BrokerId id : g.order)
    if (id != g.broker() && parts_.brokers[id].setup().hot_standby && parts_.brokers[id].available()) return id;
  return std::nullopt;
}

void Failover::follow_standby(GroupId id) {
  BrokerGroup& g = parts_.interests.group(id);
  const std::optional<BrokerId> next = standby_of(g);
  if (next == g.standby) return;
  g.standby = next;
  for (const auto& [name, interest] : g.interests) {
    parts_.demand.drop_standby(interest);
    if (next) parts_.demand.request(interest);
  }
}

void Failover::set_order(GroupId id, std::vector<BrokerId> order) {
  BrokerGroup& g = parts_.interests.group(id);
  if (g.order == order) return fit_in(id);
  const BrokerId before = g.broker();
  g.order = std::move(order);
  g.proving.reset();
  // An operator who edits the list wants its first broker, unless that cannot serve.
  std::size_t index = 0;
  if (parts_.brokers[g.order[0]].hopeless())
    for (std::size_t i = g.order.size(); i-- > 0;)
      if (feeds_.serves(g.order[i], g)) index = i;
  g.active = index;
  if (g.order[index] != before) return switch_to(id, index, "an operator chose another order of brokers");
  fit_in(id);
}

// The same broker stays active; others may stand by, be waited for, or serve what it lacks.
void Failover::fit_in(GroupId id) {
  const BrokerGroup& g = parts_.interests.group(id);
  follow_standby(id);
  parts_.reassigner.settle(true);
  for (const auto& [name, interest] : g.interests)
    if (!parts_.interests[interest].source.is_known()) parts_.demand.request(interest);
}

}  // namespace gw::upstream
