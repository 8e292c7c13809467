// Who wants what, and who gets what: clients' streams, topics with their sequence and subscribers, demand towards the
// brokers, and which broker serves whom. One object, on routing's thread; nothing here locks. [routing]
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/instruments/expiries.hpp"
#include "core/routing/broker_table.hpp"
#include "core/routing/encoder.hpp"
#include "core/routing/lineup.hpp"
#include "core/routing/outcome.hpp"
#include "core/routing/ports.hpp"
#include "core/routing/stream.hpp"

namespace gw::routing {

struct RouterCounts {
  std::uint64_t updates = 0;          // records taken from adapters
  std::uint64_t published = 0;        // topic updates made of them
  std::uint64_t unwanted = 0;         // updates that no topic took
  std::uint64_t delivered = 0;        // topic updates times sessions
  std::uint64_t older = 0;            // topic updates refused: older than what another login or broker had said
  std::uint64_t hidden_trades = 0;    // updates whose volume grew by more than their last quantity
  std::uint64_t hidden_quantity = 0;  // by how much
  std::uint64_t switches = 0;
  std::uint64_t withheld = 0;  // topic updates that clients without extras did not get: no last price was known
};

struct RouterOptions {
  std::size_t shards = 1;
  std::size_t resume_memory = 0;  // bytes of frames that are kept for clients that come back
};

struct Clocks {
  std::function<std::int64_t()> wall;
  std::function<std::int64_t()> monotonic;
};

class Router {
 public:
  // All must outlive the router. `new_epoch` makes the name of a run: at the start, and at each switch.
  Router(const Encoder& encoder, SessionPort& port, Clocks clocks, std::function<std::string()> new_epoch,
         RouterOptions options = {});

  // ---- brokers: router_brokers.cpp
  BrokerId add_broker(BrokerSetup setup);
  // One that was not available, or whose adapter was detached.
  void attach_broker(BrokerId id, BrokerSetup setup);
  // Nothing is taken from its channel any more. Its users go to the next of their lineup, or wait.
  void detach_broker(BrokerId id, std::string why);
  std::optional<BrokerId> find_broker(std::string_view name) const;
  const BrokerTable& broker(BrokerId id) const { return *brokers_[id]; }
  std::size_t broker_count() const { return brokers_.size(); }
  void set_index(std::string_view plugin, std::shared_ptr<const instruments::Index> index);
  // What day it is at the exchanges: ends the contracts that are over by now, and what a list has lacked since before
  // today. With time: router_lists.cpp.
  void set_expiries(instruments::Expiries expiries);
  // Contracts that are over are served like others.
  void serve_expired(bool serves);
  // What the active broker of a list does not list is had from the next that does.
  void mix_brokers(bool mixes);
  // Instruments of a list that another than its active broker serves.
  std::size_t elsewhere_count(LineupId lineup) const;
  // Whether some broker has this depth level on some exchange.
  bool has_depth_level(int level) const;
  // What clients hold though the list in use lacks it.
  std::size_t unlisted_count(BrokerId broker) const;
  // Everything of the default lineup goes to the publisher as well; `pins` stay wanted in all modes though no client
  // asks.
  void publish_to(Publisher& publisher, std::vector<Pin> pins);
  std::vector<Pin> missing_pins() const;
  // Why canaries of a broker are not subscribed, one line each, for people. Nothing before it has a list.
  std::vector<std::string> missing_canaries(BrokerId id) const;

  // ---- lineups: router_switch.cpp
  // The lineup of a list of brokers, made when new. An empty key is the default one; its order may be changed later.
  LineupId lineup(std::string_view key, const std::vector<BrokerId>& order);
  const Lineup& lineup(LineupId id) const { return *lineups_[id]; }
  std::size_t lineup_count() const { return lineups_.size(); }
  void set_order(LineupId id, std::vector<BrokerId> order);
  // Moves lineups to a broker that serves, or back to one they prefer. With time, and at each change of a link.
  void review();
  // Nobody ticks there, though some of what is held should.
  bool is_halted(std::string_view exchange) const { return halted_.contains(exchange); }
  // Some broker shows live ticks of it, whatever a calendar says.
  bool ticks_steadily(std::string_view exchange) const;

