// Who wants what, and who gets what: the one door to brokers (core/upstream), topics (core/topics) and what clients
// hold of them. It makes and joins the parts, decides subscriptions, and does what concerns several parts at once;
// what concerns one is read from that part. One object, on routing's thread; nothing here locks. [routing]
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/instruments/expiries.hpp"
#include "core/routing/client_holdings.hpp"
#include "core/routing/interest_events.hpp"
#include "core/routing/names.hpp"
#include "core/routing/outcome.hpp"
#include "core/routing/pinned_instruments.hpp"
#include "core/routing/ports.hpp"
#include "core/routing/record_intake.hpp"
#include "core/routing/topic_lifetime.hpp"
#include "core/topics/replay.hpp"
#include "core/topics/replay_log.hpp"
#include "core/topics/topic_publisher.hpp"
#include "core/topics/topic_table.hpp"
#include "core/upstream/broker_choice.hpp"
#include "core/upstream/failover.hpp"
#include "core/upstream/instrument_demand.hpp"
#include "core/upstream/listings.hpp"
#include "core/upstream/reassigner.hpp"
#include "core/upstream/standby_witness.hpp"

namespace gw::routing {

struct RouterCounts : topics::PublishCounts {
  std::uint64_t updates = 0;   // records of updates taken from adapters
  std::uint64_t unwanted = 0;  // updates that no topic took
  std::uint64_t switches = 0;
};

struct Clocks {
  std::function<std::int64_t()> wall;
  std::function<std::int64_t()> monotonic;
};

class Router {
 public:
  // All must outlive the router. `new_epoch` makes the name of a run: at the start, and at each switch.
  // `resume_memory`: bytes of frames that are kept for clients that come back.
  Router(const Encoder& encoder, SessionPort& port, Clocks clocks, std::function<std::string()> new_epoch,
         std::size_t resume_memory = 0);
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // The shards, in the order of their numbers, before the first session.
  void add_shard(topics::ShardPort& shard) {
    topics_.add_shard(shard);
    holdings_.add_shard();
  }

  // ---- the parts, to be read
  const upstream::Brokers& brokers() const { return brokers_; }
  const upstream::InterestTable& interests() const { return interests_; }
  const upstream::BrokerChoice& choice() const { return choice_; }
  const upstream::Listings& listings() const { return listings_; }
  const PinnedInstruments& pinned() const { return pinned_; }
  const ClientHoldings& clients() const { return holdings_; }
  const topics::TopicTable& topics() const { return topics_; }

  // ---- brokers
  BrokerId add_broker(BrokerSetup setup) { return brokers_.add(std::move(setup)); }
  // One that was not available, or whose adapter was detached.
  void attach_broker(BrokerId id, BrokerSetup setup);
  // Nothing is taken from its channel any more. Its users go to the next of their group, or wait.
  void detach_broker(BrokerId id, std::string why);
  // Whether some broker has this depth level on some exchange.
  bool has_depth_level(int level) const;
  // Some broker shows live ticks of it, whatever a calendar says.
  bool ticks_steadily(std::string_view exchange) const;
  // Nobody ticks there, though some of what is held should.
  bool is_halted(std::string_view exchange) const { return failover_.is_halted(exchange); }

  // ---- instrument lists
  void set_index(std::string_view plugin, std::shared_ptr<const instruments::Index> index);
  // What day it is at the exchanges: ends the contracts that are over by now, and what a list has lacked since before
  // today. With time.
  void set_expiries(instruments::Expiries expiries);
  // Contracts that are over are served like others.
  void serve_expired(bool serves);
  // What the active broker of a group does not list is had from the next that does.
  void mix_brokers(bool mixes);
  // Everything of the default group goes to the publisher as well; `pins` stay wanted in all modes though no client
  // asks.
  void publish_to(Publisher& publisher, std::vector<Pin> pins);

