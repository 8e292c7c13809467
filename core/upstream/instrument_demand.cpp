#include "core/upstream/instrument_demand.hpp"

#include <algorithm>
#include <utility>

namespace gw::upstream {
namespace {

constexpr std::int64_t kAskPause = 5'000'000'000;  // brokers count requests

}  // namespace

InstrumentDemand::InstrumentDemand(Brokers& brokers, InterestTable& interests, const BrokerChoice& choice,
                                   Listings& listings, InterestObserver& observer,
                                   std::function<std::int64_t()> monotonic)
    : brokers_(brokers),
      interests_(interests),
      choice_(choice),
      listings_(listings),
      observer_(observer),
      monotonic_(std::move(monotonic)) {}

// ---- sources

void InstrumentDemand::attach(Source& source, InterestId id, BrokerId broker, Holders holders) {
  source = {.broker = broker};
  const Interest& i = interests_[id];
  if (!choice_.may_serve(broker, interests_.group_of(i), i.instrument.key())) return;
  const auto handle = brokers_[broker].routes().route_for(i.instrument.key());
  if (!handle) return;
  source.handle = *handle;
  (brokers_[broker].routes()[*handle].*holders).push_back(id);
  if (holders == &Route::served) interests_.group_of(i).count_served(broker, i.instrument.exchange, true);
}

void InstrumentDemand::detach(Source& source, InterestId id, Holders holders) {
  const Source old = std::exchange(source, Source{});
  if (!old.is_known()) return;
  std::erase(brokers_[old.broker].routes()[old.handle].*holders, id);
  const Interest& i = interests_[id];
  if (holders == &Route::served) interests_.group_of(i).count_served(old.broker, i.instrument.exchange, false);
  ask(old.broker, old.handle);
}

void InstrumentDemand::choose_sources(InterestId id) {
  Interest& i = interests_[id];
  const BrokerGroup& g = interests_.group_of(i);
  const auto by = choice_.server_of(g, i.instrument.key());
  const auto standby = g.standby == by ? std::nullopt : g.standby;
  Source old_source = i.source.is_at(by) ? Source{} : std::exchange(i.source, Source{.broker = g.broker()});
  Source old_standby = i.standby.is_at(standby) ? Source{} : std::exchange(i.standby, Source{});
  if (by && !i.source.is_at(by)) attach(i.source, id, *by, &Route::served);
  if (standby && !i.standby.is_at(standby)) attach(i.standby, id, *standby, &Route::standing_by);
  // A broker that stood by and serves now, or the other way round, keeps its grant.
  for (const Source& old : {old_source, old_standby})
    for (Source* now : {&i.source, &i.standby})
      if (now->is_at(old.broker) && now->handle == old.handle) *now = old;
  detach(old_source, id, &Route::served);
  detach(old_standby, id, &Route::standing_by);
}

void InstrumentDemand::release(InterestId id) {
  drop_source(id);
  drop_standby(id);
  set_waiting(id, false);
}

void InstrumentDemand::drop_source(InterestId id) { detach(interests_[id].source, id, &Route::served); }

void InstrumentDemand::drop_standby(InterestId id) { detach(interests_[id].standby, id, &Route::standing_by); }

void InstrumentDemand::request_all_of(BrokerId broker) {
  interests_.for_each([broker](InterestId, Interest& i) {
    for (Source* source : {&i.source, &i.standby})
      if (source->broker == broker) *source = {.broker = broker, .handle = source->handle};
  });
  interests_.for_each([&](InterestId id, const Interest& i) {
    if (i.source.broker == broker) request(id);
    if (i.standby.broker == broker) request(id);
  });
}

// ---- what is asked of a route

// Wants of a route what its interests together need; false when the broker's limits do not allow it. A stream that the
// broker has refused is asked for only while no interest needs another one: the others would get nothing.
bool InstrumentDemand::ask(BrokerId broker, RouteHandle handle) {
  const Route& r = brokers_[broker].routes()[handle];
  std::uint32_t mode = 0;
  std::uint32_t depth = 0;
  const auto add = [&](std::uint32_t Source::*of_mode, std::uint32_t Source::*of_depth) {
    const auto add_source = [&](const Source& source) {
      mode = std::max(mode, source.*of_mode);
      depth = std::max(depth, source.*of_depth);
    };
    for (const InterestId id : r.served) add_source(interests_[id].source);
    for (const InterestId id : r.standing_by) add_source(interests_[id].standby);
  };
  add(&Source::mode, &Source::depth);
  if (mode == 0) add(&Source::refused_mode, &Source::refused_depth);
  return brokers_[broker].demand().want(handle, mode, depth);
}

// Mode and depth of the richest of the interest's streams that the broker can give.
Source InstrumentDemand::richest(const Source& source, const Interest& i, bool with_refused) const {
  const Broker& broker = brokers_[source.broker];
  Source rich{.broker = source.broker, .handle = source.handle};
  i.for_each_stream([&](Stream stream, TopicId) {
    const Offer offer = offer_of(broker.setup(), i.instrument.exchange, stream);
    if (!offer.has_it()) return;
    const auto mode = static_cast<std::uint32_t>(stream.mode);
    std::optional<int> depth = offer.source_depth;
    if (!with_refused && mode == BGW_MODE_DEPTH) depth = depth_not_refused(source, i.instrument.exchange, *depth);
    if (!depth ||
        (!with_refused && mode != BGW_MODE_DEPTH && broker.demand().refusal(source.handle, mode, 0) != nullptr))
      return;
    rich.mode = std::max(rich.mode, mode);
    rich.depth = std::max(rich.depth, static_cast<std::uint32_t>(*depth));
  });
  return rich;
}

// Asks the source's broker for the richest of what it can give of the interest's streams; where its limits do not allow
// that, for fewer levels. False when there is no room at all: the source is then as it was.
bool InstrumentDemand::fit(Source& source, const Interest& interest) {
  if (!source.is_known()) return false;
  const Source before = std::exchange(source, richest(source, interest, false));
  if (source.mode == 0) {
    // The broker has refused all of it. It stays wanted, because data may come all the same.
    const Source all = richest(source, interest, true);
    source.refused_mode = all.mode;
    source.refused_depth = all.depth;
    // As it was asked for last: another mode or level would be one more request, which nobody made.
    const Route& route = brokers_[source.broker].routes()[source.handle];
    bool is_its = false;
    interest.for_each_stream([&](Stream stream, TopicId) {
      is_its = is_its || static_cast<std::uint32_t>(stream.mode) == route.wanted_mode;
    });
    if (is_its) {
      source.refused_mode = route.wanted_mode;
      source.refused_depth = route.wanted_depth;
    }
    return ask(source.broker, source.handle);
  }
  if (ask(source.broker, source.handle)) return true;
  // A request for exactly this level takes the allocation of an instrument that is served by a cut from it.
  if (!is_cut(interest) && take_from_a_cut(source.broker, source.depth) && ask(source.broker, source.handle))
    return true;
  const Broker& broker = brokers_[source.broker];
  const auto levels = broker.setup().capabilities.depth_levels(interest.instrument.exchange);
  const std::uint32_t depth = source.depth;
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    if (*level >= depth || broker.demand().refusal(source.handle, BGW_MODE_DEPTH, *level) != nullptr) continue;
    source.depth = *level;
    if (ask(source.broker, source.handle)) return true;
  }
  source = before;
  return false;
}

