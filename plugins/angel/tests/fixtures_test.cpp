// Frames rebuilt from values that the official clients printed in real sessions, decoded and compared with those
// values.
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "angel_wire.hpp"

namespace angel {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::int64_t kUnit = 10'000'000;

void expect_side(const Json& expected, std::span<const bgw_level> side) {
  ASSERT_EQ(expected.size(), side.size());
  for (std::size_t i = 0; i < side.size(); ++i) {
    EXPECT_EQ(expected[i]["price"].get<std::int64_t>() * kUnit, side[i].price);
    EXPECT_EQ(expected[i]["quantity"].get<std::int64_t>(), side[i].quantity);
    EXPECT_EQ(expected[i]["orders"].get<std::uint32_t>(), side[i].orders);
  }
}

void compare(const Json& e, const Packet& p) {
  const bgw_tick& t = p.tick;
  const auto same = [&e](const char* key, std::int64_t value, std::int64_t unit) {
    if (e.contains(key)) {
      EXPECT_EQ(static_cast<std::int64_t>(e[key].get<double>()) * unit, value) << key;
    }
  };
  EXPECT_EQ(token_key(e["exchange_type"].get<std::uint8_t>(), std::stoull(e["token"].get<std::string>())), p.key);
  same("last_traded_price", t.ltp, kUnit);
  same("sequence_number", p.sequence, 1);
  same("last_traded_quantity", t.last_quantity, 1);
  same("average_traded_price", t.average_price, kUnit);
  same("volume", t.volume, 1);
  same("total_buy_quantity", t.total_buy_quantity, 1);
  same("total_sell_quantity", t.total_sell_quantity, 1);
  same("open", t.open, kUnit);
  same("high", t.high, kUnit);
  same("low", t.low, kUnit);
  same("close", t.close, kUnit);
  const std::int64_t time = p.mode == Mode::kDepth20 ? p.book.exchange_time_ns : t.exchange_time_ns;
  same("exchange_timestamp", time, 1'000'000);
  if (e.contains("bids")) {
    expect_side(e["bids"], std::span(p.bids).first(p.book.bid_count));
    expect_side(e["asks"], std::span(p.asks).first(p.book.ask_count));
  }
  if (p.mode != Mode::kSnapQuote) return;
  same("upper_circuit", p.rare.upper_circuit, kUnit);
  same("lower_circuit", p.rare.lower_circuit, kUnit);
  same("high_52w", p.rare.high_52_weeks, kUnit);
  same("low_52w", p.rare.low_52_weeks, kUnit);
  same("last_traded_timestamp", t.last_trade_time_ns, 1'000'000'000);
  same("open_interest", t.oi, 1);
}

TEST(AngelFixtures, DecodeToTheLoggedValues) {
  const fs::path folder = fs::path(GW_SOURCE_DIR).parent_path() / "shared" / "fixtures" / "angel";
  if (!fs::exists(folder)) GTEST_SKIP() << "no recorded frames in " << folder;
  std::ifstream list(folder / "expected.json");
  int compared = 0;
  for (const Json& one : Json::parse(list)) {
    if (!fs::exists(folder / one["file"].get<std::string>())) continue;
    SCOPED_TRACE(one["file"].get<std::string>());
    std::ifstream in(folder / one["file"].get<std::string>(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    Packet p;
    const Reading reading = decode(std::as_bytes(std::span(text)), p);
    ASSERT_EQ(reading.problem, nullptr);
    EXPECT_EQ(one["mode"].get<int>(), static_cast<int>(p.mode));
    compare(one["expected"], p);
    ++compared;
  }
  EXPECT_GT(compared, 3);
}

}  // namespace
}  // namespace angel
