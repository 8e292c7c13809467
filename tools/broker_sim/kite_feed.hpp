// One connection as Kite's ticker treats it: requests as JSON, one mode for each token, packets in frames.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tools/broker_sim/kite_market.hpp"
#include "tools/broker_sim/protocol.hpp"

namespace sim {

class KiteFeed final : public Feed {
 public:
  KiteFeed(Session& session, KiteMarket& market) : session_(session), market_(market) {}

  void on_open() override;
  Heard on_message(gw::websocket::Opcode opcode, std::string_view payload) override;
  std::vector<std::string> update(std::int64_t epoch_milliseconds) override;
  std::size_t instruments() const override { return subscribed_.size(); }
  nlohmann::json subscriptions() const override;

 private:
  bool obey(std::string_view payload);
  void subscribe(const std::vector<std::uint32_t>& tokens);
  void change_mode(KiteMode mode, const std::vector<std::uint32_t>& tokens);
  void send_state(const std::vector<std::uint32_t>& tokens);
  void complain(const std::string& what);
  std::vector<std::string> frames_of(const std::vector<std::uint32_t>& tokens);

  Session& session_;
  KiteMarket& market_;
  std::map<std::uint32_t, KiteMode> subscribed_;
};

}  // namespace sim
