// Packets of Kite's format for tokens that nobody recorded: a small random walk per token, decided by the token alone.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace sim {

enum class KiteMode { ltp, quote, full };

class KiteMarket {
 public:
  // Each moves the market on to this exchange time (milliseconds since the epoch). step: with a trade at any price;
  // step_up: with one at a new high; step_book: only the book changes; pass_time: nothing changes.
  void step(std::uint32_t token, std::int64_t time);
  void step_up(std::uint32_t token, std::int64_t time);
  void step_book(std::uint32_t token, std::int64_t time);
  void pass_time(std::uint32_t token, std::int64_t time);
  bool has_time(std::uint32_t token) { return state(token).time != 0; }
  // Appends length and body of the token's present state to `frame`, its times `behind` milliseconds older. The same
  // state gives the same packet.
  void append_packet(std::string& frame, std::uint32_t token, KiteMode mode, std::int64_t behind);

 private:
  struct State {
    std::uint32_t random;
    std::int32_t tick;
    std::int32_t ltp, open, high, low, close;
    std::uint32_t volume = 100'000;
    std::uint32_t last_quantity = 1;
    std::int64_t time = 0;
    std::int64_t trade_time = 0;
  };
  State& state(std::uint32_t token);
  static std::uint32_t roll(std::uint32_t& random, std::uint32_t bound);

  std::unordered_map<std::uint32_t, State> states_;
};

}  // namespace sim
