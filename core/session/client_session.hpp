// One client's session, from accept to close: its socket, answers and notices, and its end. The updates of its topics
// are its SessionUpdates' concern, reading its requests is its RequestIntake's, noticing a dead peer is PeerLiveness'.
// The class is larger than others because the connection, the shard and the request side meet here, and each of them
// has a handful of calls. Owned by its Shard. [shard]
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/admission/connection_slot.hpp"
#include "core/routing/names.hpp"
#include "core/session/peer_liveness.hpp"
#include "core/session/request_intake.hpp"
#include "core/session/session_updates.hpp"
#include "core/websocket/asio_fwd.hpp"
#include "core/websocket/connection.hpp"

namespace gw::session {

class Shard;

class ClientSession final : public websocket::Listener {
 public:
  // With a refused slot, the client is told so (4429) and closed.
  ClientSession(Shard& shard, routing::SessionId id, TcpSocket&& socket, const websocket::ServerOptions& options,
                std::shared_ptr<admission::ConnectionSlot> slot);
  ~ClientSession() override;

  websocket::Output& output() { return connection_->output(); }
  SessionUpdates& updates() { return updates_; }
  const SessionUpdates& updates() const { return updates_; }

  // ---- what the request side says
  void admit(bool extras, std::shared_ptr<const std::string> name, std::int64_t key);
  void send(std::string_view json);
  // Something waits at the request side until there is room for it.
  void offer();
  // The lent room comes back. `more`: there was not enough of it.
  void filled(bool more);
  // A request of `bytes` is done; charge `extra` more requests to the client's rate.
  void request_done(std::size_t bytes, std::size_t extra);
  void close(int code, std::string_view reason);

  // ---- what the shard says
  // Parses one more piece of a large request. False: it is done, or there is none.
  bool parse_some();
  // Another connection gets its slot: closes at once, without waiting for the client's answer.
  void evict();
  // Writes what was appended, then asks for what waits, as far as there is room.
  void flush();
  // Before a planned end: for a client with extras. False: it has not authenticated, so that nothing would tell it.
  bool tell_closing(std::string_view notice);
  // Deadlines: authentication, ping, a client that stopped reading.
  void sweep(std::int64_t monotonic_ns);
  std::size_t counted_backlog() const { return backlog_; }
  // Bytes that the socket has taken.
  std::uint64_t bytes_written() const { return connection_->bytes_written(); }

  // ---- what its updates say
  // It has become slow, or has caught up and `conflated` updates were not sent meanwhile.
  void tell_slow(bool is_slow, std::uint64_t conflated);

  void on_request(const websocket::HttpRequest& request) override;
  void on_open() override;
  void on_message(websocket::Opcode opcode, std::string_view payload) override;
  void on_control_frame() override;
  void on_drained() override;
  void on_closed(const websocket::CloseInfo& info) override;

 private:
  void touch();
  std::size_t lend_room();
  void hand_over(RequestIntake::Taken taken);
  void look_at_rate(std::int64_t now_ns);
  void begin_to_close(bool lingers);
  void end(int code, std::string_view reason, bool lingers);

  Shard& shard_;
  std::unique_ptr<websocket::Connection> connection_;
  const routing::SessionId id_;
  bool closing_ = false;
  bool extras_ = false;
  bool known_ = false;       // the request side knows the session
  bool gone_ = false;        // the connection is gone
  bool offered_ = false;     // something waits at the request side for room
  bool room_lent_ = false;   // the request side has it, until filled()
  int closed_with_ = 0;      // the code with which the gateway closes it; 0: it does not
  std::size_t backlog_ = 0;  // as the shard has counted it
  SessionUpdates updates_;
  RequestIntake intake_;
  PeerLiveness peer_;
  std::int64_t opened_ns_ = 0;
  std::shared_ptr<const std::string> name_;          // in logs; has a number that no other connection ever has
  std::shared_ptr<admission::ConnectionSlot> slot_;  // the socket keeps it too
};

}  // namespace gw::session
