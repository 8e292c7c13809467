// One client of the gateway: authentication, its requests, its output. Owned and called by its Shard. [shard]
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>

#include "core/websocket/asio_fwd.hpp"

#include "core/accounts/key_ring.hpp"
#include "core/proxy/late_topics.hpp"
#include "core/proxy/wire/request.hpp"
#include "core/routing/router.hpp"
#include "core/websocket/connection.hpp"

namespace gw::proxy {

class Shard;

class ClientSession final : public websocket::Listener {
 public:
  ClientSession(Shard& shard, routing::SessionId id, TcpSocket&& socket);
  ~ClientSession() override;

  routing::SessionId id() const { return id_; }
  bool authenticated() const { return account_.has_value(); }
  bool extras() const { return extras_; }
  routing::LineupId lineup() const { return lineup_; }
  const std::optional<accounts::KeySession>& account() const { return account_; }

  // A finished market-data frame. While the client is behind it waits for the topic's newest value instead.
  void deliver(routing::TopicId topic, std::string_view frame) noexcept;
  void send(std::string_view json);
  void close(int code, std::string_view reason);
  // Writes what this turn appended, then what waits for room: see client_notices.cpp.
  void flush();
  // The state of one subscription will be told, with extras: the newest one, when there is room.
  void queue_status(routing::TopicId topic);
  // Tells once when the exchange is open and when not, and from then on.
  void tell_market(const std::string& exchange);
  bool follows_market(const std::string& exchange) const { return markets_.contains(exchange); }
  // Another list of brokers serves the user from now on.
  void set_account(const accounts::KeySession& account);
  // Of topic updates that were due: handed to the connection, and lost because the client had stopped reading.
  std::uint64_t delivered() const { return delivered_; }
  std::uint64_t conflated() const { return conflated_; }
  std::uint64_t waiting_updates() const { return late_.updates(); }
  std::uint64_t lost() const { return lost_; }
  // Deadlines: authentication, ping, expiry of the key.
  void sweep(std::int64_t monotonic_ns, std::int64_t wall_ns);

  bool touched = false;  // in the shard's list of sessions to flush

  void on_open() override;
  void on_message(websocket::Opcode opcode, std::string_view payload) override;
  void on_control_frame() override;
  void on_drained() override;
  void on_closed(const websocket::CloseInfo& info) override;

 private:
  void authenticate(std::string_view payload);
  void refuse_authentication(std::string_view code, std::string_view message);
  void handle(const wire::Request& request);
  void subscribe(const wire::Request& request);
  void unsubscribe(const wire::Request& request);
  void search(const wire::Request& request);
  void queue_newest(routing::TopicId topic);
  bool write_newest();
  bool write_statuses();
  // client_backlog.cpp
  std::size_t reserve() const;  // of the output, for answers
  bool write_late();
  void fall_behind();
  void catch_up();
  void tell_pace(std::string_view status, std::uint64_t conflated);
  void lose_late();
  void lose_what_is_left();
  bool has_stopped_reading(std::int64_t now_ns);
  bool has_room() const;
  std::string describe() const;

  Shard& shard_;
  routing::SessionId id_;
  std::unique_ptr<websocket::Connection> connection_;
  std::optional<accounts::KeySession> account_;
  routing::LineupId lineup_ = 0;
  bool extras_ = false;
  bool closing_ = false;
  std::int64_t opened_ns_ = 0;
  std::int64_t last_frame_ns_ = 0;
  std::int64_t last_ping_ns_ = 0;
  std::int64_t ping_sent_ns_ = 0;  // 0: no ping is out
  struct Newest {
    routing::TopicId topic;
    std::uint64_t seq;  // of the topic when it was asked for
  };
  std::deque<Newest> newest_;
  std::deque<routing::TopicId> statuses_;
  std::unordered_set<routing::TopicId> in_statuses_;
  std::set<std::string, std::less<>> markets_;
  LateTopics late_;
  std::uint64_t conflated_before_ = 0;  // when it fell behind
  std::uint64_t written_ = 0;           // bytes that the socket had taken at the last look
  std::int64_t progress_ns_ = 0;        // when it was last seen to take some, or had none to take
  std::uint64_t delivered_ = 0;
  std::uint64_t conflated_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace gw::proxy