void InstrumentDemand::request(InterestId id) {
  Interest& i = interests_[id];
  const BrokerGroup& g = interests_.group_of(i);
  if (!i.source.is_known())
    if (const auto by = choice_.server_of(g, i.instrument.key())) attach(i.source, id, *by, &Route::served);
  i.awaited = i.source.is_known() ? std::nullopt : choice_.waits_for(g, i.instrument.key());
  listings_.note(i);
  fit(i.source, i);
  const bool stands_by = g.standby && *g.standby != i.source.broker;
  if (stands_by && !i.standby.is_known()) attach(i.standby, id, *g.standby, &Route::standing_by);
  const bool standby_fits = !stands_by || fit(i.standby, i);
  const bool has_all = tell_grants(i);
  set_waiting(id, !standby_fits || !has_all);
}

// ---- what each stream gets

// True: no stream gets less than its broker could give.
bool InstrumentDemand::tell_grants(const Interest& i) {
  bool all = true;
  i.for_each_stream([&](Stream stream, TopicId topic) {
    const Grant grant = grant_of(i, stream);
    all = all && !grant.is_less;
    observer_.granted(topic, grant);
  });
  return all;
}

Grant InstrumentDemand::grant_of(const Interest& i, Stream stream) const {
  const Source& source = i.source;
  Grant grant;
  grant.broker = source.is_known() ? source.broker : i.awaited.value_or(interests_.group_of(i).broker());
  const Broker& broker = brokers_[grant.broker];
  const Offer offer = offer_of(broker.setup(), i.instrument.exchange, stream);
  const auto mode = static_cast<std::uint32_t>(stream.mode);
  const Refusal* refused = offer.has_it() ? refusal_of(source, stream, offer.source_depth) : nullptr;
  // A richer stream that another topic asked for since then serves this one too, and fewer levels are better than none.
  if (refused != nullptr && ((source.mode > mode && source.mode > refused->under_mode) ||
                             (source.mode == BGW_MODE_DEPTH && mode == BGW_MODE_DEPTH &&
                              broker.demand().refusal(source.handle, source.mode, source.depth) == nullptr)))
    refused = nullptr;
  if (!source.is_known() && !i.awaited) {
    grant.lacking = choice_.why_not(i, grant.broker);
  } else if (!offer.has_it()) {
    grant.lacking = "broker " + broker.name() + " has no " + offer.lacking +
                    (offer.lacking == "mode" ? " " + std::to_string(stream.mode) : "") + " for " +
                    i.instrument.exchange;
  } else if (source.mode < mode && refused == nullptr && !i.awaited) {
    grant.lacking =
        "broker " + broker.name() + " allows " +
        broker.demand().limit_text(i.instrument.exchange, mode, static_cast<std::uint32_t>(offer.source_depth)) +
        ", and all are in use";
  }
  if (!grant.is_granted()) {
    grant.is_less = true;
    return grant;
  }
  if (refused != nullptr) grant.refusal = &refused->reason;
  grant.actual_depth = refused != nullptr || i.awaited ? offer.actual_depth
                                                       : std::min(offer.actual_depth, static_cast<int>(source.depth));
  grant.is_less = refused != nullptr || grant.actual_depth < offer.actual_depth;
  grant.message = message_of(i, offer, stream, grant.actual_depth);
  return grant;
}

