// One client of a broker that plays a recording.
#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "core/websocket/asio_fwd.hpp"
#include "core/websocket/connection.hpp"
#include "tools/broker_sim/played_recording.hpp"

namespace sim {

class ReplayServer;

// Where the gateway of then had asked for something, the client is waited for: what answers a request comes after it. A
// client that asks for less than that is waited for once, and no more. What is said again and again (a ping) is nothing
// that anybody waits for.
class ReplaySession final : public gw::websocket::Listener {
 public:
  ReplaySession(ReplayServer& server, gw::TcpSocket&& socket);
  ~ReplaySession() override;

  void on_open() override;
  void on_message(gw::websocket::Opcode opcode, std::string_view payload) override;
  void on_closed(const gw::websocket::CloseInfo& info) override;

 private:
  using Clock = std::chrono::steady_clock;

  gw::websocket::HttpAnswer log_in(const gw::websocket::HttpRequest& request);
  void play();
  void play_at(Clock::time_point deadline);
  // Whether the client has to be waited for before the next step.
  bool waits();
  void make(const PlayedStep& step);

  struct Timer;
  ReplayServer& server_;
  gw::websocket::ServerOptions options_;
  std::shared_ptr<Timer> timer_;
  std::unique_ptr<gw::websocket::Connection> connection_;
  const PlayedSocket* socket_ = nullptr;
  std::size_t next_ = 0;          // of the socket's steps
  std::int64_t then_ns_ = 0;      // the recording's time of the last step
  Clock::time_point now_;         // and when it was made
  std::set<std::string> heard_;   // from the client, each once
  std::set<std::string> wanted_;  // the same of the recording, so far
  Clock::time_point patience_;    // how long the client is waited for
  bool is_waiting_ = false;
  bool waits_no_more_ = false;
  std::size_t sent_ = 0;
};

}  // namespace sim
