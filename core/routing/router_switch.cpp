// When a lineup goes to another broker, and how: topics keep their names, audience and sequence; only what serves them
// changes.
#include <algorithm>

#include "core/routing/router.hpp"

namespace gw::routing {
namespace {

constexpr std::int64_t kQuiet = 60'000'000'000;  // how long a preferred broker must have served before the return
constexpr std::int64_t kMostQuiet = 3'600'000'000'000;  // after returns that did not last

}  // namespace

// Away from a broker whose link is gone, to the first that serves; back to one that is preferred and has been quiet.
std::optional<std::size_t> Router::better_place(const Lineup& l) const {
  const auto first = [&](auto&& suits, std::size_t end) -> std::optional<std::size_t> {
    for (std::size_t place = 0; place < end; ++place)
      if (place != l.active && suits(*brokers_[l.order[place]])) return place;
    return std::nullopt;
  };
  const BrokerTable& now = *brokers_[l.broker()];
  if (now.hopeless()) {
    const auto serving = first([](const BrokerTable& t) { return t.serves(); }, l.order.size());
    if (serving || now.available()) return serving;
    return first([](const BrokerTable& t) { return t.available(); }, l.order.size());
  }
  const std::int64_t quiet_since = clocks_.monotonic() - std::max(kQuiet, l.quiet_ns);
  return first([&](const BrokerTable& t) { return t.serves() && t.serving_since_ns() <= quiet_since; }, l.active);
}

void Router::review() {
  review_due_ = false;
  bool news = false;
  for (const auto& table : brokers_) news = table->take_news() || news;
  if (news) place_what_waits();
  if (std::exchange(settle_due_, false)) settle();
  ask_what_is_due();
  send_proofs();
  seeks_relief_ = false;
  follow_halts();
  for (LineupId id = 0; id < lineups_.size(); ++id) review_lineup(id);
  follow_halts();
  has_standby_ = std::any_of(lineups_.begin(), lineups_.end(), [](const auto& l) { return l->standby.has_value(); });
}

void Router::review_lineup(LineupId id) {
  Lineup& l = *lineups_[id];
  const BrokerTable& now = *brokers_[l.broker()];
  if (now.hopeless()) {
    const auto place = better_place(l);
    if (!place) return;
    std::string why = "broker " + now.setup().name;
    why += now.available() ? std::string(" is ") + bus::word(now.state()) : " is left out";
    return leave_for(id, l.order[*place], why);
  }
  if (!silent_markets(l).empty()) {
    seek_relief(id);
    return;
  }
  const auto place = better_place(l);
  // One that stood by and fell silent is not asked so soon again.
  if (l.proving && !place && brokers_[*l.proving]->feeds().any_stale())
    l.quiet_ns = std::min(kMostQuiet, 2 * std::max(kQuiet, l.quiet_ns));
  prove(id, place ? std::optional(l.order[*place]) : std::nullopt);
  if (!place || !is_proven(l)) return;
  switch_to(id, *place, "broker " + brokers_[l.order[*place]]->setup().name + " serves again");
  l.returned_ns = clocks_.monotonic();
}

void Router::leave_for(LineupId id, BrokerId other, const std::string& why) {
  Lineup& l = *lineups_[id];
  // A return that did not last makes the next one wait longer.
  const bool soon = l.returned_ns != 0 && clocks_.monotonic() - l.returned_ns < 2 * std::max(kQuiet, l.quiet_ns);
  l.quiet_ns = soon ? std::min(kMostQuiet, 2 * std::max(kQuiet, l.quiet_ns)) : kQuiet;
  l.returned_ns = 0;
  switch_to(id, static_cast<std::size_t>(std::find(l.order.begin(), l.order.end(), other) - l.order.begin()), why);
}

// Has the broker stand by for the lineup; nobody: nor any other.
void Router::prove(LineupId id, std::optional<BrokerId> broker) {
  Lineup& l = *lineups_[id];
  if (l.proving == broker) return;
  l.proving = broker;
  l.proving_since_ns = clocks_.monotonic();
  stand_by(id);
}

// Live ticks of each exchange whose feed was stale, of each that the active broker has shown some of since it is that,
// and of one at least. Nothing else proves life: no login, no snapshot, no setting.
bool Router::is_proven(const Lineup& l) const {
  bool ticks = false;
  for (const auto& [exchange, count] : l.exchanges) {
    if (const MarketFeed* feed = brokers_[*l.proving]->feeds().find(exchange);
        feed != nullptr && feed->has_to_prove_itself)
      return false;
    const auto ticked = [&](BrokerId broker, std::int64_t since_ns) {
      const MarketFeed* feed = brokers_[broker]->feeds().find(exchange);
      return feed != nullptr && feed->last_live_ns > since_ns;
    };
    if (ticked(*l.proving, l.proving_since_ns))
      ticks = true;
    else if (ticked(l.broker(), l.active_since_ns))
      return false;
  }
  return ticks || l.interests.empty();
}

void Router::switch_to(LineupId id, std::size_t target, const std::string& why) {
  Lineup& l = *lineups_[id];
  l.active = target;
  l.active_since_ns = clocks_.monotonic();
  l.proving.reset();
  l.epoch = new_epoch_();
  ++counts_.switches;
  port_.switched(id, why);
  l.standby = standby_of(l);
  std::vector<InterestId> all;
  all.reserve(l.interests.size());
  for (const auto& [name, interest] : l.interests) all.push_back(interest);
  std::erase_if(all, [this, &l](InterestId interest) {
    const Interest& i = *interests_[interest];
    const auto by = server_of(l, i.symbol, i.exchange);
    if (!by || is_same_paper(i, *by)) return false;
    end(interest, another_paper(*by, i));
    return true;
  });
  for (const InterestId interest : all) {
    serve(interest);
    place(interest);
    say_that_it_waits(interest);
  }
  for (const InterestId interest : all)
    for (const TopicId topic : topics_of(interest)) publish_known(topic);
  if (id == kDefaultLineup) apply_pins();
}

std::optional<BrokerId> Router::standby_of(const Lineup& l) const {
  if (l.proving) return l.proving;
  for (const BrokerId broker : l.order)
    if (broker != l.broker() && brokers_[broker]->setup().hot_standby && brokers_[broker]->available()) return broker;
  return std::nullopt;
}

void Router::stand_by(LineupId id) {
  Lineup& l = *lineups_[id];
  const std::optional<BrokerId> next = standby_of(l);
  if (next == l.standby) return;
  l.standby = next;
  for (const auto& [name, interest] : l.interests) {
    Interest& i = *interests_[interest];
    detach(i.standby, interest, &Route::standing_by);
    if (next) place(interest);
  }
}

// The same broker serves; who stands by, is waited for, or serves what that one lacks may be another.
void Router::follow_order(LineupId id) {
  stand_by(id);
  settle(true);
  for (const auto& [name, interest] : lineups_[id]->interests)
    if (interests_[interest]->served.handle == kNoHandle) place(interest);
}

void Router::set_order(LineupId id, std::vector<BrokerId> order) {
  Lineup& l = *lineups_[id];
  const BrokerId before = l.broker();
  l.order = std::move(order);
  l.proving.reset();
  const auto found = std::find(l.order.begin(), l.order.end(), before);
  // Whoever edits the list wants its first, unless that cannot serve.
  std::size_t place = 0;
  if (brokers_[l.order[0]]->hopeless())
    for (std::size_t i = l.order.size(); i-- > 0;)
      if (brokers_[l.order[i]]->serves()) place = i;
  l.active = place;
  if (found == l.order.end() || l.order[place] != before)
    switch_to(id, place, "an operator chose another order of brokers");
  else
    follow_order(id);
  flush_demand();
}

}  // namespace gw::routing