// What clients are told of fewer levels than they asked for.
std::string InstrumentDemand::message_of(const Interest& i, const Offer& offer, Stream stream, int actual) const {
  if (stream.mode != BGW_MODE_DEPTH) return {};
  const BrokerId id = i.source.is_known() ? i.source.broker : i.awaited.value_or(interests_.group_of(i).broker());
  const Broker& broker = brokers_[id];
  const int asked = stream.depth_level;
  if (actual >= offer.actual_depth)
    return registry::broker_message(broker.name(), broker.setup().capabilities, i.instrument.exchange, asked, actual);
  const Refusal* refused = refusal_of(i.source, stream, offer.source_depth);
  return "Depth level " + std::to_string(asked) + " not available, using " + std::to_string(actual) + ": broker " +
         broker.name() +
         (refused != nullptr ? " refused it: " + refused->reason
                             : " allows " +
                                   broker.demand().limit_text(i.instrument.exchange, BGW_MODE_DEPTH,
                                                              static_cast<std::uint32_t>(offer.source_depth)) +
                                   ", and all are in use");
}

// ---- refusals

// The highest level that is not above `actual` and that the broker has not refused.
std::optional<int> InstrumentDemand::depth_not_refused(const Source& source, std::string_view exchange,
                                                       int actual) const {
  const Broker& broker = brokers_[source.broker];
  const auto levels = broker.setup().capabilities.depth_levels(exchange);
  for (auto level = levels.rbegin(); level != levels.rend(); ++level)
    if (*level <= actual && broker.demand().refusal(source.handle, BGW_MODE_DEPTH, *level) == nullptr) return *level;
  return std::nullopt;
}

// The broker's refusal of what would serve the stream: `depth` levels in depth mode. Null: there is none.
const Refusal* InstrumentDemand::refusal_of(const Source& source, Stream stream, int depth) const {
  if (!source.is_known()) return nullptr;
  return brokers_[source.broker].demand().refusal(
      source.handle, static_cast<std::uint32_t>(stream.mode),
      static_cast<std::uint32_t>(stream.mode == BGW_MODE_DEPTH ? depth : 0));
}

void InstrumentDemand::on_refused(BrokerId broker, const bus::HandleRecord& record) {
  Route& r = brokers_[broker].routes()[record.instrument];
  std::erase_if(r.refused,
                [&](const Refusal& known) { return known.mode == record.mode && known.depth == record.depth_level; });
  r.refused.push_back({record.mode, record.depth_level, record.message, monotonic_(), r.demanded_mode});
  request_holders(r);
}

