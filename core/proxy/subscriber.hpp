// One client as the desk knows it: who it is, what it has asked for, and what waits until its output has room. Owned by
// the Desk. [routing]
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/accounts/key_ring.hpp"
#include "core/instruments/search.hpp"
#include "core/protocol/answers.hpp"
#include "core/protocol/request.hpp"
#include "core/routing/outcome.hpp"
#include "core/routing/stream.hpp"

namespace gw::proxy {

struct Asked {
  protocol::Request request;
  std::size_t bytes;
};

// A request that takes time, taken in slices so that nobody waits behind it: desk_jobs.cpp.
struct Job {
  Asked asked;
  std::size_t done = 0;  // of what there is to be done, entries or topics
  std::vector<routing::Outcome> outcomes;
  protocol::BatchAnswer batch;
  std::vector<routing::TopicId> topics;
  protocol::HeldStreams held;
  std::optional<instruments::Search> search;
};

// What goes out when there is room, in this order.
struct Waiting {
  struct Newest {
    routing::TopicId topic;
    std::uint64_t seq;  // of the topic when it was asked for
  };
  struct Resume {
    routing::TopicId topic;
    std::uint64_t seq;      // what the client has
    std::uint64_t missing;  // what is not kept of what it missed
    bool same_epoch;
  };
  std::deque<Resume> resumes;
  std::deque<Newest> newest;
  std::deque<routing::TopicId> statuses;
  std::unordered_set<routing::TopicId> in_statuses;
  bool empty() const { return resumes.empty() && newest.empty() && statuses.empty(); }
};

struct Subscriber {
  routing::SessionId id;
  std::string address;
  std::optional<accounts::KeySession> account;  // once it has authenticated
  routing::LineupId lineup = 0;
  bool extras = false;
  bool deflated = false;
  bool closing = false;
  std::unique_ptr<Job> job;
  std::list<Asked> asked;  // what it asked meanwhile
  std::unique_ptr<Waiting> waiting;
  std::set<std::string, std::less<>> markets;  // exchanges of which it is told when they open and close

  std::string describe() const {
    std::string text = "client " + std::to_string(id) + " (" + address;
    if (account) text += ", user " + account->user;
    return text + ')';
  }
};

}  // namespace gw::proxy
