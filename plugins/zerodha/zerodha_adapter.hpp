// Zerodha's Kite Connect ticker: one WebSocket whose query is the login, JSON requests, binary
// ticks. Source: kite.trade/docs/connect/v3/websocket. No answer ever confirms a subscription: its
// first tick does.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "bgw/adapter.hpp"
#include "zerodha_wire.hpp"

namespace zerodha {

inline constexpr const char* kDefaultUrl = "wss://ws.kite.trade";

// All functions: [adapter]
class ZerodhaAdapter final : public bgw::BaseBrokerAdapter {
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

 private:
  struct Held {
    std::uint32_t token;
    std::uint32_t mode;
  };

  void on_text(std::string_view text) const;
  void send_all(const std::vector<std::string>& messages) const;

  std::string url_;
  std::uint32_t connection_ = 0;
  // What this session has subscribed: by the host's handle, and back from the broker's token.
  std::unordered_map<std::uint32_t, Held> held_;
  std::unordered_map<std::uint32_t, std::uint32_t> handles_;
  Packet packet_;
};

}  // namespace zerodha
