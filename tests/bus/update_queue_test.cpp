#include "core/bus/update_queue.hpp"

#include <array>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "core/bus/channel.hpp"

namespace gw::bus {
namespace {

bgw_tick tick_of(std::uint32_t instrument, std::int64_t ltp, std::uint32_t modes = BGW_MODE_LTP) {
  bgw_tick tick{};
  tick.instrument = instrument;
  tick.modes = modes;
  tick.present = BGW_HAS_LTP;
  tick.ltp = ltp;
  return tick;
}

RecordKind kind_of(std::span<const std::byte> record) { return *reinterpret_cast<const RecordKind*>(record.data()); }

TEST(UpdateQueue, AnUpdateWithBookAndRareFieldsArrivesWhole) {
  Doorbell bell;
  Channel channel(1 << 16, 1 << 12, bell);
  const bgw_tick tick = tick_of(7, 42, BGW_MODE_LTP | BGW_MODE_DEPTH);
  const bgw_tick_rare rare{1, 2, 3, 4, 5, 6, 0, 0, 0};
  const bgw_level bids[] = {{10, 100, 1, 0}, {9, 200, 2, 0}};
  const bgw_level asks[] = {{11, 50, 3, 0}};
  const bgw_book book{0, 2, 1, BGW_HAS_EXCHANGE_TIME, 99, 0, 0, bids, asks};
  channel.writer().update({&tick, &rare, &book, nullptr, 0, 0}, {.received_ns = 1234});

  const UpdateView view = view_update(channel.updates().front());
  EXPECT_EQ(view.tick->ltp, 42);
  ASSERT_NE(view.rare, nullptr);
  EXPECT_EQ(view.rare->low_52_weeks, 6);
  ASSERT_EQ(view.bids.size(), 2U);
  ASSERT_EQ(view.asks.size(), 1U);
  EXPECT_EQ(view.bids[1].quantity, 200);
  EXPECT_EQ(view.asks[0].orders, 3U);
  EXPECT_EQ(view.header->received_ns, 1234);
  EXPECT_EQ(view.header->book_time_ns, 99);
}

TEST(UpdateQueue, WhatOverflowedOfAnInstrumentKeepsItsOrder) {
  Doorbell bell;
  Channel channel(4096, 1 << 12, bell);
  constexpr std::uint32_t kLtp = BGW_MODE_LTP;
  constexpr std::uint32_t kQuote = BGW_MODE_LTP | BGW_MODE_QUOTE;
  std::int64_t price = 0;
  const auto send = [&](std::uint32_t instrument, std::uint32_t modes) {
    const bgw_tick tick = tick_of(instrument, ++price, modes);
    channel.writer().update({&tick, nullptr, nullptr, nullptr, 0, 0}, {});
  };
  for (int i = 0; i < 100; ++i) send(9, kLtp);  // the ring is full
  for (const std::uint32_t instrument : {1U, 2U}) {
    send(instrument, kLtp);
    send(instrument, kQuote);
    send(instrument, BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH);
    send(instrument, kQuote);
    send(instrument, kLtp);
    send(instrument, kQuote);
  }
  std::map<std::uint32_t, std::vector<std::int64_t>> prices;
  do {
    for (auto record = channel.updates().front(); !record.empty(); record = channel.updates().front()) {
      const UpdateView view = view_update(record);
      prices[view.tick->instrument].push_back(view.tick->ltp);
      channel.updates().release();
    }
  } while (!channel.writer().flush_overflow() || !channel.updates().empty());
  const std::vector<std::int64_t> first = {103, 105, 106};
  const std::vector<std::int64_t> second = {109, 111, 112};
  EXPECT_EQ(prices[1], first);
  EXPECT_EQ(prices[2], second);
}

TEST(UpdateQueue, ALoneOneThatOverflowedIsFetchedOnceThereIsRoom) {
  Doorbell bell;
  Channel channel(4096, 1 << 12, bell);
  std::array<std::span<const std::byte>, 64> records;
  const auto waiting = [&] { return channel.updates().peek(records); };
  std::uint32_t sent = 0;
  do {
    const bgw_tick tick = tick_of(sent++, 1);
    channel.writer().update({&tick, nullptr, nullptr, nullptr, 0, 0}, {});
  } while (waiting() == sent);
  while (!channel.updates().front().empty()) channel.updates().release();
  EXPECT_TRUE(channel.updates().take_request_for_room());
  EXPECT_TRUE(channel.writer().flush_overflow());
  EXPECT_EQ(waiting(), 1U);
  EXPECT_EQ(view_update(channel.updates().front()).tick->instrument, sent - 1);
  EXPECT_EQ(channel.writer().conflated(), 0U);
}

TEST(UpdateQueue, WhatStillWaitsIsReplacedInItsPlaceWhenMuchWasSent) {
  constexpr std::uint32_t kInstruments = 3000;
  Doorbell bell;
  Channel channel(1 << 16, 1 << 12, bell);
  std::vector<std::int64_t> last(kInstruments);
  std::uint32_t taken = 0;
  const auto take = [&] {
    for (auto record = channel.updates().front(); !record.empty(); record = channel.updates().front(), ++taken) {
      last[view_update(record).tick->instrument] = view_update(record).tick->ltp;
      channel.updates().release();
    }
  };
  const auto send = [&](std::uint32_t from, std::int64_t price) {
    for (std::uint32_t i = from; i < kInstruments; ++i) {
      const bgw_tick tick = tick_of(i, price);
      channel.writer().update({&tick, nullptr, nullptr, nullptr, 0, 0}, {});
    }
  };
  send(0, 1);
  while (taken < kInstruments * 2 / 3) {
    take();
    ASSERT_FALSE(channel.writer().flush_overflow());
  }
  send(kInstruments - 10, 2);
  while (!channel.writer().flush_overflow() || !channel.updates().empty()) take();
  EXPECT_EQ(taken, kInstruments);
  for (std::uint32_t i = 0; i < kInstruments; ++i) EXPECT_EQ(last[i], i < kInstruments - 10 ? 1 : 2) << i;
}

TEST(UpdateQueue, AFullRingKeepsTheLastOfEachInstrumentAndEveryEvent) {
  Doorbell bell;
  Channel channel(4096, 1 << 12, bell);
  constexpr int kRounds = 500;
  for (int round = 0; round < kRounds; ++round)
    for (std::uint32_t instrument = 0; instrument < 3; ++instrument) {
      const bgw_tick tick = tick_of(instrument, round);
      channel.writer().update({&tick, nullptr, nullptr, nullptr, 0, 0}, {});
    }
  channel.writer().link(LinkState::reconnecting, "gone");
  channel.writer().released(2);

  std::map<std::uint32_t, std::int64_t> last;
  std::uint64_t seen = 0;
  bool told_link = false;
  bool told_released = false;
  do {
    for (auto record = channel.updates().front(); !record.empty(); record = channel.updates().front()) {
      if (kind_of(record) == RecordKind::update) {
        const UpdateView view = view_update(record);
        EXPECT_FALSE(told_released && view.tick->instrument == 2) << "an update after its handle was released";
        EXPECT_GE(view.tick->ltp, last[view.tick->instrument]);
        last[view.tick->instrument] = view.tick->ltp;
        ++seen;
      } else if (kind_of(record) == RecordKind::link) {
        told_link = true;
      } else {
        told_released = true;
      }
      channel.updates().release();
    }
    EXPECT_TRUE(channel.updates().take_request_for_room() || channel.writer().flush_overflow());
  } while (!channel.writer().flush_overflow() || !channel.updates().empty());
  for (std::uint32_t instrument = 0; instrument < 3; ++instrument) EXPECT_EQ(last[instrument], kRounds - 1);
  EXPECT_TRUE(told_link);
  EXPECT_TRUE(told_released);
  EXPECT_EQ(seen + channel.writer().conflated(), 3U * kRounds);
  EXPECT_GT(channel.writer().conflated(), 0U);
}

TEST(Demand, TextsSurviveTheRing) {
  Doorbell bell;
  Channel channel(1 << 12, 1 << 12, bell);
  ASSERT_TRUE(put_demand(channel.demand(), {3, BGW_MODE_DEPTH, 20, "NIFTY", "NSE_INDEX", "NIFTY 50", "NSE", "256265"}));
  const Demand d = view_demand(channel.demand().front());
  EXPECT_EQ(d.instrument, 3U);
  EXPECT_EQ(d.depth_level, 20U);
  EXPECT_EQ(d.exchange, "NSE_INDEX");
  EXPECT_EQ(d.token, "256265");
}

TEST(Demand, AFullRingSaysSoAndIsAskedForRoom) {
  Doorbell bell;
  Channel channel(1 << 12, 256, bell);
  while (put_demand(channel.demand(), {1, 1, 0, "S", "E", "S", "E", "1"})) {
  }
  EXPECT_TRUE(channel.demand().take_request_for_room());
  channel.demand().front();
  channel.demand().release();
  EXPECT_TRUE(put_demand(channel.demand(), {1, 1, 0, "S", "E", "S", "E", "1"}));
}

}  // namespace
}  // namespace gw::bus
