// One connection as Angel's stream treats it: requests as JSON without answers, any number of modes for each token, one
// tick in a frame.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tools/broker_sim/angel_market.hpp"
#include "tools/broker_sim/protocol.hpp"

namespace sim {

class AngelFeed final : public Feed {
 public:
  AngelFeed(Session& session, AngelMarket& market) : session_(session), market_(market) {}

  Heard on_message(gw::websocket::Opcode opcode, std::string_view payload) override;
  std::vector<std::string> update(std::int64_t epoch_milliseconds) override;
  std::size_t instruments() const override { return held_; }
  nlohmann::json subscriptions() const override;

 private:
  // Returns an error code; null: done.
  const char* subscribe(AngelMode mode, const std::set<AngelToken>& tokens);
  void send_state(const AngelToken& token, AngelMode mode);
  void unsubscribe(AngelMode mode, const std::set<AngelToken>& tokens);

  Session& session_;
  AngelMarket& market_;
  std::map<AngelToken, std::set<AngelMode>> subscribed_;
  std::size_t held_ = 0;  // tokens times modes
  std::size_t depth20_held_ = 0;
};

}  // namespace sim
