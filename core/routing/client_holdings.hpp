// Which client session holds which topics, and where each stands in the topics' audiences. [routing]
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "core/routing/names.hpp"
#include "core/topics/topic_table.hpp"

namespace gw::routing {

// What a client chose beside the stream.
struct SubscribeOptions {
  bool sampled = false;  // no frames: the shard is told of updates, and asks for the last published frame at will
  bool resumes = false;  // no live updates before replay() has handed over what was missed
};

struct Client {
  SessionId id = 0;
  bool open = false;
  GroupId group = kDefaultGroup;
  Variant variant = Variant::plain;
  bool deflated = false;
  std::size_t limit = 0;
  struct Held {
    bool live;               // in the topic's audience; else it resumes: see Router::replay
    Lane lane;               // of the audience
    std::uint32_t position;  // in that lane
    std::uint64_t seq;       // the topic's, when live updates began
    std::uint64_t withheld;  // the topic's, when live updates began
    std::uint64_t since;     // when it was joined, in InstrumentDemand's order
  };
  std::unordered_map<TopicId, Held> held;
  std::uint64_t expected = 0;  // updates expected of topics that it holds no more
  // The highest number of a topic that it has held and holds no more; and what that was when it came to its group: a
  // topic that it takes there goes on from it, so that its numbers never run backwards.
  std::uint64_t highest_left = 0;
  std::uint64_t seq_floor = 0;

  Lane lane_for(const SubscribeOptions& options) const {
    return options.sampled ? Lane::sampled : topics::lane_of(variant, deflated);
  }
};

class ClientHoldings {
 public:
  // It outlives this.
  explicit ClientHoldings(topics::TopicTable& topics) : topics_(topics) {}

  // Adds a shard, before the first session.
  void add_shard() { clients_.emplace_back(); }

  void open(SessionId session, GroupId group, Variant variant, bool deflated, std::size_t limit);
  void close(SessionId session) { client(session).open = false; }
  const Client& operator[](SessionId session) const {
    return clients_[topics::shard_of(session)][topics::index_of(session)];
  }
  // It holds nothing.
  void set_group(SessionId session, GroupId group) {
    Client& c = client(session);
    c.group = group;
    c.seq_floor = c.highest_left;
  }
  void set_limit(SessionId session, std::size_t limit) { client(session).limit = limit; }

  // `order`: from InstrumentDemand::next_order().
  void join(SessionId session, TopicId id, const SubscribeOptions& options, std::uint64_t order);
  // The topic may have no holder left.
  void leave(SessionId session, TopicId id);
  // The session holds the topic already, and has other options from now on.
  void choose_lane(SessionId session, TopicId id, const SubscribeOptions& options);
  // A topic that resumes gets live updates from now on.
  void go_live(SessionId session, TopicId id);

  // The topic's sequence number jumps by so much, without updates.
  void skip(TopicId id, std::uint64_t numbers);

  bool holds(SessionId session, TopicId id) const { return (*this)[session].held.contains(id); }
  // The session holds the topic, but gets no live updates yet.
  bool resumes(SessionId session, TopicId id) const;
  std::vector<TopicId> topics_of(SessionId session) const;
  // All sessions that hold the topic, also those that resume and are in no audience yet.
  std::vector<SessionId> holders_of(TopicId id) const;
  // How many updates the session must have got, or been told that it lost, of all its topics since it joined each.
  std::uint64_t expected_updates(SessionId session) const;
  // When the holder joined that has waited longest for a stream of the interest that gets less than its broker could
  // give, in InstrumentDemand's order; 0: none waits.
  std::uint64_t waiting_since(const upstream::Interest& interest) const;

 private:
  Client& client(SessionId session) { return clients_[topics::shard_of(session)][topics::index_of(session)]; }
  void enter(SessionId session, TopicId id, Lane lane, Client::Held& held);
  void exit(SessionId session, TopicId id, const Client::Held& held);

  topics::TopicTable& topics_;
  std::vector<std::vector<Client>> clients_;  // by shard and index
};

}  // namespace gw::routing
