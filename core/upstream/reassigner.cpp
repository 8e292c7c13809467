#include "core/upstream/reassigner.hpp"

#include <string>
#include <utility>

namespace gw::upstream {

// No broker of its group serves it, and none is waited for.
bool Reassigner::has_nobody(const Interest& i) const {
  const BrokerGroup& g = interests_.group_of(i);
  const InstrumentKey key = i.instrument.key();
  return !choice_.server_of(g, key) && !choice_.waits_for(g, key);
}

void Reassigner::follow_lists(const std::set<BrokerId>& changed) {
  move_what_lost_its_token(changed);
  for (const BrokerId id : changed) {
    end_what_waited_in_vain(id);
    listings_.note_all_of(id);
  }
  settle(true);
}

// An interest that has lost its token is requested under the new one, or ends where the list has no such instrument.
// All old sources are dropped before a new one is chosen, whatever tokens changed hands.
void Reassigner::move_what_lost_its_token(const std::set<BrokerId>& changed) {
  struct Moved {
    InterestId id;
    bool lost_source;
  };
  std::vector<Moved> moved;
  interests_.for_each([&](InterestId id, const Interest& i) {
    const auto lost = [&](const Source& source) {
      return source.is_known() && changed.contains(source.broker) &&
             !brokers_[source.broker].routes().is_bound(source.handle, i.instrument.key());
    };
    const bool lost_source = lost(i.source);
    const bool lost_standby = lost(i.standby);
    if (lost_source) demand_.drop_source(id);
    if (lost_standby) demand_.drop_standby(id);
    if ((lost_source || lost_standby) && !(i.awaited && changed.contains(*i.awaited)))
      moved.push_back({id, lost_source});
  });
  for (const auto& [id, lost_source] : moved) {
    const Interest& i = interests_[id];
    if (lost_source && has_nobody(i)) {
      observer_.ended(id, choice_.gone_of(interests_.group_of(i), i.instrument.key()));
      continue;
    }
    if (lost_source) observer_.unconfirmed(i);
    demand_.choose_sources(id);
    demand_.request(id);
  }
}

// Ends interests that waited for this broker, if it does not list them any more and no other broker serves them.
void Reassigner::end_what_waited_in_vain(BrokerId broker) {
  interests_.for_each([&](InterestId id, const Interest& i) {
    if (i.awaited != broker || i.ends) return;
    if (has_nobody(i))
      observer_.ended(id, brokers_[broker].routes().gone(i.instrument.key()));
    else
      demand_.request(id);
  });
}

void Reassigner::end_what_is_over() {
  std::set<BrokerId> changed;
  interests_.for_each([&](InterestId id, const Interest& i) {
    if (listings_.is_over(i.instrument.exchange, i.expiry)) {
      Gone why = brokers_[i.awaited.value_or(i.source.broker)].routes().gone(i.instrument.key());
      why.expired_on = i.expiry;
      observer_.ended(id, why);
    } else if (listings_.is_lacking_since_yesterday(i)) {
      brokers_[i.source.broker].routes().unbind(i.instrument.key());
      changed.insert(i.source.broker);
    }
  });
  move_what_lost_its_token(changed);
}

void Reassigner::settle(bool all) {
  interests_.for_each([&](InterestId id, const Interest& i) {
    if (i.ends) return;
    const BrokerGroup& g = interests_.group_of(i);
    const InstrumentKey key = i.instrument.key();
    const bool at_home = i.source.is_at(g.broker());
    if (at_home && (!all || choice_.may_serve(g.broker(), g, key))) return;
    const auto by = choice_.server_of(g, key);
    if (by ? i.source.is_at(by) : !i.source.is_known()) return;
    if (!by && !choice_.waits_for(g, key)) {
      observer_.ended(id, choice_.gone_of(g, key));
      return;
    }
    demand_.choose_sources(id);
    observer_.unconfirmed(i);
    demand_.request(id);
    observer_.moved(i);
  });
}

void Reassigner::choose_all_sources() {
  interests_.for_each([&](InterestId id, const Interest&) {
    demand_.choose_sources(id);
    demand_.request(id);
  });
}

void Reassigner::say_that_it_waits(InterestId id) {
  const Interest& i = interests_[id];
  const auto broker = choice_.awaited_by(i);
  if (!broker) return;
  const std::string reason =
      choice_.why_not(i, interests_.group_of(i).broker()) + "; waiting for broker " + brokers_[*broker].name();
  observer_.unconfirmed(i);
  observer_.waits(i, reason);
}

void Reassigner::unconfirm_what_waits_for(BrokerId broker, std::string_view exchange) {
  interests_.for_each([&](InterestId, const Interest& i) {
    if (i.instrument.exchange == exchange && choice_.awaited_by(i) == broker) observer_.unconfirmed(i);
  });
}

}  // namespace gw::upstream