  // ---- sessions
  void open(SessionId session, LineupId lineup, Variant variant, bool deflated, std::size_t subscription_limit);
  // All that it holds goes to another lineup; what that one lacks stays wanted.
  void move(SessionId session, LineupId lineup);
  // With `keep_ns` its topics stay wanted so long, and what they publish is logged, though nobody else holds them.
  void close(SessionId session, std::int64_t keep_ns = 0);
  void set_limit(SessionId session, std::size_t subscription_limit) { client(session).limit = subscription_limit; }
  struct Wish {
    bool thinned = false;  // no frames: the port is told of updates, and asks for the latest when it wants one
    bool resumes = false;  // no live updates before replay() has handed over what was missed
  };
  Outcome subscribe(SessionId session, std::string_view symbol, std::string_view exchange, Stream stream, Wish wish);
  Outcome subscribe(SessionId session, std::string_view symbol, std::string_view exchange, Stream stream) {
    return subscribe(session, symbol, exchange, stream, Wish{});
  }
  // Ends one stream; without a level in depth mode all depths of it.
  Outcome unsubscribe(SessionId session, std::string_view symbol, std::string_view exchange, Stream stream);
  // The same of one topic, if it is held.
  void unsubscribe(SessionId session, TopicId topic);
  std::size_t unsubscribe_all(SessionId session);
  std::vector<TopicId> held(SessionId session) const;
  BrokerId broker_of(SessionId session) const { return lineups_[client(session).lineup]->broker(); }
  LineupId lineup_of(SessionId session) const { return client(session).lineup; }
  bool holds(SessionId session, TopicId topic) const { return client(session).held.contains(topic); }
  // Holds it, but gets no live updates yet.
  bool resumes(SessionId session, TopicId topic) const {
    const auto held = client(session).held.find(topic);
    return held != client(session).held.end() && !held->second.live;
  }
  // Updates of its topics since it joined each: what it must have got, or been told that it lost.
  std::uint64_t owed(SessionId session) const;
  std::uint64_t seq(TopicId topic) const { return topics_[topic]->seq; }
  const TopicInfo& topic(TopicId id) const { return topics_[id]->info; }
  const Topic& subscription(TopicId id) const { return *topics_[id]; }
  // The newest known value of a held topic as a finished frame; empty: none, or only a suspect one for a client that
  // could not be told so.
  std::string_view newest(SessionId session, TopicId topic);
  // What is to be said of a subscription beside its state; empty: nothing.
  std::string note(TopicId topic) const;
  // What was published last of a held topic, for a session that was behind; empty: it is known no more.
  std::string_view latest(SessionId session, TopicId topic);

  // ---- clients that come back: router_resume.cpp
  // Hands over what is kept of a resuming topic after `seq`, oldest first, until `take` refuses; `seq` follows, and
  // `missing` grows by those that are not kept. True when that was all: live updates follow from here, without a gap.
  bool replay(SessionId session, TopicId topic, std::uint64_t& seq, std::uint64_t& missing,
              const std::function<bool(std::string_view frame)>& take);
  // A resuming topic of which nothing is to be handed over.
  void go_live(SessionId session, TopicId topic);
  // Ends the time of topics that are kept for nobody any more. With time.
  void let_go();

  // ---- the way of a tick: router_updates.cpp
  // Takes up to `budget` records from every adapter; true when there may be more.
  bool drain(std::size_t budget);
  // Sends changed demand to the adapters. After each round of requests and each drain.
  void flush_demand();
  const RouterCounts& counts() const { return counts_; }

 private:
  Outcome check(const BrokerTable& table, std::string_view exchange, Stream stream) const;
  Client& client(SessionId session) { return clients_[shard_of(session)][slot_of(session)]; }
  const Client& client(SessionId session) const { return clients_[shard_of(session)][slot_of(session)]; }
  void join(SessionId session, TopicId topic, Wish wish);
  void enter(SessionId session, TopicId topic, Lane lane, Client::Held& held);
  void exit(SessionId session, TopicId topic, const Client::Held& held);
  bool find_oldest_after(const Topic& topic, std::uint64_t seq);
  void keep(TopicId topic, std::int64_t until_ns);
  void leave(SessionId session, TopicId id);
  void apply_pins();
  void keep_canaries(BrokerId id);
  void end_canaries(BrokerId id);
  std::optional<LineupId> canary_lineup(BrokerId id) const;
  std::optional<Stream> poorest_stream(const BrokerTable& table, std::string_view exchange) const;

