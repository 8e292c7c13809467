// Requests that take time, each in slices between which everybody else is served: for many symbols, about all that a
// client holds, and searches. A client has one job at a time. [routing]
#pragma once

#include <cstddef>

#include "core/protocol/answers.hpp"
#include "core/requests/catch_up.hpp"
#include "core/requests/market_days.hpp"
#include "core/requests/options.hpp"
#include "core/requests/request_counts.hpp"
#include "core/requests/subscriber.hpp"
#include "core/routing/outcome.hpp"
#include "core/routing/router.hpp"

namespace gw::requests {

class Jobs {
 public:
  // `options`: looked at for each request. `counts`: where requests are counted.
  Jobs(routing::Router& router, CatchUp& catch_up, MarketDays& markets, const RequestOptions& options,
       RequestCounts& counts)
      : router_(router), catch_up_(catch_up), markets_(markets), options_(options), counts_(counts) {}

  // Does the first slice of a request; the client has a job afterwards if there is more.
  void start(Subscriber& client, Asked asked);
  // Does one more slice of the client's job, and ends the job when that was all.
  void go_on(Subscriber& client);

 private:
  bool do_some(Subscriber& client, Job& job);
  bool subscribe_some(Subscriber& client, Job& job);
  bool unsubscribe_some(Subscriber& client, Job& job);
  bool unsubscribe_some_of_all(Subscriber& client, Job& job);
  bool list_some(Subscriber& client, Job& job);
  bool search_some(Subscriber& client, Job& job);
  routing::Outcome subscribe_entry(Subscriber& client, const protocol::Entry& entry);
  bool suggest(const Subscriber& client, Job& job, const protocol::Entry& entry, routing::Outcome& outcome);
  routing::Outcome unsubscribe_entry(Subscriber& client, const protocol::Entry& entry);
  std::size_t titles_of(const Subscriber& client) const;
  void begin_entry(Subscriber& client, const protocol::Entry& entry, const routing::Outcome& outcome);
  void tell_about_entry(Subscriber& client, const protocol::Entry& entry, const routing::Outcome& outcome);
  // One line for each entry of a request, or one for the whole of a batch.
  void log_entry(const Subscriber& client, const protocol::Entry& entry, const routing::Outcome& outcome,
                 const protocol::Context& about) const;
  void log_batch(const Subscriber& client, const Job& job, const protocol::Context& about) const;
  protocol::Context context(const Subscriber& client, const protocol::Request& request);

  routing::Router& router_;
  CatchUp& catch_up_;
  MarketDays& markets_;
  const RequestOptions& options_;
  RequestCounts& counts_;
};

}  // namespace gw::requests
