#include "tools/broker_sim/angel_market.hpp"

#include <algorithm>
#include <bit>

namespace sim {
namespace {

constexpr std::uint8_t kCurrency = 13;  // prices in 1/10,000,000 there, else in 1/100
constexpr std::size_t kTokenBytes = 25;
constexpr std::int64_t kSecond = 1000;

template <class Whole>
void put(std::string& out, Whole value) {
  for (std::size_t i = 0; i < sizeof value; ++i)
    out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xffU);
}
void put64(std::string& out, std::int64_t value) { put(out, value); }
void put_real(std::string& out, double value) { put(out, std::bit_cast<std::uint64_t>(value)); }

// xorshift32
std::uint32_t roll(std::uint32_t& random, std::uint32_t bound) {
  random ^= random << 13;
  random ^= random >> 17;
  random ^= random << 5;
  return random % bound;
}

}  // namespace

AngelMarket::State& AngelMarket::state(const AngelToken& token) {
  const auto [found, fresh] = states_.try_emplace(token);
  if (fresh) {
    State& s = found->second;
    std::uint32_t number = token.exchange;
    for (const char c : token.token) number = number * 31 + static_cast<unsigned char>(c);
    s.random = number | 1U;
    s.is_index = token.token.size() == 8 && token.token.starts_with("999");
    s.tick = token.exchange == kCurrency ? 25'000 : 5;
    s.close = ((token.exchange == kCurrency ? 30'000 : 2'000) + number % 20'000) * s.tick;
    s.ltp = s.open = s.high = s.low = s.close + s.tick * 3;
  }
  return found->second;
}

void AngelMarket::pass_time(const AngelToken& token, std::int64_t time) {
  State& s = state(token);
  s.time = time;
  if (s.trade_time == 0) s.trade_time = time;
}

void AngelMarket::step_book(const AngelToken& token, std::int64_t time) {
  pass_time(token, time);
  State& s = state(token);
  s.sequence += 1 + roll(s.random, 3);
}

void AngelMarket::step_up(const AngelToken& token, std::int64_t time) {
  step(token, time);
  State& s = state(token);
  s.ltp = s.high += s.tick;
}

void AngelMarket::step(const AngelToken& token, std::int64_t time) {
  State& s = state(token);
  s.time = s.trade_time = time;
  s.ltp = std::max(s.tick * 10, s.ltp + (static_cast<std::int64_t>(roll(s.random, 5)) - 2) * s.tick);
  s.high = std::max(s.high, s.ltp);
  s.low = std::min(s.low, s.ltp);
  s.sequence += 1 + roll(s.random, 3);
  s.last_quantity = 1 + roll(s.random, 100);
  s.volume += s.last_quantity;
}

std::string AngelMarket::frame(const AngelToken& token, AngelMode mode, std::int64_t behind) {
  const State& s = state(token);
  std::uint32_t random = s.random;
  const std::int64_t time = s.time - behind;
  std::string f;
  f += static_cast<char>(mode);
  f += static_cast<char>(token.exchange);
  f += token.token;
  f.resize(2 + kTokenBytes, '\0');
  const auto some = [&](std::uint32_t bound) -> std::int64_t { return s.is_index ? 0 : 1 + roll(random, bound); };
  if (mode == AngelMode::depth20) {
    put64(f, time);
    put64(f, 0);
    for (int side = -1; side <= 1; side += 2) {
      for (std::int64_t level = 1; level <= 20; ++level) {
        put(f, static_cast<std::int32_t>(some(500)));
        put(f, static_cast<std::int32_t>(s.ltp + side * level * s.tick));
        put(f, static_cast<std::int16_t>(some(9)));
      }
    }
    return f;
  }
  put64(f, s.is_index ? 0 : s.sequence);
  put64(f, time / kSecond * kSecond);
  put64(f, s.ltp);
  if (mode == AngelMode::ltp) return f;
  put64(f, s.is_index ? 0 : s.last_quantity);
  put64(f, s.is_index ? 0 : (s.high + s.low) / 2);
  put64(f, s.is_index ? 0 : s.volume);
  put_real(f, static_cast<double>(some(5000)));
  put_real(f, static_cast<double>(some(5000)));
  for (const std::int64_t price : {s.open, s.high, s.low, s.close}) put64(f, price);
  if (mode == AngelMode::quote) return f;
  put64(f, (s.trade_time - behind) / kSecond);
  put64(f, s.is_index ? 0 : 100'000 + s.volume);  // open interest
  put_real(f, 0);
  for (int side = -1; side <= 1; side += 2) {
    for (std::int64_t level = 1; level <= 5; ++level) {
      put(f, static_cast<std::int16_t>(side < 0 ? 1 : 0));
      put64(f, some(500));
      put64(f, s.is_index ? 0 : s.ltp + side * level * s.tick);
      put(f, static_cast<std::int16_t>(some(9)));
    }
  }
  for (const std::int64_t price : {s.close * 11 / 10, s.close * 9 / 10, s.high * 2, s.low / 2}) put64(f, price);
  return f;
}

}  // namespace sim