  // router_lineups.cpp
  InterestId find_interest(LineupId lineup, std::string_view symbol, std::string_view exchange) const;
  TopicId find_topic(LineupId lineup, std::string_view symbol, std::string_view exchange, Stream stream) const;
  std::vector<TopicId> topics_of(InterestId id) const;  // a copy: they may go meanwhile
  InterestId interest_for(LineupId lineup, std::string_view symbol, std::string_view exchange);
  TopicId topic_for(InterestId interest, Stream stream);
  void drop_topic_if_unused(TopicId id);
  void attach(Leg& leg, InterestId id, BrokerId broker, std::vector<InterestId> Route::*list);
  void detach(Leg& leg, InterestId id, std::vector<InterestId> Route::*list);
  bool ask(BrokerId broker, std::uint32_t handle);
  void set_state(TopicId id, SubscriptionState state);
  void fail(TopicId id, std::string_view reason);
  void tell_extras(TopicId id);
  void tell_refused(TopicId id, std::string_view reason);
  void forget_active(BrokerId broker);
  void forget_active(const Interest& interest);

  // router_mixing.cpp
  bool may_serve(BrokerId broker, const Lineup& lineup, std::string_view symbol, std::string_view exchange) const;
  std::optional<BrokerId> taken_over_at(BrokerId broker, const Lineup& lineup, std::string_view symbol,
                                        std::string_view exchange) const;
  Gone gone_of(const Lineup& lineup, std::string_view symbol, std::string_view exchange) const;
  bool is_same_paper(const Interest& interest, BrokerId by) const;
  Gone another_paper(BrokerId by, const Interest& interest) const;
  std::string why_not(const Interest& interest, BrokerId broker) const;
  std::optional<BrokerId> server_of(const Lineup& lineup, std::string_view symbol, std::string_view exchange) const;
  std::optional<BrokerId> waits_for(const Lineup& lineup, std::string_view symbol, std::string_view exchange) const;
  void serve(InterestId id);
  std::optional<BrokerId> awaits(const Interest& interest) const;
  void say_that_it_waits(InterestId id);
  void say_what_waits(BrokerId broker, std::string_view exchange);
  void settle(bool all = false);

  // router_granting.cpp
  bool grant(Leg& leg, const Interest& interest);
  void place(InterestId id);
  bool shape(TopicId id);
  std::optional<int> depth_not_refused(const Leg& leg, std::string_view exchange, int actual) const;
  const Refusal* refusal_of(const Leg& leg, const Topic& topic, int source) const;
  std::string message_of(const Topic& topic, const BrokerTable& table, const Outcome& can, int actual) const;
  bool is_cut(const Interest& interest) const;
  bool take_from_a_cut(BrokerId broker, std::uint32_t depth);
  void wait(InterestId id, bool waits);
  std::uint64_t waits_since(const Interest& interest) const;
  void place_what_waits();
  void ask_again(InterestId id);
  void ask_what_is_due();
  void forget_refusals(BrokerId broker);
  void place_holders(const Route& route);

  // router_lists.cpp
  bool is_over(std::string_view exchange, std::string_view expiry) const {
    return !serves_expired_ && expiries_.is_over(exchange, expiry);
  }
  void follow_lists(const std::set<BrokerId>& changed);
  void end_what_is_over();
  void end_what_waited_in_vain(BrokerId broker);
  void mark_unlisted(BrokerId broker);
  void note_listing(Interest& interest);
  void end(InterestId id, const Gone& why);

  // router_switch.cpp
  std::optional<std::size_t> better_place(const Lineup& lineup) const;
  void review_lineup(LineupId id);
  void leave_for(LineupId id, BrokerId other, const std::string& why);
  void prove(LineupId id, std::optional<BrokerId> broker);
  bool is_proven(const Lineup& lineup) const;
  void switch_to(LineupId id, std::size_t target, const std::string& why);
  std::optional<BrokerId> standby_of(const Lineup& lineup) const;
  void follow_order(LineupId id);
  void stand_by(LineupId id);

