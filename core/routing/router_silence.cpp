// What is done about silence: another broker is asked to show that it ticks, and serves once it has; what it shows may
// prove the silence in the first place; and where nobody ticks, nothing moves.
#include <algorithm>
#include <set>

#include "core/routing/router.hpp"

namespace gw::routing {
namespace {

using bus::FeedEvidence;
using bus::FeedState;

// How long one of several other brokers is given to show that it ticks: what does not tick in a minute does not serve.
constexpr std::int64_t kPatience = 60'000'000'000;
// How long it may take until the link of a broker that was just subscribed says what its feed is like, beyond its own
// limit: asking again takes two seconds.
constexpr std::int64_t kJudgement = 5'000'000'000;
constexpr std::int64_t kProofPause = 1'000'000'000;  // a link that has not been silent for its limit does not act on it

// Whether the update's book has another best level than the one that is remembered.
bool has_other_best(const bus::UpdateView& v, const Memory& m) {
  const auto differ = [](std::span<const bgw_level> now, const std::vector<bgw_level>& then) {
    return !now.empty() && !then.empty() &&
           (now.front().price != then.front().price || now.front().quantity != then.front().quantity);
  };
  return differ(v.bids, m.bids) || differ(v.asks, m.asks);
}

}  // namespace

// The exchanges that the list's clients hold something of, and whose feed is silent at the active broker.
std::vector<const MarketFeed*> Router::silent_markets(const Lineup& l) const {
  std::vector<const MarketFeed*> silent;
  const MarketFeeds& feeds = brokers_[l.broker()]->feeds();
  for (const auto& [exchange, count] : l.exchanges)
    if (const MarketFeed* feed = feeds.find(exchange); feed != nullptr && feed->is_silent()) silent.push_back(feed);
  return silent;
}

// Whether the broker ticks, on its present login, where the active one is stale, and is not worse elsewhere. Where that
// one's silence is not proved, it has to show something that should have come there by now.
bool Router::ticks_instead(BrokerId other, const Lineup& l) const {
  const BrokerTable& now = *brokers_[l.broker()];
  bool ticks = false;
  for (const auto& [exchange, count] : l.exchanges) {
    const MarketFeed* mine = now.feeds().find(exchange);
    const MarketFeed* its = brokers_[other]->feeds().find(exchange);
    if (mine == nullptr || its == nullptr) continue;
    if (its->is_stale() && !mine->is_stale()) return false;
    const bool lives = (its->state == FeedState::live || its->last_live_ns > its->judged_ns) &&
                       its->last_live_ns >= brokers_[other]->connected_since_ns();
    if (mine->is_stale() && lives && its->last_live_ns > mine->last_live_ns &&
        its->last_live_ns >= mine->judged_ns - now.setup().stall_limit_ns)
      ticks = ticks || mine->evidence == FeedEvidence::proved || mine->witness.is_missing(clocks_.monotonic());
  }
  return ticks;
}

// Who might tick instead: connected, or logging in anew for its feed, and not known to be silent there too. The hot
// standby first: it is subscribed.
std::vector<BrokerId> Router::reliefs(const Lineup& l, const std::vector<const MarketFeed*>& silent) const {
  std::vector<BrokerId> reliefs;
  for (const bool hot : {true, false})
    for (const BrokerId broker : l.order) {
      const BrokerTable& t = *brokers_[broker];
      if (broker == l.broker() || t.setup().hot_standby != hot || !t.is_up()) continue;
      if (std::any_of(silent.begin(), silent.end(),
                      [&](const MarketFeed* feed) { return t.setup().capabilities.has_exchange(feed->exchange); }))
        reliefs.push_back(broker);
    }
  return reliefs;
}

// True: it has moved.
bool Router::seek_relief(LineupId id) {
  Lineup& l = *lineups_[id];
  const auto silent = silent_markets(l);
  const auto others = reliefs(l, silent);
  seeks_relief_ = true;
  if (l.standby && brokers_[*l.standby]->is_connected() && ticks_instead(*l.standby, l)) {
    std::string why = "broker " + brokers_[l.broker()]->setup().name + ":";
    for (const MarketFeed* feed : silent)
      if (feed->is_stale()) why += " the feed of " + feed->exchange + " is stale: " + feed->message;
    leave_for(id, *l.standby, why);
    return true;
  }
  if (others.empty()) {
    prove(id, std::nullopt);
    return false;
  }
  const auto asked = std::find(others.begin(), others.end(), l.proving.value_or(l.broker()));
  if (asked == others.end())
    prove(id, others.front());
  else if (others.size() > 1 && clocks_.monotonic() - l.proving_since_ns > kPatience)
    prove(id, asked + 1 == others.end() ? others.front() : *(asked + 1));
  return false;
}

// Nobody ticks on an exchange whose instruments should: by the active broker's word and, where there is one, by that of
// the broker that stands by.
bool Router::is_silent_everywhere(const Lineup& l, const MarketFeed& feed) const {
  if (feed.evidence == FeedEvidence::proved) return false;
  if (!l.standby || !brokers_[*l.standby]->is_up() ||
      !brokers_[*l.standby]->setup().capabilities.has_exchange(feed.exchange))
    return feed.state == FeedState::quiet && feed.evidence == FeedEvidence::expected;
  const BrokerTable& other = *brokers_[*l.standby];
  const MarketFeed* its = other.feeds().find(feed.exchange);
  if (its == nullptr || its->state == FeedState::unknown) {
    const bool is_judged =
        l.proving && clocks_.monotonic() - l.proving_since_ns > other.setup().stall_limit_ns + kJudgement;
    return is_judged && feed.state == FeedState::quiet && feed.evidence == FeedEvidence::expected;
  }
  return its->state != FeedState::live && its->evidence != FeedEvidence::proved &&
         std::max(feed.evidence, its->evidence) == FeedEvidence::expected;
}

void Router::follow_halts() {
  std::set<std::string, std::less<>> halted;
  for (const auto& l : lineups_)
    for (const MarketFeed* feed : silent_markets(*l))
      if (is_silent_everywhere(*l, *feed)) halted.insert(feed->exchange);
  if (halted == halted_) return;
  halted_ = std::move(halted);
  for (BrokerId id = 0; id < brokers_.size(); ++id) {
    bool changed = false;
    for (MarketFeed& feed : brokers_[id]->feeds().all())
      changed = std::exchange(feed.halted, halted_.contains(feed.exchange)) != feed.halted || changed;
    if (changed) port_.feed_changed(id);
  }
}

bool Router::ticks_steadily(std::string_view exchange) const {
  const std::int64_t now = clocks_.monotonic();
  return std::any_of(brokers_.begin(), brokers_.end(), [&](const auto& table) {
    const MarketFeed* feed = table->feeds().find(exchange);
    return feed != nullptr && feed->ticks_steadily(now);
  });
}

// A live tick of the broker that serves: how much earlier the standby showed the same.
void Router::note_lag(const Route& route, const bus::UpdateView& v, MarketFeed& feed) {
  for (const InterestId id : route.served) {
    const Leg& standby = interests_[id]->standby;
    if (standby.handle == kNoHandle) continue;
    const Route* other = brokers_[standby.broker]->route(standby.handle);
    if (other == nullptr || other->memory == nullptr) continue;
    const Memory::Slot* its = newest_of(*other->memory);
    if (its == nullptr || its->tick.ltp != v.tick->ltp) continue;
    constexpr std::uint64_t kVolume = BGW_HAS_VOLUME;
    if ((its->tick.present & v.tick->present & kVolume) != 0 && its->tick.volume != v.tick->volume) continue;
    feed.witness.note_lag(v.header->received_ns - its->received_ns);
  }
}

// A live tick of a broker that stands by, before it is remembered: whether those that serve should have shown it too.
void Router::hear_witness(BrokerId broker, const Route& route, const bus::UpdateView& v) {
  const std::int64_t resolution = brokers_[broker]->setup().limits.time_resolution_ns;
  for (const InterestId id : route.standing_by) {
    const Leg& leg = interests_[id]->served;
    if (leg.handle == kNoHandle || leg.mode == 0) continue;
    BrokerTable& first = *brokers_[leg.broker];
    const Route& mine = *first.route(leg.handle);
    MarketFeed& feed = first.feeds()[mine.market];
    // It shows what happens from when it was asked on, and nothing else where it answers with no snapshot.
    const std::int64_t limit = first.setup().stall_limit_ns;
    const std::int64_t since = std::max({feed.last_live_ns, mine.demanded_ns, first.connected_since_ns()});
    if (limit == 0 || !first.is_connected() || turn_ns_ - since <= limit) continue;
    const Memory::Slot* before = route.memory == nullptr ? nullptr : newest_of(*route.memory);
    const Memory::Slot* shown = mine.memory == nullptr ? nullptr : newest_of(*mine.memory);
    const bool has_book = (v.tick->modes & BGW_MODE_DEPTH) != 0;
    const bool new_book = has_book && before != nullptr && has_other_best(v, *route.memory) &&
                          (shown == nullptr || has_other_best(v, *mine.memory));
    if (Witness::would_show(leg.mode, *v.tick, before == nullptr ? nullptr : &before->tick,
                            shown == nullptr ? nullptr : &shown->tick, new_book,
                            std::max(resolution, first.setup().limits.time_resolution_ns)))
      feed.witness.on_news(leg.handle, turn_ns_);
  }
}

// Has the links know of what the others' values prove. They judge, and say that their feed is stale.
void Router::send_proofs() {
  const std::int64_t now = clocks_.monotonic();
  for (const auto& table : brokers_) {
    if (!table->is_connected()) continue;
    for (MarketFeed& feed : table->feeds().all()) {
      if (feed.evidence == FeedEvidence::proved || now - feed.proof_sent_ns < kProofPause ||
          !feed.witness.is_proof(now))
        continue;
      bus::Demand proof;
      proof.instrument = bus::kProof;
      proof.exchange = feed.exchange;
      const std::string why = "another broker shows ticks that are missing here";
      proof.symbol = why;
      if (!bus::put_demand(table->setup().channel->demand(), proof)) continue;
      feed.proof_sent_ns = now;
      table->setup().channel->adapter_bell().ring();
    }
  }
}

}  // namespace gw::routing
