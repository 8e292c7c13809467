// The one door to brokers (core/upstream), topics (core/topics) and what clients hold of them. Makes and joins the
// parts, decides subscriptions, and does what concerns several parts at once; what concerns one part is read from that
// part. One object, on routing's thread; nothing here locks. It has more functions than others because it is the one
// door: nearly each hands a call on to one part, or is a decision that needs several. [routing]
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
#include "core/routing/subscribed_topics.hpp"
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
#include "core/upstream/succession.hpp"

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
  // All must outlive the router. `new_epoch` makes the name of an epoch: at the start, and at each switch.
  // `resume_memory`: bytes of frames that are kept for clients that come back.
  Router(const Encoder& encoder, SessionPort& port, Clocks clocks, std::function<std::string()> new_epoch,
         std::size_t resume_memory = 0);
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // Called for each shard, in the order of their numbers, before the first session.
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
  // For a broker that was not available, or whose adapter was detached.
  void attach_broker(BrokerId id, BrokerSetup setup);
  // Nothing is taken from the broker's channel any more. Its users go to the next broker of their group, or wait.
  void detach_broker(BrokerId id, std::string why, std::string next_step = {});
  // The broker's plugin has not returned from a call since `since_ns` (wall): `message` says which. Its feeds are
  // stale.
  void begin_hang(BrokerId id, std::int64_t since_ns, const std::string& message);
  // It has returned: what the broker's link says counts again.
  void end_hang(BrokerId id);
  // Another link of a broker, which gets ready beside the present one: begin, look at its standing, take_over or drop.
  upstream::Succession& succession() { return succession_; }
  // The broker's next link serves from now on: clients keep what they hold, and are told nothing.
  void take_over(BrokerId id);
  // Whether some broker has this depth level on some exchange.
  bool has_depth_level(int level) const;
  // Some broker shows steady live ticks of the exchange, whatever a calendar says.
  bool ticks_steadily(std::string_view exchange) const;
  // No broker ticks there, though some of the instruments held should.
  bool is_halted(std::string_view exchange) const { return failover_.is_halted(exchange); }

  // ---- instrument lists
  void set_index(std::string_view plugin, std::shared_ptr<const instruments::Index> index);
  // Sets what day it is at the exchanges: ends the contracts that are over by now, and moves or ends interests that a
  // list has lacked since before today. Called regularly.
  void set_expiries(instruments::Expiries expiries);
  // Sets whether contracts that are over are served like others.
  void serve_expired(bool serves);
  // Sets whether an instrument that a group's active broker does not list comes from the next broker that does.
  void mix_brokers(bool mixes);
  // Everything of the default group goes to the publisher as well; `pins` stay wanted in all modes though no client
  // asks.
  void publish_to(Publisher& publisher, std::vector<Pin> pins);
  // What the publisher's subscribers ask for.
  SubscribedTopics& subscribed() { return subscribed_; }

  // ---- groups
  // The group with this key; made, with this order of brokers, when new. The empty key is the default group's, whose
  // order may be changed later.
  GroupId group_for(std::string_view key, const std::vector<BrokerId>& order);
  const BrokerGroup& group(GroupId id) const { return interests_.group(id); }
  void set_order(GroupId id, std::vector<BrokerId> order);
  // Moves groups to a broker that serves, or back to one that they prefer. Called regularly.
  void review() { failover_.review(); }

  // ---- sessions
  void open(SessionId session, GroupId group, Variant variant, bool deflated, std::size_t subscription_limit);
  // Moves all topics of the session to another group. What that group lacks stays wanted; a topic whose name is another
  // instrument's there ends.
  void move(SessionId session, GroupId group);
  // For `keep_ns` its topics stay wanted, and what they publish is logged, though nobody else holds them.
  void close(SessionId session, std::int64_t keep_ns = 0);
  void set_limit(SessionId session, std::size_t subscription_limit) {
    holdings_.set_limit(session, subscription_limit);
  }
  Outcome subscribe(SessionId session, std::string_view symbol, std::string_view exchange, Stream stream,
                    SubscribeOptions options = {});
  // Ends one stream; in depth mode without a level, all depth streams of the instrument.
  Outcome unsubscribe(SessionId session, std::string_view symbol, std::string_view exchange, Stream stream);
  // Ends one topic, if the session holds it.
  void unsubscribe(SessionId session, TopicId topic);
  std::size_t unsubscribe_all(SessionId session);

  BrokerId broker_of(SessionId session) const { return group(holdings_[session].group).broker(); }

  // ---- topics
  // What clients are told of a subscription beside its state; empty: nothing.
  std::string note(TopicId topic) const;
  // The last value of a held topic as a finished snapshot frame; empty: none, or only a suspect one for a client that
  // could not be told so. Valid until the next call.
  std::string_view snapshot(SessionId session, TopicId topic);
  // The frame that was published last of a held topic, for a session that missed it; empty: it is known no more.
  std::string_view last_published(SessionId session, TopicId topic);

  // ---- clients that come back
  // Hands over the frames that are kept of a resuming topic after `seq`, oldest first, until `take` refuses one. `seq`
  // becomes that of the last frame taken; `missing` grows by the updates that are not kept. True: nothing is left to
  // hand over, and live updates follow from here, without a gap.
  bool replay(SessionId session, TopicId topic, std::uint64_t& seq, std::uint64_t& missing,
              const std::function<bool(std::string_view frame)>& take);
  // A resuming topic gets live updates from now on, without a replay.
  void go_live(SessionId session, TopicId topic) { holdings_.go_live(session, topic); }
  // Lets go of topics that were kept for clients that did not come back in time, and of groups that serve nobody any
  // more. Called regularly.
  void let_go();

  // ---- the way of a tick
  // Takes up to `budget` records from every adapter; true when there may be more.
  bool drain(std::size_t budget) { return intake_.drain(budget, clocks_.wall(), clocks_.monotonic()); }
  // Sends changed demand to the adapters. Called after each round of requests and each drain.
  void flush_demand() { demand_.flush(); }
  RouterCounts counts() const;
  const DurationHistogram& until_routed() const { return intake_.until_routed(); }

 private:
  Outcome resubscribe(SessionId session, TopicId topic, const SubscribeOptions& options);
  void leave(SessionId session, TopicId topic);
  bool count_on_from(TopicId topic, std::uint64_t seq);
  void renumber(GroupId group);
  void tell_of_feeds(BrokerId id);

  Clocks clocks_;
  upstream::Brokers brokers_;
  upstream::InterestTable interests_;
  upstream::BrokerChoice choice_;
  upstream::Listings listings_;
  upstream::InstrumentDemand demand_;
  upstream::Succession succession_;
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
  SubscribedTopics subscribed_;
  InterestEvents events_;
  RecordIntake intake_;
  SessionPort& port_;
};

}  // namespace gw::routing
