// One instrument's market: a random walk of trades and a book around it. The k-th update depends only on the seed, the token
// and k, whatever else happens.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "bgw/abi.h"
#include "mock_instruments.hpp"

namespace mock {

// splitmix64: the same numbers on every platform.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  std::int64_t below(std::int64_t bound) { return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(bound)); }

 private:
  std::uint64_t state_;
};

class MockMarket {
 public:
  static constexpr std::size_t kLevels = 50;

  MockMarket(const MockInstrument& instrument, std::uint64_t seed, std::uint64_t token);

  // One step: a trade, and the book moves. No allocation.
  void advance();
  // The present state as a packet that fills up to `mode`; `time_ns` is the exchange's. Instrument handle left to the caller.
  void describe(std::uint32_t mode, std::int64_t time_ns, bgw_tick& tick, bgw_tick_rare& rare) const;
  std::span<const bgw_level> bids() const { return bids_; }
  std::span<const bgw_level> asks() const { return asks_; }

 private:
  void move_book();
  void change_level(std::array<bgw_level, kLevels>& side);

  const MockInstrument* instrument_;
  Random random_;
  std::int64_t ltp_, open_, high_, low_, close_;
  std::int64_t last_quantity_ = 0;
  std::int64_t volume_ = 0;
  std::int64_t turnover_ticks_ = 0;  // sum of quantity times price in tick sizes, for the average price
  std::int64_t oi_, oi_high_, oi_low_;
  std::int64_t sequence_ = 0;
  std::int64_t total_buy_ = 0;
  std::int64_t total_sell_ = 0;
  std::array<bgw_level, kLevels> bids_{};
  std::array<bgw_level, kLevels> asks_{};
};

}  // namespace mock