  // ---- groups
  // The group of a list of brokers, made when new. An empty key is the default one; its order may be changed later.
  GroupId group_for(std::string_view key, const std::vector<BrokerId>& order);
  const BrokerGroup& group(GroupId id) const { return interests_.group(id); }
  void set_order(GroupId id, std::vector<BrokerId> order);
  // Moves groups to a broker that serves, or back to one they prefer. With time.
  void review() { failover_.review(); }

  // ---- sessions
  void open(SessionId session, GroupId group, Variant variant, bool deflated, std::size_t subscription_limit) {
    holdings_.open(session, group, variant, deflated, subscription_limit);
  }
  // All that it holds goes to another group; what that one lacks stays wanted.
  void move(SessionId session, GroupId group);
  // With `keep_ns` its topics stay wanted so long, and what they publish is logged, though nobody else holds them.
  void close(SessionId session, std::int64_t keep_ns = 0);
  void set_limit(SessionId session, std::size_t subscription_limit) {
    holdings_.set_limit(session, subscription_limit);
  }
  Outcome subscribe(SessionId session, std::string_view symbol, std::string_view exchange, Stream stream,
                    SubscribeOptions options = {});
  // Ends one stream; without a level in depth mode all depths of it.
  Outcome unsubscribe(SessionId session, std::string_view symbol, std::string_view exchange, Stream stream);
  // One topic, if it is held.
  void unsubscribe(SessionId session, TopicId topic);
  std::size_t unsubscribe_all(SessionId session);

  BrokerId broker_of(SessionId session) const { return group(holdings_[session].group).broker(); }

  // ---- topics
  // What is to be said of a subscription beside its state; empty: nothing.
  std::string note(TopicId topic) const;
  // The last value of a held topic as a finished snapshot frame; empty: none, or only a suspect one for a client that
  // could not be told so. Valid until the next call.
  std::string_view snapshot(SessionId session, TopicId topic);
  // What was published last of a held topic, for a session that missed it; empty: it is known no more.
  std::string_view last_published(SessionId session, TopicId topic);

  // ---- clients that come back
  // Hands over what is kept of a resuming topic after `seq`, oldest first, until `take` refuses; `seq` follows, and
  // `missing` grows by those that are not kept. True when that was all: live updates follow from here, without a gap.
  bool replay(SessionId session, TopicId topic, std::uint64_t& seq, std::uint64_t& missing,
              const std::function<bool(std::string_view frame)>& take);
  // A resuming topic of which nothing is to be handed over.
  void go_live(SessionId session, TopicId topic) { holdings_.go_live(session, topic); }
  // Ends the time of topics that are kept for nobody any more. With time.
  void let_go();

  // ---- the way of a tick
  // Takes up to `budget` records from every adapter; true when there may be more.
  bool drain(std::size_t budget) { return intake_.drain(budget, clocks_.wall(), clocks_.monotonic()); }
  // Sends changed demand to the adapters. After each round of requests and each drain.
  void flush_demand() { demand_.flush(); }
  RouterCounts counts() const;

 private:
  Outcome resubscribe(SessionId session, TopicId topic, const SubscribeOptions& options);
  void leave(SessionId session, TopicId topic);

  Clocks clocks_;
  upstream::Brokers brokers_;
  upstream::InterestTable interests_;
  upstream::BrokerChoice choice_;
  upstream::Listings listings_;
  upstream::InstrumentDemand demand_;
  upstream::Reassigner reassigner_;
  upstream::StandbyWitness witness_;
  upstream::Failover failover_;
  topics::TopicTable topics_;
  topics::ReplayLog log_;
  topics::Replay replay_;
  topics::TopicPublisher publisher_;
  ClientHoldings holdings_;
  TopicLifetime lifetime_;
  PinnedInstruments pinned_;
  InterestEvents events_;
  RecordIntake intake_;
  SessionPort& port_;
};

}  // namespace gw::routing
