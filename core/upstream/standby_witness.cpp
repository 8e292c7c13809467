#include "core/upstream/standby_witness.hpp"

#include <algorithm>
#include <string>

namespace gw::upstream {
namespace {

// A link that has not been silent for its limit does not act on a proof, and is told again. It looks at its feeds once
// in a second at the most.
constexpr std::int64_t kProofPause = 1'000'000'000;

}  // namespace

namespace {

bool is_same_trade(const bgw_tick& one, const bgw_tick& other) {
  const std::uint64_t both = one.present & other.present;
  if ((both & BGW_HAS_LTP) == 0 || one.ltp != other.ltp) return false;
  return (both & BGW_HAS_VOLUME) == 0 || one.volume == other.volume;
}

}  // namespace

void StandbyWitness::note_lag(const Route& route, const bus::UpdateView& v, MarketFeed& feed) {
  const LastValue::Packet* before = route.last_value == nullptr ? nullptr : route.last_value->last();
  if (before == nullptr || is_same_trade(before->tick, *v.tick)) return;
  for (const InterestId id : route.served) {
    const Source& standby = interests_[id].standby;
    if (!standby.is_known()) continue;
    const Route* other = brokers_[standby.broker].routes().at(standby.handle);
    if (other == nullptr || other->last_value == nullptr) continue;
    const LastValue::Packet* its = other->last_value->last();
    if (its == nullptr || !is_same_trade(its->tick, *v.tick)) continue;
    feed.on_connection(route.demanded_connection).witness.note_lag(v.header->received_ns - its->received_ns);
  }
}

void StandbyWitness::hear(BrokerId broker, const Route& route, const bus::UpdateView& v, std::int64_t now_ns) {
  const std::int64_t resolution = brokers_[broker].setup().limits.time_resolution_ns;
  for (const InterestId id : route.standing_by) {
    const Source& source = interests_[id].source;
    if (!source.is_known() || source.mode == 0) continue;
    Broker& serving = brokers_[source.broker];
    const Route& its = serving.routes()[source.handle];
    ConnectionFeed& feed = serving.feeds()[its.market].on_connection(its.demanded_connection);
    // The broker shows only what happens after it was asked; without a snapshot in its answer, nothing else.
    const std::int64_t limit = serving.setup().stall_limit_ns;
    const std::int64_t since = std::max({feed.last_live_ns, its.demanded_ns, serving.connected_since_ns()});
    if (limit == 0 || !serving.is_connected() || now_ns - since <= limit) continue;
    const LastValue* mine = route.last_value.get();
    const LastValue* other = its.last_value.get();
    const LastValue::Packet* before = mine == nullptr ? nullptr : mine->last();
    const LastValue::Packet* shown = other == nullptr ? nullptr : other->last();
    const bool has_new_book = (v.tick->modes & BGW_MODE_DEPTH) != 0 && before != nullptr && mine->has_other_best(v) &&
                              (shown == nullptr || other->has_other_best(v));
    if (Witness::would_show(source.mode, *v.tick, before == nullptr ? nullptr : &before->tick,
                            shown == nullptr ? nullptr : &shown->tick, has_new_book,
                            std::max(resolution, serving.setup().limits.time_resolution_ns)))
      feed.witness.on_news(source.handle, now_ns);
  }
}

void StandbyWitness::send_proofs(std::int64_t now_ns) {
  for (const auto& broker : brokers_) {
    if (!broker->is_connected()) continue;
    for (MarketFeed& feed : broker->feeds().all())
      for (std::uint32_t connection = 0; connection < feed.connections.size(); ++connection) {
        ConnectionFeed& its = feed.connections[connection];
        // An instrument that was asked for anew, or on another connection, after the standby showed it, is not missing
        // here.
        its.witness.forget_if([&](RouteHandle handle, std::int64_t at_ns) {
          const Route& route = broker->routes()[handle];
          return route.demanded_mode == 0 || route.demanded_ns > at_ns || route.demanded_connection != connection;
        });
        if (now_ns - its.proof_sent_ns < kProofPause || !its.witness.is_proof(now_ns)) continue;
        const std::string why = "another broker shows ticks that are missing here";
        bus::Demand proof;
        proof.instrument = bus::kProof;
        proof.exchange = feed.exchange;
        proof.mode = 1;  // the connection is known
        proof.connection = connection;
        proof.symbol = why;
        if (!bus::put_demand(broker->setup().channel->demand(), proof)) continue;
        its.proof_sent_ns = now_ns;
        broker->setup().channel->adapter_bell().ring();
      }
  }
}

}  // namespace gw::upstream
