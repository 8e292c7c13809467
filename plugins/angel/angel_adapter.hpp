// Angel One's SmartAPI WebSocket Streaming 2.0: a WebSocket whose headers are the login, JSON requests, one binary
// frame a tick. Source: smartapi.angelone.in/docs, "WebSocket Streaming 2.0". No answer ever confirms a subscription:
// its first tick does. Requests that fail are answered with an error.
#pragma once

#include <cstdint>
#include <string>

#include "angel_subscriptions.hpp"
#include "angel_wire.hpp"
#include "bgw/adapter.hpp"

namespace angel {

inline constexpr const char* kDefaultUrl = "wss://smartapisocket.angelone.in/smart-stream";

// All functions: [adapter]
class AngelAdapter final : public bgw::BaseBrokerAdapter {
 public:
  using BaseBrokerAdapter::BaseBrokerAdapter;

  void initialize() override;
  void connect() override;
  void disconnect() override;
  void subscribe(std::span<const bgw_subscription> wanted) override;
  void unsubscribe(std::span<const std::uint32_t> instruments) override;
  void on_open(std::uint32_t connection) override;
  bgw_status on_frame(std::uint32_t connection, std::uint32_t opcode, std::span<const std::byte> frame) override;
  bgw_status on_close(std::uint32_t connection, const bgw::Close& close) override;
  void on_timer(std::uint32_t id) override;

 private:
  void send_requests();
  void on_text(std::string_view text);

  std::string url_;
  std::uint32_t connection_ = 0;
  Subscriptions subscriptions_{[this] { return monotonic_ns(); }};
  Packet packet_;
  bool retiring_ = false;
  bool noted_unknown_ = false;
  bool noted_scale_ = false;
};

}  // namespace angel
