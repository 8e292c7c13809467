// Where clients' requests are decided: authentication, subscriptions, and what clients are told besides live updates.
// Owns the router; shards and desk talk by messages only. [routing]
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/accounts/key_ring.hpp"
#include "core/calendar/calendar.hpp"
#include "core/event_loop/event_loop.hpp"
#include "core/protocol/json_encoder.hpp"
#include "core/proxy/ledger.hpp"
#include "core/proxy/options.hpp"
#include "core/proxy/shard_link.hpp"
#include "core/proxy/subscriber.hpp"
#include "core/routing/ports.hpp"
#include "core/routing/router.hpp"

namespace gw::proxy {

class Shard;
enum class FrameKind : std::uint8_t;

class Desk final : public routing::SessionPort {
 public:
  // `bell` is rung by the adapters' channels. Shards are numbered as they stand.
  Desk(event_loop::EventLoop& loop, bus::Doorbell& bell, const ShardOptions& options,
       const std::vector<Shard*>& shards);
  ~Desk() override;

  routing::Router& router() { return *router_; }
  // Live sessions are held to them from now on.
  void set_options(const ShardOptions& options);
  // Sessions whose key is no longer good are closed with 4401.
  void set_keys(std::shared_ptr<const accounts::KeyRing> keys);
  void set_calendar(std::shared_ptr<const calendar::Calendar> calendar);
  // The brokers with these names, in their order. One that gateway.yaml lacks serves nobody and says why.
  std::vector<routing::BrokerId> brokers_named(const std::vector<std::string>& names);
  std::size_t client_count() const { return clients_; }
  // What is to be said of the broker's instrument list; empty: nothing.
  std::string list_warning(routing::BrokerId broker) const;
  // `done` gets the sum over all shards, each as of what had been sent to it before. On this or a shard's thread.
  void collect_ledger(std::function<void(const Ledger&)> done);

  // ---- what shards say: desk.cpp
  void opened(routing::SessionId session, std::string address, bool deflated);
  void asked(routing::SessionId session, protocol::Request request, std::size_t bytes);
  // There is room for so many bytes of what waits.
  void fill(routing::SessionId session, std::size_t room);
  void latest(routing::SessionId session, const std::vector<routing::TopicId>& topics, FrameKind kind);
  // Nothing is owed to it any more. `lingers`: it may have lost its network only.
  void leaving(routing::SessionId session, bool lingers);
  void closed(routing::SessionId session);

  // ---- what routing says
  void deliver(routing::TopicId topic, routing::Lane lane, std::string_view frame,
               std::span<const routing::SessionId> sessions) noexcept override;
  void joined(routing::SessionId session, routing::TopicId topic, routing::Lane lane) override;
  void left(routing::SessionId session, routing::TopicId topic, routing::Lane lane, std::uint32_t place) override;
  void refused(routing::SessionId session, const routing::TopicInfo& topic, std::string_view reason) override;
  void ended(routing::SessionId session, const routing::TopicInfo& topic, const routing::Gone& why) override;
  void subscription_changed(routing::TopicId topic, std::span<const routing::SessionId> sessions) override;
  void broker_changed(routing::BrokerId broker) override;
  void feed_changed(routing::BrokerId broker) override;
  void switched(routing::LineupId lineup, std::string_view why) override;

 private:
  bool work();
  bool take_step();
  void sweep();
  Subscriber* find(routing::SessionId session);
  ShardLink& link(routing::SessionId session) { return *links_[routing::shard_of(session)]; }
  void send(const Subscriber& to, std::string json);
  void close(Subscriber& client, int code, std::string reason);
  template <class F>
  void for_each(F&& f) {
    for (const auto& shard : subscribers_)
      for (const auto& client : shard)
        if (client != nullptr && !client->closing) f(*client);
  }

