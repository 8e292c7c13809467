// One shard: some of the clients' sessions, on one thread. Each has a bounded output that is written once per turn, and
// stays on its shard for good. What routing's thread decides comes through a ShardInbox; what clients ask for goes
// there through the RequestPort. With one shard both have the same thread. [shard]
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "core/admission/connection_slot.hpp"
#include "core/event_loop/event_loop.hpp"
#include "core/routing/names.hpp"
#include "core/session/accept_options.hpp"
#include "core/session/client_session.hpp"
#include "core/session/farewell.hpp"
#include "core/session/ledger.hpp"
#include "core/session/options.hpp"
#include "core/session/output_budget.hpp"
#include "core/session/request_side.hpp"
#include "core/session/session_table.hpp"
#include "core/session/shard_report.hpp"
#include "core/session/turn_output.hpp"
#include "core/session/wake_ups.hpp"
#include "core/websocket/asio_fwd.hpp"

namespace gw::session {

class Shard {
 public:
  // `number`: the shard's part of its sessions' ids.
  Shard(std::size_t number, event_loop::EventLoop& loop, const SessionOptions& options);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  event_loop::EventLoop& loop() { return loop_; }
  const SessionOptions& options() const { return options_; }
  // From now on the options count for live sessions too.
  void set_options(const SessionOptions& options);
  void set_tls(std::shared_ptr<const websocket::ServerTls> tls) { accept_options_.set_tls(std::move(tls)); }
  void adopt(TcpSocket&& socket, bool is_tls, std::shared_ptr<admission::ConnectionSlot> slot);
  // Tells every client that it will be closed, and closes them with 1001 within a second; calls `gone` when no client
  // is left.
  void stop(std::function<void()> gone);
  // The counts of the updates of all its sessions so far, without `expected`, which routing knows.
  Ledger ledger() const;
  ShardReport report() const;

  // ---- what routing's thread says
  // What is delivered from now on was made in the step of routing's thread that began at `step_ns`, monotonic.
  void begin_step(std::int64_t step_ns) { step_ns_ = step_ns; }
  // A frame of the topic, for these sessions; it stands for `updates`. In lane `sampled` there is no frame.
  void deliver(routing::TopicId topic, routing::Lane lane, std::string_view frame,
               std::span<const routing::SessionId> sessions, std::uint32_t updates) noexcept;
  // Null: there never was such a session, or it is gone.
  ClientSession* find(routing::SessionId session) { return sessions_.find(session); }
  void forget(routing::SessionId session);

  // ---- what its sessions use
  RequestPort& requests() { return requests_; }
  TurnOutput& output() { return output_; }
  WakeUps& wake_ups() { return wake_ups_; }
  // For callers inside one of the session's own callbacks.
  void forget_later(routing::SessionId session);
  // The session has a large request to parse, which it does in pieces.
  void parse_later(routing::SessionId session) { parsing_.push_back(session); }
  // Unsent bytes of one session before its updates are conflated.
  std::size_t backlog_limit() const { return budget_.limit(); }
  void note_backlog(std::size_t before, std::size_t now) { budget_.note_backlog(before, now); }
  ShardCounts& counts() { return counts_; }
  // A session has become slow, or has caught up or ended.
  void note_slow(bool is_slow) { slow_ += is_slow ? 1 : std::size_t(-1); }
  // The address of the client of a request that came from a trusted proxy.
  std::string client_address(const websocket::HttpRequest& request) const {
    return accept_options_.client_address(request);
  }
  // Answers HTTP requests that are no upgrades; see ServerOptions::on_http_later. Before the first client.
  void set_http(websocket::LateHttp answer) { accept_options_.set_http(std::move(answer)); }

 private:
  bool parse_some();
  std::size_t sweep_parts() const;
  void sweep();

  // Every update looks at these.
  SessionTable sessions_;
  TurnOutput output_;
  OutputBudget budget_;
  ShardCounts counts_;  // the bytes are those of sessions that are gone
  std::int64_t step_ns_ = 0;

  event_loop::EventLoop& loop_;
  SessionOptions options_;
  AcceptOptions accept_options_;
  RequestPort requests_;
  WakeUps wake_ups_;
  std::deque<routing::SessionId> parsing_;  // sessions that have a large request, in turn
  std::size_t swept_ = 0;                   // the index of the session that was looked at last
  std::size_t slow_ = 0;                    // sessions that are slow now
  Ledger ended_;                            // of sessions that are gone
  Farewell farewell_;
};

}  // namespace gw::session
