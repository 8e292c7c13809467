// Packets of Kite's format for tokens that nobody recorded: a small random walk per token, decided
// by the token alone.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace sim {

enum class KiteMode { ltp, quote, full };

class KiteMarket {
 public:
  // Moves the token's price one step.
  void step(std::uint32_t token);
  // Appends length and body of the token's present state to `frame`. `seconds` is the exchange's
  // time.
  void append_packet(std::string& frame, std::uint32_t token, KiteMode mode, std::uint32_t seconds);

 private:
  struct State {
    std::uint32_t random;
    std::int32_t tick;
    std::int32_t ltp, open, high, low, close;
    std::uint32_t volume = 100'000;
    std::uint32_t last_quantity = 1;
  };
  State& state(std::uint32_t token);
  static std::uint32_t roll(State& s, std::uint32_t bound);

  std::unordered_map<std::uint32_t, State> states_;
};

}  // namespace sim
