// One proxy shard: its clients' sockets, one bounded output per client that is written once per turn. A client lives on
// one shard for good. What the desk decides comes through its ShardLink; what clients want goes to the desk as
// messages. With one shard the desk has the same loop. [shard]
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <queue>
#include <span>
#include <string_view>
#include <vector>

#include "core/event_loop/event_loop.hpp"
#include "core/proxy/client_session.hpp"
#include "core/proxy/ledger.hpp"
#include "core/proxy/options.hpp"
#include "core/routing/stream.hpp"
#include "core/websocket/asio_fwd.hpp"
#include "core/websocket/connection.hpp"
#include "core/websocket/shared_frames.hpp"

namespace gw::proxy {

class Desk;

class Shard {
 public:
  Shard(std::size_t number, event_loop::EventLoop& loop, const ShardOptions& options);
  ~Shard();
  void set_desk(event_loop::EventLoop& loop, Desk& desk);  // before the loop runs

  event_loop::EventLoop& loop() { return loop_; }
  const ShardOptions& options() const { return options_; }
  // Live sessions are held to them from now on.
  void set_options(const ShardOptions& options);
  // A certificate for connections from now on; none: there is no TLS listener.
  void set_tls(std::shared_ptr<const websocket::ServerTls> tls) { tls_options_.tls = std::move(tls); }
  void adopt(TcpSocket&& socket, bool is_tls, std::shared_ptr<admission::ConnectionSlot> place);
  // Tells every client 1001; `gone` is called when they are.
  void stop(std::function<void()> gone);
  std::size_t session_count() const { return open_; }
  // What became of updates that were due; the desk knows how many were.
  Ledger ledger() const;

  // ---- what the desk says
  void deliver(routing::TopicId topic, routing::Lane lane, std::string_view frame,
               std::span<const routing::SessionId> sessions, std::uint32_t updates) noexcept;
  // Null: it never was, or is gone.
  ClientSession* find(routing::SessionId session) { return slots_[routing::slot_of(session)].session.get(); }
  void forget(routing::SessionId session);

  // ---- what its sessions need
  void to_desk(std::function<void(Desk&)> task);
  void touch(ClientSession& session) noexcept {
    if (session.touched) return;
    session.touched = true;
    touched_.push_back(routing::slot_of(session.id()));
  }
  // It was told something of its own, which does not wait for what is shared with others.
  void answered(ClientSession& session) {
    if (session.answered) return;
    session.answered = true;
    answered_.push_back(routing::slot_of(session.id()));
  }
  void forget_later(routing::SessionId session);
  // It has a large request to parse, which it does in pieces.
  void parse_later(routing::SessionId session) { parsing_.push_back(session); }
  // Unsent bytes of one client before its updates are conflated. Less than each may have when all together have much.
  std::size_t backlog_limit() const { return backlog_limit_; }
  void note_backlog(std::size_t before, std::size_t now);
  // At which time the session is told that a thinned topic is due. [shard]
  void schedule(routing::SessionId session, routing::TopicId topic, std::int64_t at_ns);

  // Answers, then a part of the other sockets that have something to write; true when there are more of these.
  bool flush_some();
  void flush_answers();
  // No more should be appended before what is there has been written.
  bool is_full() const { return full_ || frames_.bytes() >= kMostFrames; }

 private:
  bool parse_some();
  std::size_t sweep_parts() const;
  void sweep();
  bool tell_due();
  void forget_what_is_not_due();
  void set_backlog_limit();
  websocket::HttpAnswer check_origin(const websocket::HttpRequest& request) const;
  void finish_if_empty();

  // Of one turn. The more of them, the fewer writes to many clients with few topics each, and the later the first.
  static constexpr std::size_t kMostFrames = 6 << 20;

  const std::size_t number_;
  event_loop::EventLoop& loop_;
  ShardOptions options_;
  websocket::ServerOptions plain_options_;
  websocket::ServerOptions tls_options_;
  event_loop::EventLoop* desk_loop_ = nullptr;
  Desk* desk_ = nullptr;
  // What is looked at for every update and client: `output` is the session's.
  struct Slot {
    std::unique_ptr<ClientSession> session;
    websocket::Output* output = nullptr;
  };
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> answered_;  // slots of sessions that were told something of their own
  std::vector<std::uint32_t> touched_;   // slots, in the order in which they were appended to
  std::vector<std::uint32_t> flushing_;  // those of the turn that is being written
  std::size_t flushed_ = 0;              // of them
  std::size_t rotation_ = 0;
  std::size_t swept_ = 0;  // slot that was looked at last
  bool full_ = false;
  std::deque<routing::SessionId> parsing_;  // those that have a large request, in turn
  websocket::SharedFrames frames_;          // of the updates that touched_ and flushing_ have not written yet
  std::size_t backlog_limit_ = 0;
  std::size_t backlog_ = 0;  // of all clients
  std::size_t blocked_ = 0;  // clients that have some
  struct Due {
    std::int64_t at_ns;
    routing::SessionId session;
    routing::TopicId topic;
    bool operator>(const Due& other) const { return at_ns > other.at_ns; }
  };
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::size_t most_due_ = 0;  // before it is looked through
  struct Timer;
  std::unique_ptr<Timer> due_timer_;
  Ledger ended_;  // of clients that are gone
  std::size_t open_ = 0;
  bool stopping_ = false;
  std::function<void()> gone_;
};

}  // namespace gw::proxy
