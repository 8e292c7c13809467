// One client of the stand-in broker, as Kite's ticker treats it: login in the query, subscriptions,
// heartbeats, frames.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/websocket/asio_fwd.hpp"
#include "core/websocket/connection.hpp"
#include "tools/broker_sim/kite_market.hpp"

namespace sim {

class KiteBroker;

class KiteSession final : public gw::websocket::Listener {
 public:
  KiteSession(KiteBroker& broker, std::uint64_t id, gw::TcpSocket&& socket);
  ~KiteSession() override;

  std::uint64_t id() const { return id_; }
  bool is_open() const { return open_; }
  const std::string& api_key() const { return api_key_; }
  const std::map<std::uint32_t, KiteMode>& subscribed() const { return subscribed_; }

  void send_binary(std::string_view frame);
  void send_text(std::string_view text);
  void close(int code);
  void drop();  // without a close frame

  void on_open() override;
  void on_message(gw::websocket::Opcode opcode, std::string_view payload) override;
  void on_closed(const gw::websocket::CloseInfo& info) override;

 private:
  gw::websocket::HttpAnswer login(std::string_view target);
  bool obey(std::string_view payload);
  void subscribe(const std::vector<std::uint32_t>& tokens);
  void send_state(const std::vector<std::uint32_t>& tokens);
  void heartbeat_later();
  void play_later();
  void play();

  struct Timers;
  KiteBroker& broker_;
  std::uint64_t id_;
  gw::websocket::ServerOptions options_;
  std::shared_ptr<Timers> timers_;
  std::unique_ptr<gw::websocket::Connection> connection_;
  std::string api_key_;
  std::map<std::uint32_t, KiteMode> subscribed_;
  std::size_t next_frame_ = 0;
  bool open_ = false;
  bool playing_ = false;
};

}  // namespace sim
