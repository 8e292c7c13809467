// One client of the stand-in: its login, its heartbeats, and the way of its frames through the faults to the socket.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/websocket/asio_fwd.hpp"
#include "core/websocket/connection.hpp"
#include "tools/broker_sim/holding_stream.hpp"
#include "tools/broker_sim/protocol.hpp"
#include "tools/broker_sim/served_list.hpp"
#include "tools/broker_sim/throttle.hpp"

namespace sim {

class Broker;
struct Fault;
struct PingFlood;

class Session final : public gw::websocket::Listener {
 public:
  Session(Broker& broker, std::uint64_t id, gw::TcpSocket&& socket);
  ~Session() override;

  std::uint64_t id() const { return id_; }
  bool is_open() const { return open_; }
  bool is_admitted() const { return admitted_; }  // open, or about to be
  const std::string& account() const { return account_; }
  const std::string& address() const { return address_; }  // of the stand-in, that the client came to
  std::size_t requests_waiting() const { return waiting_.size(); }
  const Feed& feed() const { return *feed_; }

  // ---- for the feed
  void say(std::string_view text);  // unless the broker is silent
  void send_data(const std::string& frame);
  // A subscription was taken: recorded frames begin to play, made ones go on. True: frames are made, not recorded.
  bool subscribed();
  // The answer to a subscribe or a change of mode.
  enum class Answer { none, present, last, newer };
  Answer answer_to(const std::string& instrument, const std::string& mode);
  bool ticks(const std::string& instrument) const;
  bool only_its_book_changes(const std::string& instrument) const;
  void count_action(const std::string& action);
  const Fault& fault() const;
  bool refuses(const std::string& instrument) const;  // the whole subscription
  bool refuses_mode(const std::string& instrument, const std::string& mode) const;
  std::int64_t milliseconds_behind(const std::string& instrument) const;  // of its exchange time, by a fault
  std::size_t instruments_allowed() const;
  std::int64_t exchange_time() const;
  gw::Result<ServedList> list() const;

  // ---- for faults
  void send_text(std::string_view text);
  void send_binary(std::string_view frame);
  void close(int code);
  void drop();  // without a close frame
  void obey(const Fault& fault);

  void on_open() override;
  void on_message(gw::websocket::Opcode opcode, std::string_view payload) override;
  void on_control_frame() override;
  void on_closed(const gw::websocket::CloseInfo& info) override;

 private:
  gw::websocket::HttpAnswer log_in(const gw::websocket::HttpRequest& request,
                                   std::vector<gw::websocket::Header>& extra);
  bool is_mute(const std::string& instrument) const;
  bool stands_still(const std::string& instrument) const;
  void hear(gw::websocket::Opcode opcode, std::string_view payload);
  void hear_later();
  void say_again(const std::string& bytes);
  void flood(const PingFlood& pings, std::chrono::steady_clock::time_point since);
  void heartbeat_later();
  void play_later();
  void play();
  // Fills in the frames of one step; false: a recording has ended.
  bool step(std::int64_t exchange_time, std::vector<std::string>& frames);

  struct Timers;
  Broker& broker_;
  std::uint64_t id_;
  gw::websocket::ServerOptions options_;
  std::shared_ptr<Timers> timers_;
  std::shared_ptr<HoldingStream> stream_;  // between the socket and the connection
  std::unique_ptr<gw::websocket::Connection> connection_;
  Throttle throttle_;
  std::unique_ptr<Feed> feed_;
  std::string account_;
  std::string address_;
  struct Request {
    std::chrono::steady_clock::time_point deadline;
    gw::websocket::Opcode opcode;
    std::string payload;
  };
  std::deque<Request> waiting_;  // requests that are not obeyed before their time
  std::uint64_t data_frames_ = 0;
  std::size_t next_recorded_ = 0;
  std::set<std::pair<std::string, std::string>> answered_;  // instruments and modes that have had their one answer
  std::vector<std::string> late_;                           // a step that waits for the next one to pass it
  bool admitted_ = false;
  bool open_ = false;
  bool playing_ = false;
  bool flooding_ = false;
};

}  // namespace sim
