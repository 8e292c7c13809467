// Zerodha's Kite Connect ticker: one WebSocket whose query is the login, JSON requests, binary ticks. Source:
// kite.trade/docs/connect/v3/websocket. No answer ever confirms a subscription: its first tick does.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "bgw/adapter.hpp"
#include "bgw/tokens.hpp"
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
    std::uint32_t mode = 0;  // at Kite
  };
  // Tokens with the modes that they had before a request of the host; 0: none. Of several entries of one token the
  // first counts.
  using Before = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

  void let_go(std::uint32_t handle, Before& before);
  void send_changes(const Before& before);
  void on_text(std::string_view text);
  void send_all(const std::vector<std::string>& messages) const;
  void note_unknown_scale(std::uint32_t token);

  std::string url_;
  std::uint32_t connection_ = 0;
  bgw::TokenMap<std::uint32_t, Held> tokens_;  // what this connection has subscribed
  Packet packet_;
  std::unordered_set<std::uint32_t> asked_again_;  // of the request that is being made
  bool noted_unknown_scale_ = false;
};

}  // namespace zerodha
