// The request side of all sessions: authenticates clients, answers requests that take no time, and starts Jobs for the
// others. [routing]
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/accounts/key_ring.hpp"
#include "core/event_loop/event_loop.hpp"
#include "core/requests/broker_choice.hpp"
#include "core/requests/catch_up.hpp"
#include "core/requests/clients.hpp"
#include "core/requests/jobs.hpp"
#include "core/requests/key_uses.hpp"
#include "core/requests/market_days.hpp"
#include "core/requests/options.hpp"
#include "core/requests/request_counts.hpp"
#include "core/routing/router.hpp"
#include "core/session/ledger.hpp"
#include "core/session/request_side.hpp"

namespace gw::requests {

class RequestHandler final : public session::RequestSide {
 public:
  // Slices of jobs are bulk work of the loop.
  RequestHandler(event_loop::EventLoop& loop, routing::Router& router, Clients& clients, CatchUp& catch_up,
                 MarketDays& markets, const RequestOptions& options);
  RequestHandler(const RequestHandler&) = delete;
  RequestHandler& operator=(const RequestHandler&) = delete;

  // From now on the options count for all clients, connected ones too.
  void set_options(const RequestOptions& options);
  // Clients whose key is no longer good are closed with 4401.
  void set_keys(std::shared_ptr<const accounts::KeyRing> keys);
  // Closes clients whose key has expired; called again and again.
  void end_expired(std::int64_t wall_ns);
  std::vector<routing::BrokerId> brokers_named(const std::vector<std::string>& names) {
    return broker_choice_.brokers_named(names);
  }
  // Calls `done` on this thread with the sum over all clients so far. Each shard's part includes all that was put into
  // its inbox before.
  void collect_ledger(const Clients::Inboxes& inboxes, std::function<void(const session::Ledger&)> done);

  const RequestCounts& counts() const { return counts_; }
  KeyUses& key_uses() { return key_uses_; }

  // ---- what sessions say
  void opened(routing::SessionId session, std::shared_ptr<const std::string> name, bool deflated) override;
  void asked(routing::SessionId session, protocol::Request request, std::size_t bytes, std::size_t room) override;
  void fill(routing::SessionId session, std::size_t room) override;
  void last_published(routing::SessionId session, const std::vector<routing::TopicId>& topics,
                      session::FrameKind kind) override;
  void leaving(routing::SessionId session, bool lingers) override;
  void closed(routing::SessionId session) override;

 private:
  void authenticate(Subscriber& client, const protocol::Request& request);
  void admit(Subscriber& client, const protocol::Request& request);
  void tell_broker(const Subscriber& client) const;
  void refuse_authentication(Subscriber& client, const protocol::Request& request, Refusal why, std::string_view code,
                             std::string_view message);
  void set_account(Subscriber& client, const accounts::KeySession& account);
  void decide(Subscriber& client, Asked asked);
  void handle(Subscriber& client, Asked asked);
  bool answer(const Subscriber& client, const protocol::Request& request) const;
  void refuse_other_levels(const Subscriber& client, protocol::Request& request) const;
  bool take_slice();

  event_loop::EventLoop& loop_;
  routing::Router& router_;
  Clients& clients_;
  CatchUp& catch_up_;
  MarketDays& markets_;
  BrokerChoice broker_choice_;
  RequestOptions options_;
  RequestCounts counts_;
  Jobs jobs_;
  std::deque<routing::SessionId> busy_;  // clients that have a job, or asked for something meanwhile; in turn
  std::shared_ptr<const accounts::KeyRing> keys_;
  KeyUses key_uses_;
  std::uint64_t ended_expected_ = 0;  // updates expected of clients that are gone
};

}  // namespace gw::requests
