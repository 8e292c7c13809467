#include "core/bus/record_check.hpp"

#include <cstring>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "core/bus/channel.hpp"
#include "core/bus/records.hpp"

namespace gw::bus {
namespace {

using Bytes = std::vector<std::byte>;

Bytes written(const std::function<void(UpdateWriter& writer)>& write) {
  Doorbell bell;
  Channel channel(1 << 16, 1 << 12, bell);
  write(channel.writer());
  const auto record = channel.updates().front();
  return {record.begin(), record.end()};
}

Bytes update() {
  return written([](UpdateWriter& writer) {
    bgw_tick tick{};
    tick.modes = BGW_MODE_DEPTH;
    const bgw_level levels[3] = {{5, 1, 0, 0}, {4, 1, 0, 0}, {3, 1, 0, 0}};
    const bgw_value values[2] = {};
    bgw_book book{};
    book.bids = book.asks = levels;
    book.bid_count = 2;
    book.ask_count = 3;
    bgw_update u{};
    u.tick = &tick;
    u.book = &book;
    u.values = values;
    u.value_count = 2;
    writer.update(u, {});
  });
}

void expect_only_whole_ones_are_sound(const Bytes& record) {
  ASSERT_TRUE(is_sound(record));
  for (std::size_t size = 0; size < record.size(); ++size)
    EXPECT_FALSE(is_sound(std::span(record).first(size))) << size;
  Bytes longer = record;
  longer.push_back({});
  EXPECT_FALSE(is_sound(longer));
}

template <class Record, class Member, class Value>
bool is_sound_with(Bytes bytes, Member Record::*member, Value value) {
  Record record;
  std::memcpy(static_cast<void*>(&record), bytes.data(), sizeof record);
  record.*member = static_cast<Member>(value);
  std::memcpy(bytes.data(), &record, sizeof record);
  return is_sound(bytes);
}

TEST(RecordCheck, WhatAWriterWritesIsSoundAsAWhole) {
  expect_only_whole_ones_are_sound(update());
  expect_only_whole_ones_are_sound(written([](UpdateWriter& w) { w.link(LinkState::failed, "why", true); }));
  expect_only_whole_ones_are_sound(
      written([](UpdateWriter& w) { w.feed("NSE", FeedState::stale, FeedEvidence::proved, 1, "why"); }));
  expect_only_whole_ones_are_sound(written([](UpdateWriter& w) { w.released(7); }));
  expect_only_whole_ones_are_sound(written([](UpdateWriter& w) { w.suspect(7, 4, "why"); }));
}

TEST(RecordCheck, CountsAndUnitsThatNoWriterWritesAreNot) {
  EXPECT_FALSE(is_sound_with(update(), &UpdateRecord::bid_count, 3));
  EXPECT_FALSE(is_sound_with(update(), &UpdateRecord::bid_count, ~0U));
  EXPECT_FALSE(is_sound_with(update(), &UpdateRecord::ask_count, 2));
  EXPECT_FALSE(is_sound_with(update(), &UpdateRecord::value_count, 255));
  EXPECT_FALSE(is_sound_with(update(), &UpdateRecord::has_rare, 1));
  EXPECT_FALSE(is_sound_with(update(), &UpdateRecord::exponents, Exponents{-19, 0}));
  EXPECT_FALSE(is_sound_with(update(), &UpdateRecord::exponents, Exponents{-9, 1}));
  EXPECT_FALSE(is_sound_with(update(), &UpdateRecord::kind, 99));
}

TEST(RecordCheck, TextsEndAndStatesAreKnown) {
  Bytes link = written([](UpdateWriter& w) { w.link(LinkState::connected, "", false); });
  EXPECT_FALSE(is_sound_with(link, &LinkRecord::state, 99));
  link.back() = std::byte{'x'};
  EXPECT_FALSE(is_sound(link));
  Bytes feed = written([](UpdateWriter& w) { w.feed("NSE", FeedState::live, FeedEvidence::none, 1, ""); });
  EXPECT_FALSE(is_sound_with(feed, &FeedRecord::state, 99));
  EXPECT_FALSE(is_sound_with(feed, &FeedRecord::evidence, 99));
  std::memset(feed.data() + offsetof(FeedRecord, exchange), 'x', sizeof(FeedRecord::exchange));
  EXPECT_FALSE(is_sound(feed));
  Bytes refusal = written([](UpdateWriter& w) { w.refused({}, -1, ""); });
  refusal.back() = std::byte{'x'};
  EXPECT_FALSE(is_sound(refusal));
}

}  // namespace
}  // namespace gw::bus
