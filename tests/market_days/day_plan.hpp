// All that is decided of a day before it begins.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/routing/names.hpp"
#include "tests/market_days/account.hpp"
#include "tests/market_days/market.hpp"
#include "tests/market_days/weather.hpp"

namespace gw::market_days {

inline constexpr std::int64_t kFirstTickLimit = kMinute;  // the default

struct ClientPlan {
  std::int64_t from = 0;   // when it subscribes, in ns after 9:00
  std::int64_t until = 0;  // when it leaves; 0: never
  std::vector<std::size_t> instruments;
  routing::Stream stream;
  bool of_second_broker = false;  // its own list names that one alone
};

struct DayPlan {
  std::uint64_t seed = 1;
  std::size_t brokers = 2;
  std::array<Traits, 2> traits;
  bool hot_standby = false;  // the second broker
  std::int64_t stall_limit_ns = 10 * kSecond;
  std::int64_t lag_limit_ns = 10 * kSecond;
  bool trades_before_open = false;
  bool has_canaries = false;  // an index at each broker
  bool remembers = false;     // which instruments ticked in time in their last sessions
  std::vector<ClientPlan> clients;
  // Times of these in ns after 9:00.
  std::vector<Spell> weather;
  std::vector<Halt> halts;
};

// The numbers of the first `count` instruments of an exchange and a pace.
std::vector<std::size_t> some(Exchange exchange, Pace pace, std::size_t count);

// A day as the seed has it; a calm one has neither weather nor halts.
DayPlan draw(std::uint64_t seed, bool calm);
std::string text_of(const DayPlan& plan);

}  // namespace gw::market_days