  // router_silence.cpp
  std::vector<const MarketFeed*> silent_markets(const Lineup& lineup) const;
  bool ticks_instead(BrokerId other, const Lineup& lineup) const;
  std::vector<BrokerId> reliefs(const Lineup& lineup, const std::vector<const MarketFeed*>& silent) const;
  bool seek_relief(LineupId id);
  bool is_silent_everywhere(const Lineup& lineup, const MarketFeed& feed) const;
  void follow_halts();
  void note_lag(const Route& route, const bus::UpdateView& view, MarketFeed& feed);
  void hear_witness(BrokerId broker, const Route& route, const bus::UpdateView& view);
  void send_proofs();

  // router_ahead.cpp
  static constexpr std::size_t kAhead = 32;
  void look_ahead(const BrokerTable& table, std::span<const std::span<const std::byte>> records) const;

  // router_updates.cpp
  void take_record(BrokerId id, std::span<const std::byte> record);
  void on_link(BrokerId id, const bus::LinkRecord& record);
  void on_feed(BrokerId id, const bus::FeedRecord& record);
  void on_update(BrokerId id, const bus::UpdateView& view);
  void on_answer(BrokerId id, const bus::HandleRecord& record);
  void on_quiet(BrokerId id, std::uint32_t handle);
  void note_volume(Memory& memory, const bus::UpdateView& view);
  void publish_interest(const Interest& interest, const Memory& memory, const bus::UpdateView& view,
                        TopicUpdate& update);
  void publish_known(TopicId id);
  void publish_withheld(const Interest& interest);
  void publish_without_price(TopicId id, const TopicUpdate& update);
  bool is_older(Topic& topic, std::uint32_t session, const TopicUpdate& update);
  void publish(TopicId id, TopicUpdate& update);
  void publish_variant(TopicId id, Variant variant, const TopicUpdate& update);
  void deliver(TopicId id, Lane lane, std::string_view frame);
  std::string_view from_memory(SessionId session, TopicId topic, bool as_snapshot);
  bool fill_from_memory(const Topic& topic, TopicUpdate& update, std::uint32_t& session) const;

  const Encoder& encoder_;
  SessionPort& port_;
  Clocks clocks_;
  std::function<std::string()> new_epoch_;
  std::vector<std::unique_ptr<BrokerTable>> brokers_;
  std::vector<std::unique_ptr<Lineup>> lineups_;
  std::vector<std::unique_ptr<Interest>> interests_;
  // Those of which a broker that serves, or stands by, cannot give all.
  std::set<InterestId> waiting_;
  std::uint64_t order_ = 0;  // of joining and beginning to wait
  struct AskDue {            // a stream that was refused, asked for again too soon after that
    BrokerId broker;
    std::uint32_t handle;
    std::int64_t asked_ns;
  };
  std::vector<AskDue> asks_due_;
  std::vector<InterestId> free_interests_;
  std::vector<std::unique_ptr<Topic>> topics_;
  std::vector<TopicId> free_topics_;
  std::vector<std::vector<Client>> clients_;  // by shard
  FrameLog log_;
  std::set<std::pair<std::int64_t, TopicId>> kept_;  // each topic once, by its kept_until_ns
  std::vector<FrameLog::Position> replayed_;         // scratch
  Publisher* publisher_ = nullptr;
  std::vector<Pin> pins_;
  FrameBuffer frames_[kVariants];
  FrameBuffer deflated_;
  RouterCounts counts_;
  std::int64_t turn_wall_ns_ = 0;  // when drain() began: what is taken then is published now
  std::int64_t turn_ns_ = 0;       // the same, monotonic
  std::set<std::string, std::less<>> halted_;
  bool has_standby_ = false;   // some lineup has
  bool seeks_relief_ = false;  // some active broker is silent: a live tick elsewhere may move its clients
  bool review_due_ = false;
  bool settle_due_ = false;  // somebody may be served by another broker of its list now
  bool mixes_ = true;
  instruments::Expiries expiries_;
  bool serves_expired_ = false;
};

}  // namespace gw::routing