void InstrumentDemand::ask_again(InterestId id) {
  const Source source = interests_[id].source;
  if (!source.is_known()) return;
  Broker& broker = brokers_[source.broker];
  const std::int64_t now = monotonic_();
  if (broker.demand().forget_refusals(source.handle, now - kAskPause)) {
    broker.demand().ask_again(source.handle);
    request_holders(broker.routes()[source.handle]);
  }
  const bool is_deferred = std::any_of(deferred_.begin(), deferred_.end(), [&source](const Deferred& d) {
    return d.broker == source.broker && d.handle == source.handle;
  });
  if (!is_deferred && !broker.routes()[source.handle].refused.empty())
    deferred_.push_back({source.broker, source.handle, now});
}

void InstrumentDemand::ask_what_is_deferred() {
  const std::int64_t until = monotonic_() - kAskPause;
  for (const Deferred& d : std::exchange(deferred_, {})) {
    Broker& broker = brokers_[d.broker];
    if (d.asked_ns > until) {
      deferred_.push_back(d);
    } else if (broker.demand().forget_refusals(d.handle, d.asked_ns)) {
      broker.demand().ask_again(d.handle);
      request_holders(broker.routes()[d.handle]);
    }
  }
}

void InstrumentDemand::forget_refusals(BrokerId id) {
  Broker& broker = brokers_[id];
  for (RouteHandle handle = 0; const Route* r = broker.routes().at(handle); ++handle)
    if (r->is_held() && broker.demand().forget_refusals(handle, monotonic_())) request_holders(*r);
}

// A refusal is of a token: when one comes or ends, every interest of that token may have less or more, in each group.
void InstrumentDemand::request_holders(const Route& route) {
  std::vector<InterestId> holders = route.served;
  holders.insert(holders.end(), route.standing_by.begin(), route.standing_by.end());
  for (const InterestId id : holders) request(id);
}

// ---- room

// Whether no stream of the interest asks for the level that it has at the broker: all are served by a cut from it.
bool InstrumentDemand::is_cut(const Interest& i) const {
  if (i.source.mode != BGW_MODE_DEPTH) return false;
  bool cut = true;
  i.for_each_stream([&](Stream stream, TopicId) {
    if (stream.mode == BGW_MODE_DEPTH && stream.depth_level >= static_cast<int>(i.source.depth)) cut = false;
  });
  return cut;
}

// Moves an interest that is served by a cut from this level to the next lower level, or to none. False: there is no
// such interest.
bool InstrumentDemand::take_from_a_cut(BrokerId broker, std::uint32_t depth) {
  bool taken = false;
  interests_.for_each([&](InterestId id, Interest& i) {
    if (taken || !i.source.is_at(broker) || i.source.depth != depth || !is_cut(i)) return;
    const Source before = i.source;
    i.source.depth = 0;
    i.source.mode = 0;
    i.for_each_stream([&](Stream stream, TopicId) {
      if (stream.mode != BGW_MODE_DEPTH)
        i.source.mode = std::max(i.source.mode, static_cast<std::uint32_t>(stream.mode));
    });
    for (const std::uint16_t level : brokers_[broker].setup().capabilities.depth_levels(i.instrument.exchange))
      if (level < depth) {
        i.source.mode = BGW_MODE_DEPTH;
        i.source.depth = level;
      }
    if (!ask(broker, i.source.handle)) {
      i.source = before;
      return;
    }
    tell_grants(i);
    set_waiting(id, true);
    taken = true;
  });
  return taken;
}

void InstrumentDemand::set_waiting(InterestId id, bool waits) {
  std::uint64_t& since = interests_[id].waiting_since;
  if (waits == (since != 0)) return;
  since = waits ? next_order() : 0;
  if (waits)
    waiting_.insert(id);
  else
    waiting_.erase(id);
}

void InstrumentDemand::request_waiting() {
  std::vector<std::pair<std::uint64_t, InterestId>> waiting;
  for (const InterestId id : waiting_) {
    const Interest& i = interests_[id];
    waiting.emplace_back(std::max(i.waiting_since, observer_.waiting_since(i)), id);
  }
  std::sort(waiting.begin(), waiting.end());
  for (const auto& [since, id] : waiting) request(id);
}

void InstrumentDemand::flush() {
  const std::int64_t now = monotonic_();
  for (const auto& broker : brokers_) broker->flush_demand(now);
}

}  // namespace gw::upstream