  // desk_requests.cpp
  void authenticate(Subscriber& client, const protocol::Request& request);
  void refuse_authentication(Subscriber& client, std::string_view code, std::string_view message);
  void handle(Subscriber& client, Asked asked);
  void refuse_other_levels(const Subscriber& client, protocol::Request& request) const;
  // It counts as so many more than the one that its frame was.
  void request_done(const Subscriber& client, std::size_t bytes, std::size_t more = 0);

  // desk_jobs.cpp
  bool take_slice();
  void start_job(Subscriber& client, Asked asked);
  bool go_on(Subscriber& client);
  bool subscribe_some(Subscriber& client, Job& job);
  bool unsubscribe_some(Subscriber& client, Job& job);
  bool unsubscribe_some_of_all(Subscriber& client, Job& job);
  bool list_some(Subscriber& client, Job& job);
  bool search_some(Subscriber& client, Job& job);
  routing::Outcome subscribe_entry(Subscriber& client, const protocol::Entry& entry);
  routing::Outcome unsubscribe_entry(Subscriber& client, const protocol::Entry& entry);
  void begin_entry(Subscriber& client, const protocol::Entry& entry, const routing::Outcome& outcome);
  void tell_about_entry(Subscriber& client, const protocol::Entry& entry, const routing::Outcome& outcome);
  protocol::Context context(const Subscriber& client, const protocol::Request& request);

  // desk_waiting.cpp
  Waiting& waiting(Subscriber& client);
  void queue_newest(Subscriber& client, routing::TopicId topic);
  void queue_status(Subscriber& client, routing::TopicId topic);
  void queue_resume(Subscriber& client, const Waiting::Resume& resume);
  void forget_resumes_of_what_was_left(Subscriber& client);
  bool write_resumes(Subscriber& client, std::size_t& room);
  bool write_newest(Subscriber& client, std::size_t& room);
  bool write_statuses(Subscriber& client, std::size_t& room);
  void send_own(const Subscriber& client, routing::TopicId topic, std::string_view frame);

  // desk_brokers.cpp
  routing::LineupId lineup_of(const accounts::KeySession& account);
  void set_account(Subscriber& client, const accounts::KeySession& account);
  void tell_market(Subscriber& client, const std::string& exchange);
  void tell_markets();
  void look_at_days(std::int64_t wall);
  void warn_of_old_list(routing::BrokerId broker, const std::string& exchange, std::int64_t wall);
  void tell_users_of(routing::BrokerId broker, const std::string& text);

  event_loop::EventLoop& loop_;
  ShardOptions options_;
  protocol::JsonEncoder encoder_;
  std::unique_ptr<routing::Router> router_;
  std::vector<std::unique_ptr<ShardLink>> links_;
  const std::vector<Shard*> shards_;
  bool single_ = false;  // the only shard has this loop
  bool rung_ = false;
  // The turn that is under way, in steps.
  struct Turn {
    bool begun = false;
    std::size_t records = 0;
    std::uint64_t delivered = 0;
  };
  Turn turn_;
  std::vector<std::vector<std::unique_ptr<Subscriber>>> subscribers_;  // by shard and slot
  std::deque<routing::SessionId> busy_;  // those that have a job, or asked for something meanwhile; in turn
  std::size_t clients_ = 0;
  std::unordered_map<std::int64_t, std::size_t> by_key_;  // clients of each
  std::uint64_t ended_due_ = 0;                           // to clients that are gone
  std::shared_ptr<const accounts::KeyRing> keys_;
  std::shared_ptr<const calendar::Calendar> calendar_;
  struct Market {
    std::string_view status;
    std::string_view source;
  };
  Market market(const std::string& exchange) const;
  std::map<std::string, Market, std::less<>> markets_;  // as told last, of those that some client follows
  struct ToldFeed {
    std::string_view status = "live";
    std::vector<std::string> exchanges;
  };
  std::map<routing::BrokerId, ToldFeed> told_feeds_;
  std::int64_t days_second_ = 0;  // when they were looked at last
  struct OldList {
    std::int64_t generation;
    std::string text;
  };
  std::map<routing::BrokerId, OldList> old_lists_;  // that were warned of
};

}  // namespace gw::proxy
