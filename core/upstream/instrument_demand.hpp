// What all clients together want of the brokers: gives interests their sources, and asks each source for the richest of
// what the interest's streams need, within the broker's limits and without what it has refused. [routing]
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/bus/records.hpp"
#include "core/upstream/broker_choice.hpp"
#include "core/upstream/interest_observer.hpp"
#include "core/upstream/interest_table.hpp"
#include "core/upstream/listings.hpp"
#include "core/upstream/offer.hpp"

namespace gw::upstream {

class InstrumentDemand {
 public:
  // All outlive this.
  InstrumentDemand(Brokers& brokers, InterestTable& interests, const BrokerChoice& choice, Listings& listings,
                   InterestObserver& observer, std::function<std::int64_t()> monotonic);

  // Gives the interest the source and standby that it should have now. Takes the new ones before it lets go of the old,
  // so that what stays subscribed is not interrupted. The caller calls request() next.
  void choose_sources(InterestId id);
  // Asks the sources for all that the interest's streams want, and tells the observer what each stream gets.
  void request(InterestId id);
  // The interest wants nothing any more.
  void release(InterestId id);
  void drop_standby(InterestId id);
  void drop_source(InterestId id);
  // The broker has another adapter, and perhaps other levels and limits: all is granted anew.
  void request_all_of(BrokerId broker);

  // ---- room
  // Requests again the interests to which a broker could not give all for want of room; the client that has waited
  // longest is first.
  void request_waiting();
  // The next number of the order in which clients join and interests begin to wait.
  std::uint64_t next_order() { return ++order_; }

  // ---- refusals
  // The adapter says that the broker refuses a stream of a route.
  void on_refused(BrokerId broker, const bus::HandleRecord& record);
  // A client asks for what the broker has refused, and perhaps gives by now. Asks the broker a few seconds after the
  // refusal at the earliest, since brokers count requests.
  void ask_again(InterestId id);
  void ask_what_is_deferred();
  // For a new login, in which nothing has been refused yet. The link itself asks again for all that is wanted.
  void forget_refusals(BrokerId broker);

  void flush();

 private:
  using Holders = std::vector<InterestId> Route::*;
  void attach(Source& source, InterestId id, BrokerId broker, Holders holders);
  void detach(Source& source, InterestId id, Holders holders);
  bool ask(BrokerId broker, RouteHandle handle);
  bool fit(Source& source, const Interest& interest);
  Source richest(const Source& source, const Interest& interest, bool with_refused) const;
  Grant grant_of(const Interest& interest, Stream stream) const;
  std::string message_of(const Interest& interest, const Offer& offer, Stream stream, int actual) const;
  std::optional<int> depth_not_refused(const Source& source, std::string_view exchange, int actual) const;
  const Refusal* refusal_of(const Source& source, Stream stream, int depth) const;
  bool is_cut(const Interest& interest) const;
  bool take_from_a_cut(BrokerId broker, std::uint32_t depth);
  bool tell_grants(const Interest& interest);
  void set_waiting(InterestId id, bool waits);
  void request_holders(const Route& route);

  Brokers& brokers_;
  InterestTable& interests_;
  const BrokerChoice& choice_;
  Listings& listings_;
  InterestObserver& observer_;
  std::function<std::int64_t()> monotonic_;
  std::set<InterestId> waiting_;  // interests to which a source or standby cannot give all
  std::uint64_t order_ = 0;
  struct Deferred {  // asked for again too soon after a refusal
    BrokerId broker;
    RouteHandle handle;
    std::int64_t asked_ns;
  };
  std::vector<Deferred> deferred_;
};

}  // namespace gw::upstream
