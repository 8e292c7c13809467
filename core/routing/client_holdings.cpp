#include "core/routing/client_holdings.hpp"

#include <algorithm>

namespace gw::routing {
namespace {

// How many updates of one topic the session must have got, or been told that it lost, since its live updates began.
std::uint64_t expected_of(const Client& client, const Topic& topic, const Client::Held& held) {
  const std::uint64_t all = topic.seq - held.seq;
  return client.variant == Variant::extras ? all : all - (topic.withheld - held.withheld);
}

}  // namespace

void ClientHoldings::open(SessionId session, GroupId group, Variant variant, bool deflated, std::size_t limit) {
  std::vector<Client>& clients = clients_[topics::shard_of(session)];
  const std::size_t index = topics::index_of(session);
  if (index >= clients.size()) clients.resize(index + 1);
  clients[index] = Client{session, true, group, variant, deflated, limit, {}, 0};
}

void ClientHoldings::join(SessionId session, TopicId id, const SubscribeOptions& options, std::uint64_t order) {
  Client& c = client(session);
  Topic& topic = topics_[id];
  ++topic.holders;
  if (c.variant == Variant::extras) ++topic.extras_holders;
  const Lane lane = c.lane_for(options);
  Client::Held& held = c.held.emplace(id, Client::Held{false, lane, 0, topic.seq, topic.withheld, order}).first->second;
  if (!options.resumes) enter(session, id, lane, held);
}

void ClientHoldings::leave(SessionId session, TopicId id) {
  Client& c = client(session);
  const auto held = c.held.find(id);
  Topic& topic = topics_[id];
  if (held->second.live) {
    c.expected += expected_of(c, topic, held->second);
    exit(session, id, held->second);
  }
  --topic.holders;
  if (c.variant == Variant::extras) --topic.extras_holders;
  c.held.erase(held);
  c.highest_left = std::max(c.highest_left, topic.seq);
}

void ClientHoldings::choose_lane(SessionId session, TopicId id, const SubscribeOptions& options) {
  Client& c = client(session);
  Client::Held& held = c.held.at(id);
  const Lane lane = c.lane_for(options);
  if (!held.live) {
    held.lane = lane;
  } else if (held.lane != lane) {
    exit(session, id, held);
    enter(session, id, lane, held);
  }
}

void ClientHoldings::go_live(SessionId session, TopicId id) {
  Client& c = client(session);
  const auto held = c.held.find(id);
  if (held == c.held.end() || held->second.live) return;
  held->second.seq = topics_[id].seq;
  held->second.withheld = topics_[id].withheld;
  enter(session, id, held->second.lane, held->second);
}

void ClientHoldings::enter(SessionId session, TopicId id, Lane lane, Client::Held& held) {
  held.live = true;
  held.lane = lane;
  held.position = topics_[id].audience[topics::shard_of(session)].add(lane, session);
  topics_.shard(topics::shard_of(session)).joined(session, id, lane);
}

void ClientHoldings::exit(SessionId session, TopicId id, const Client::Held& held) {
  SessionId moved = 0;
  if (topics_[id].audience[topics::shard_of(session)].remove(held.lane, held.position, moved))
    client(moved).held[id].position = held.position;
  topics_.shard(topics::shard_of(session)).left(session, id, held.lane, held.position);
}

void ClientHoldings::skip(TopicId id, std::uint64_t numbers) {
  for (const SessionId session : holders_of(id)) client(session).held.at(id).seq += numbers;
}

bool ClientHoldings::resumes(SessionId session, TopicId id) const {
  const Client& c = (*this)[session];
  const auto held = c.held.find(id);
  return held != c.held.end() && !held->second.live;
}

std::vector<TopicId> ClientHoldings::topics_of(SessionId session) const {
  std::vector<TopicId> all;
  all.reserve((*this)[session].held.size());
  for (const auto& [id, held] : (*this)[session].held) all.push_back(id);
  return all;
}

std::vector<SessionId> ClientHoldings::holders_of(TopicId id) const {
  const Topic& topic = topics_[id];
  std::vector<SessionId> holders;
  for (const Audience& audience : topic.audience)
    for (const auto& lane : audience.lanes) holders.insert(holders.end(), lane.begin(), lane.end());
  if (holders.size() == topic.holders) return holders;
  for (const std::vector<Client>& clients : clients_)
    for (const Client& c : clients) {
      const auto held = c.held.find(id);
      if (held != c.held.end() && !held->second.live) holders.push_back(c.id);
    }
  return holders;
}

std::uint64_t ClientHoldings::expected_updates(SessionId session) const {
  const Client& c = (*this)[session];
  std::uint64_t sum = c.expected;
  for (const auto& [id, held] : c.held)
    if (held.live) sum += expected_of(c, topics_[id], held);
  return sum;
}

std::uint64_t ClientHoldings::waiting_since(const upstream::Interest& interest) const {
  std::uint64_t first = 0;
  interest.for_each_topic([&](TopicId id) {
    const Topic& topic = topics_[id];
    if (!topic.has_less) return;
    for (const Audience& audience : topic.audience)
      for (const auto& sessions : audience.lanes)
        for (const SessionId session : sessions) {
          const std::uint64_t since = (*this)[session].held.at(id).since;
          first = first == 0 ? since : std::min(first, since);
        }
  });
  return first;
}

}  // namespace gw::routing
