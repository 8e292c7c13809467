// When a packet shows that something happened since another one.
#include <gtest/gtest.h>

#include "core/liveness/last_values.hpp"

namespace gw::liveness {
namespace {

constexpr std::uint64_t kAll = BGW_HAS_LTP | BGW_HAS_VOLUME | BGW_HAS_LAST_TRADE_TIME | BGW_HAS_EXCHANGE_TIME |
                               BGW_HAS_TOTAL_BUY | BGW_HAS_TOTAL_SELL;

struct Packet {
  bgw_tick tick{};
  bgw_level bid{100, 10, 0, 0};
  bgw_level ask{101, 10, 0, 0};
  bool has_book = false;

  Packet() {
    tick.present = kAll;
    tick.ltp = 100;
    tick.volume = 1000;
    tick.last_trade_time_ns = tick.exchange_time_ns = 5;
  }
  LastValues values() const {
    const bgw_book book{0, 1, 1, 0, 0, 0, 0, &bid, &ask};
    return LastValues({&tick, nullptr, has_book ? &book : nullptr, nullptr, 0, 0});
  }
};

TEST(LastValues, TheSamePacketIsNeitherNewerNorAnother) {
  const Packet before;
  EXPECT_FALSE(before.values().is_newer_than(before.values()));
  EXPECT_FALSE(before.values().differs_from(before.values()));
}

TEST(LastValues, AnotherPriceALargerVolumeAndALaterTradeAreNewer) {
  const Packet before;
  Packet price, volume, trade;
  price.tick.ltp = 99;
  volume.tick.volume = 1001;
  trade.tick.last_trade_time_ns = 6;
  for (const Packet& now : {price, volume, trade}) EXPECT_TRUE(now.values().is_newer_than(before.values()));
  volume.tick.volume = 999;
  EXPECT_FALSE(volume.values().is_newer_than(before.values()));
}

TEST(LastValues, ALaterStampAloneIsAnotherPacketAndProvesNoTrade) {
  const Packet before;
  Packet now;
  now.tick.exchange_time_ns = 7;
  EXPECT_FALSE(now.values().is_newer_than(before.values()));
  EXPECT_TRUE(now.values().differs_from(before.values()));
}

TEST(LastValues, OnlyWhatBothHaveIsCompared) {
  Packet before;
  before.tick.present = BGW_HAS_LTP;
  Packet now;
  now.tick.volume = 5000;
  now.has_book = true;
  EXPECT_FALSE(now.values().differs_from(before.values()));
}

TEST(LastValues, AnotherBookIsNewer) {
  Packet before, now;
  before.has_book = now.has_book = true;
  EXPECT_FALSE(now.values().is_newer_than(before.values()));
  now.ask.quantity = 11;
  EXPECT_TRUE(now.values().is_newer_than(before.values()));
}

}  // namespace
}  // namespace gw::liveness
