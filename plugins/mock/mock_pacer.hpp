// Decides which feed of the mock adapter ticks next, and when: each has one turn per round, at its own phase.
#pragma once

#include <cstdint>
#include <vector>

#include "mock_market.hpp"

namespace mock {

struct Feed {
  std::uint32_t instrument = 0;
  std::uint32_t mode = 0;
  std::uint32_t levels = 0;
  double phase = 0;  // when in a round its turn comes, 0 to 1
  MockMarket* market = nullptr;
};

// All feeds have the same rate, so a list sorted by phase with a cursor is a complete schedule: O(1) per update. The
// times of turns are computed from the start of the round count, never added up, so that no rate drifts. [adapter]
class MockPacer {
 public:
  static constexpr double kMaxPerSecond = 1'000'000;  // of all feeds together
  static constexpr std::int64_t kLongestDebtNs = 500'000'000;

  // Call it while there is no feed.
  void set_rate(double per_second_and_feed) { per_second_ = per_second_and_feed; }
  void add(const Feed& feed, std::int64_t now);
  Feed* find(std::uint32_t instrument);  // null: not there; valid until the next add or remove
  void remove(std::uint32_t instrument, std::int64_t now);
  void clear() { feeds_.clear(); }
  bool empty() const { return feeds_.empty(); }

  // Moves the schedule so that the next turn is at most half a second late: a host that was held up is not flooded
  // afterwards.
  void forgive(std::int64_t now);
  // Takes the turn of the next feed whose time has come by `now`; null: there is none.
  Feed* take_next(std::int64_t now);
  // The feed whose turn comes `turns` turns later in this round; null: the round ends before.
  const Feed* coming(std::size_t turns) const {
    return cursor_ + turns < feeds_.size() ? &feeds_[cursor_ + turns] : nullptr;
  }
  // The time of the next turn. The pacer must not be empty.
  std::int64_t next_ns() const;

 private:
  double round_at(std::int64_t now) const;
  std::int64_t wake_up_ns(double round) const;
  void adapt_round(std::int64_t now);

  double per_second_ = 1;
  std::vector<Feed> feeds_;  // by phase
  std::size_t cursor_ = 0;   // the next feed of this round; feeds_.size(): the round's last turn is taken
  double round_ = 0;         // completed rounds
  // The line that maps time to rounds: at anchor_ns_ the round was anchor_round_, and each round takes round_ns_.
  std::int64_t anchor_ns_ = 0;
  double anchor_round_ = 0;
  double round_ns_ = 1;
};

}  // namespace mock
