// One client as routing's thread knows it: its account, its requests that are not answered yet, the things that wait
// until its session has room, and the way to that session. The topics that it holds are the router's. [routing]
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/accounts/key_ring.hpp"
#include "core/instruments/search.hpp"
#include "core/protocol/answers.hpp"
#include "core/protocol/request.hpp"
#include "core/routing/names.hpp"
#include "core/routing/outcome.hpp"
#include "core/session/request_side.hpp"
#include "core/session/shard_inbox.hpp"

namespace gw::requests {

// A request, and the bytes that it weighs for its session until it is done.
struct Asked {
  protocol::Request request;
  std::size_t bytes;
};

// A request that takes time, done in slices: see Jobs.
struct Job {
  Asked asked;
  std::size_t done = 0;  // how many of its entries or topics are
  std::vector<routing::Outcome> outcomes;
  protocol::BatchAnswer batch;
  std::vector<routing::TopicId> topics;
  protocol::HeldStreams held;
  std::optional<instruments::Search> search;
  std::size_t suggested = 0;  // how many of its entries have been given suggestions
  std::size_t failed = 0;     // entries that were refused
};

// Things that are sent when there is room, in this order: see CatchUp.
struct Waiting {
  struct Snapshot {
    routing::TopicId topic;
    std::uint64_t seq;  // the topic's, when the client asked for it
  };
  struct Resume {
    routing::TopicId topic;
    std::uint64_t seq;      // of the last update that the client has
    std::uint64_t missing;  // how many of the updates that it missed are not kept
    bool same_epoch;
    bool is_live;  // the client held the stream already: it gets the newest value, as whoever asks again does
  };
  std::deque<Resume> resumes;
  std::deque<Snapshot> snapshots;
  std::deque<routing::TopicId> statuses;
  std::unordered_set<routing::TopicId> in_statuses;
};

struct Subscriber {
  Subscriber(routing::SessionId session, std::shared_ptr<const std::string> its_name, bool takes_deflated,
             session::ShardInbox& its_inbox)
      : id(session), deflated(takes_deflated), name(std::move(its_name)), inbox(its_inbox) {}

  const routing::SessionId id;
  const bool deflated;
  bool extras = false;
  bool closing = false;
  bool has_room = false;                        // lent with the request that is being decided: nothing need be offered
  std::shared_ptr<const std::string> name;      // in logs; its session has the same
  std::optional<accounts::KeySession> account;  // once it has authenticated
  std::unique_ptr<Job> job;
  std::list<Asked> asked;  // requests that came while the job was going on
  std::unique_ptr<Waiting> waiting;
  std::set<std::string, std::less<>> markets;  // exchanges whose opening and closing it is told
  session::ShardInbox& inbox;

  void send(std::string json) const {
    if (closing) return;
    tell([json = std::move(json)](session::ClientSession& s) { s.send(json); });
  }
  // Sends a frame that is for this client alone. Nothing of the topic that was published before may come after it.
  void send_frame(routing::TopicId topic, std::string_view frame, session::FrameKind kind) const {
    tell(
        [topic, kind, frame = std::string(frame)](session::ClientSession& s) { s.updates().frame(topic, frame, kind); },
        topic);
  }
  // Closes its session, which says when it is gone.
  void close(int code, std::string reason) const {
    tell([code, reason = std::move(reason)](session::ClientSession& s) { s.close(code, reason); });
  }
  // A request of `bytes` is done; charge `extra` more requests to the client's rate.
  void request_done(std::size_t bytes, std::size_t extra = 0) const {
    tell([bytes, extra](session::ClientSession& s) { s.request_done(bytes, extra); });
  }
  // Runs `task(ClientSession&)` on the session's thread, while it is there.
  template <class F>
  void tell(F task, routing::TopicId topic = routing::kNoTopic) const {
    inbox.tell(id, std::move(task), topic);
  }
};

}  // namespace gw::requests
