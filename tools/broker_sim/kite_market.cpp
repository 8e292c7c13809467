#include "tools/broker_sim/kite_market.hpp"

#include <algorithm>

namespace sim {
namespace {

constexpr std::uint32_t kIndexSegment = 9;

// Prices as their segment counts them: CDS in 1/10,000,000, BCD and NCO in 1/10,000, all others in 1/100.
struct Scale {
  std::int32_t tick;
  std::uint32_t least;  // of the first price, in ticks
  std::uint32_t range;
};
Scale scale_of(std::uint32_t token) {
  switch (token & 0xffU) {
    case 3:
      return {25'000, 32'000, 4'000};
    case 6:
      return {25, 32'000, 4'000};
    case 12:
      return {500, 2'000, 20'000};
    default:
      return {5, 2'000, 80'000};
  }
}

// Kite's documents count offsets in big-endian words; here they are written in that order.
void word(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xffU);
}
void word(std::string& out, std::int32_t value) { word(out, static_cast<std::uint32_t>(value)); }
void half(std::string& out, std::uint32_t value) {
  out += static_cast<char>(value >> 8 & 0xffU);
  out += static_cast<char>(value & 0xffU);
}

}  // namespace

KiteMarket::State& KiteMarket::state(std::uint32_t token) {
  const auto [found, fresh] = states_.try_emplace(token);
  if (fresh) {
    State& s = found->second;
    s.random = token | 1U;
    const Scale scale = scale_of(token);
    s.tick = scale.tick;
    s.close = static_cast<std::int32_t>(scale.least + token / 5 % scale.range) * s.tick;
    s.ltp = s.open = s.high = s.low = s.close + s.tick * 3;
  }
  return found->second;
}

// xorshift32
std::uint32_t KiteMarket::roll(std::uint32_t& random, std::uint32_t bound) {
  random ^= random << 13;
  random ^= random >> 17;
  random ^= random << 5;
  return random % bound;
}

void KiteMarket::pass_time(std::uint32_t token, std::int64_t time) {
  State& s = state(token);
  s.time = time;
  if (s.trade_time == 0) s.trade_time = time;
}

void KiteMarket::step_book(std::uint32_t token, std::int64_t time) {
  pass_time(token, time);
  roll(state(token).random, 1);
}

void KiteMarket::step_up(std::uint32_t token, std::int64_t time) {
  step(token, time);
  State& s = state(token);
  s.ltp = s.high += s.tick;
}

void KiteMarket::step(std::uint32_t token, std::int64_t time) {
  State& s = state(token);
  s.time = s.trade_time = time;
  const auto move = static_cast<std::int32_t>(roll(s.random, 5)) - 2;
  s.ltp = std::max(s.tick * 10, s.ltp + move * s.tick);
  s.high = std::max(s.high, s.ltp);
  s.low = std::min(s.low, s.ltp);
  s.last_quantity = 1 + roll(s.random, 100);
  s.volume += s.last_quantity;
}

void KiteMarket::append_packet(std::string& frame, std::uint32_t token, KiteMode mode, std::int64_t behind) {
  const State& s = state(token);
  std::uint32_t random = s.random;
  const auto seconds = [behind](std::int64_t time) { return static_cast<std::uint32_t>((time - behind) / 1000); };
  std::string p;
  word(p, token);
  word(p, s.ltp);
  if (mode != KiteMode::ltp && (token & 0xffU) == kIndexSegment) {
    word(p, s.high);
    word(p, s.low);
    word(p, s.open);
    word(p, s.close);
    word(p, s.ltp - s.close);
    if (mode == KiteMode::full) word(p, seconds(s.time));
  } else if (mode != KiteMode::ltp) {
    word(p, s.last_quantity);
    word(p, s.low + (s.high - s.low) / 2);
    word(p, s.volume);
    word(p, 5000U + roll(random, 1000));
    word(p, 5000U + roll(random, 1000));
    word(p, s.open);
    word(p, s.high);
    word(p, s.low);
    word(p, s.close);
  }
  if (mode == KiteMode::full && (token & 0xffU) != kIndexSegment) {
    word(p, seconds(s.trade_time));
    const std::uint32_t oi = 1'000 + token % 10'000;
    for (const std::uint32_t value : {oi, oi + 500, oi - 500}) word(p, value);  // with its day's range
    word(p, seconds(s.time));
    for (int side = -1; side <= 1; side += 2) {
      for (std::int32_t level = 1; level <= 5; ++level) {
        word(p, 1 + roll(random, 500));
        word(p, s.ltp + side * level * s.tick);
        half(p, 1 + roll(random, 9));
        half(p, 0);
      }
    }
  }
  half(frame, static_cast<std::uint32_t>(p.size()));
  frame += p;
}

}  // namespace sim
