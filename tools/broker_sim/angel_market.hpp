// Frames of Angel's format for tokens that nobody recorded: a small random walk for each, decided by the token alone.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>

namespace sim {

// A token means nothing without its exchange type.
struct AngelToken {
  std::uint8_t exchange;
  std::string token;
  auto operator<=>(const AngelToken&) const = default;
};

inline std::string name_of(const AngelToken& t) { return std::to_string(t.exchange) + ':' + t.token; }

enum class AngelMode : std::uint8_t { ltp = 1, quote = 2, snap_quote = 3, depth20 = 4 };

class AngelMarket {
 public:
  // Each moves the market on to this exchange time (milliseconds since the epoch). step: with a trade at any price;
  // step_up: with one at a new high; step_book: only the book changes; pass_time: nothing changes.
  void step(const AngelToken& token, std::int64_t time);
  void step_up(const AngelToken& token, std::int64_t time);
  void step_book(const AngelToken& token, std::int64_t time);
  void pass_time(const AngelToken& token, std::int64_t time);
  bool has_time(const AngelToken& token) { return state(token).time != 0; }
  // One whole frame of the token's present state, its times `behind` milliseconds older. The same state gives the same
  // frame.
  std::string frame(const AngelToken& token, AngelMode mode, std::int64_t behind);

 private:
  struct State {
    std::uint32_t random;
    bool is_index;
    std::int64_t tick, ltp, open, high, low, close;
    std::int64_t sequence = 1'000'000;
    std::int64_t volume = 100'000;
    std::int64_t last_quantity = 1;
    std::int64_t time = 0;
    std::int64_t trade_time = 0;
  };
  State& state(const AngelToken& token);

  std::map<AngelToken, State> states_;
};

}  // namespace sim
