// Real captures beside the project, decoded and compared with the values that three independent decoders agree on.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "zerodha_wire.hpp"

namespace zerodha {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const fs::path kFolder = fs::path(GW_SOURCE_DIR).parent_path() / "shared" / "fixtures" / "zerodha";

std::vector<std::byte> bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}

void expect_price(const Json& expected, const char* key, std::int64_t value) {
  if (expected.contains(key)) {
    EXPECT_EQ(std::llround(expected[key].get<double>() * 1e7), value / 100) << key;
  }
}

void expect_value(const Json& expected, const char* key, std::uint64_t bit, std::int64_t value, const bgw_tick& tick) {
  EXPECT_EQ((tick.present & bit) != 0, expected.contains(key)) << key;
  if (expected.contains(key)) {
    EXPECT_EQ(expected[key].get<std::int64_t>(), value) << key;
  }
}

void expect_time(const Json& expected, const char* key, std::uint64_t bit, std::int64_t value, const bgw_tick& tick) {
  const std::int64_t seconds = expected.value(key, std::int64_t{0});
  EXPECT_EQ((tick.present & bit) != 0, seconds != 0) << key;
  if (seconds != 0) {
    EXPECT_EQ(seconds * 1'000'000'000, value) << key;
  }
}

void expect_side(const Json& expected, std::span<const bgw_level> side) {
  std::size_t at = 0;
  for (const Json& level : expected) {
    if (level["quantity"] == 0 && level["price"] == 0.0 && level["orders"] == 0) continue;
    ASSERT_LT(at, side.size());
    expect_price(level, "price", side[at].price);
    EXPECT_EQ(level["quantity"], side[at].quantity);
    EXPECT_EQ(level["orders"], side[at].orders);
    ++at;
  }
  EXPECT_EQ(at, side.size());
}

void expect_packet(const Json& e, const Packet& p) {
  SCOPED_TRACE(e.dump());
  const bgw_tick& t = p.tick;
  EXPECT_EQ(e["instrument_token"], p.token);
  EXPECT_EQ(e["price_divisor"].get<std::int64_t>() * price_unit_of(p.token), BGW_PRICE_SCALE);
  expect_price(e, "last_price", t.ltp);
  expect_price(e, "open", t.open);
  expect_price(e, "high", t.high);
  expect_price(e, "low", t.low);
  expect_price(e, "close", t.close);
  expect_price(e, "average_price", t.average_price);
  EXPECT_EQ((t.present & BGW_HAS_OPEN) != 0, e.contains("open"));
  EXPECT_EQ((t.present & BGW_HAS_AVERAGE_PRICE) != 0, e.contains("average_price"));
  expect_value(e, "last_quantity", BGW_HAS_LAST_QUANTITY, t.last_quantity, t);
  expect_value(e, "volume", BGW_HAS_VOLUME, t.volume, t);
  expect_value(e, "total_buy_quantity", BGW_HAS_TOTAL_BUY, t.total_buy_quantity, t);
  expect_value(e, "total_sell_quantity", BGW_HAS_TOTAL_SELL, t.total_sell_quantity, t);
  expect_value(e, "oi", BGW_HAS_OI, t.oi, t);
  expect_value(e, "oi_day_high", BGW_HAS_OI_DAY_HIGH, p.rare.oi_day_high, t);
  expect_value(e, "oi_day_low", BGW_HAS_OI_DAY_LOW, p.rare.oi_day_low, t);
  expect_time(e, "exchange_timestamp", BGW_HAS_EXCHANGE_TIME, t.exchange_time_ns, t);
  expect_time(e, "last_trade_time", BGW_HAS_LAST_TRADE_TIME, t.last_trade_time_ns, t);
  EXPECT_EQ((t.modes & BGW_MODE_DEPTH) != 0, e.contains("bids"));
  if (!e.contains("bids")) return;
  expect_side(e["bids"], std::span(p.bids).first(p.book.bid_count));
  expect_side(e["asks"], std::span(p.asks).first(p.book.ask_count));
}

TEST(RealFrames, HaveTheValuesOfThreeIndependentDecoders) {
  std::ifstream in(kFolder / "expected.json");
  if (!in) GTEST_SKIP() << "no captures in " << kFolder;
  std::size_t compared = 0;
  std::size_t passed_over = 0;
  for (const Json& file : Json::parse(in)) {
    SCOPED_TRACE(file["file"].get<std::string>());
    std::vector<std::byte> bytes = bytes_of(kFolder / file["file"].get<std::string>());
    ASSERT_EQ(bytes.size(), file["bytes"].get<std::size_t>());
    if (!file["framed"].get<bool>()) {
      const auto size = static_cast<std::uint8_t>(bytes.size());
      bytes.insert(bytes.begin(), {std::byte{0}, std::byte{1}, std::byte{0}, std::byte{size}});
    }
    if (file.value("heartbeat", false)) {
      EXPECT_TRUE(is_heartbeat(bytes));
      continue;
    }
    ASSERT_EQ(is_whole(bytes), !file.value("truncated", false));
    if (file.value("truncated", false)) continue;
    PacketCursor cursor(bytes);
    for (const Json& expected : file["packets"]) {
      Packet packet;
      std::span<const std::byte> packet_bytes;
      ASSERT_TRUE(cursor.next(packet_bytes));
      const bool known = decode(packet_bytes, packet) == Reading::kGood;
      ASSERT_EQ(known, !expected["mode"].is_null());
      known ? ++compared : ++passed_over;
      if (known) expect_packet(expected, packet);
    }
    std::span<const std::byte> more;
    EXPECT_FALSE(cursor.next(more));
  }
  EXPECT_GT(compared, 20U);
  EXPECT_GT(passed_over, 2U);
}

}  // namespace
}  // namespace zerodha
