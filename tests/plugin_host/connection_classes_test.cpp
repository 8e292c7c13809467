// Limits and units that belong to one account or instrument: who sets them, and what follows from them.
#include <limits>

#include <gmock/gmock.h>

#include "adapter_fixture.hpp"
#include "tests/support/seconds.hpp"

namespace gw::plugin_host {
namespace {

using support::kSecond;
using testing::ElementsAre;
using testing::HasSubstr;

// ---- limits of the account

class AccountLimits : public AdapterTest {
 protected:
  bgw_status set(const bgw_limits& limits) {
    error_ = {};
    return host().set_limits(host().context, &limits, &error_);
  }
  bgw_limits limits_{sizeof(bgw_limits), 7, 2, 0, 0, 0, 0, 0, 0, nullptr, nullptr};
  bgw_error error_{};
};

TEST_F(AccountLimits, SetInInitializeStandInPlaceOfTheDescriptors) {
  plugin_->limits.instruments_per_connection = 3000;
  plugin_->initialize = [this](bgw_error&) {
    bgw_connection_class books{"books", 1, 50, BGW_MODE_DEPTH, 1, {20}, {}};
    limits_.class_count = 1;
    limits_.classes = &books;  // may go after the call
    return set(limits_);
  };
  make();
  ASSERT_TRUE(link_->prepare());
  EXPECT_EQ(link_->limits().instruments_per_connection, 7U);
  ASSERT_EQ(link_->limits().classes.size(), 1U);
  EXPECT_EQ(link_->limits().classes[0].name, "books");
}

TEST_F(AccountLimits, AreFixedAfterInitialize) {
  start_connected();
  EXPECT_EQ(set(limits_), BGW_E_STATE);
  EXPECT_STREQ(error_.message, "expected inside initialize");
  EXPECT_EQ(link_->limits().instruments_per_connection, 0U);
}

TEST_F(AccountLimits, WhatIsWrongIsRefusedAndTheDescriptorsStay) {
  plugin_->limits.instruments_per_connection = 3000;
  plugin_->initialize = [this](bgw_error&) {
    limits_.class_count = 9;
    EXPECT_EQ(set(limits_), BGW_E_INVALID);
    EXPECT_STREQ(error_.message, "class_count: found 9, expected at most 8");
    limits_.class_count = 0;
    limits_.size = 8;
    EXPECT_EQ(set(limits_), BGW_E_INVALID);
    EXPECT_EQ(host().set_limits(host().context, nullptr, nullptr), BGW_E_INVALID);
    return BGW_OK;
  };
  make();
  ASSERT_TRUE(link_->prepare());
  EXPECT_EQ(link_->limits().instruments_per_connection, 3000U);
}

// ---- units of an instrument

class OtherUnits : public AdapterTest {
 protected:
  OtherUnits() {
    plugin_->capabilities[0].flags |= BGW_VOLUME_IN_LOTS;
    plugin_->subscribe_list = [this](const bgw_subscription& s) {
      units_.push_back({static_cast<std::int8_t>(s.price_exponent), static_cast<std::int8_t>(s.quantity_exponent)});
      sizes_.emplace_back(s.tick_size, s.lot_size);
    };
  }
  void demand(bool is_description, Exponents exponents, std::int64_t lot_size) {
    const bus::Demand demand{1,
                             BGW_MODE_QUOTE,
                             0,
                             "SYMBOL",
                             "NSE",
                             "BROKER-SYMBOL",
                             "NSE_EQ",
                             "T1",
                             0,
                             InstrumentKind::other,
                             is_description,
                             exponents,
                             5,
                             lot_size};
    ASSERT_TRUE(bus::put_demand(link_->channel().demand(), demand));
    link_->channel().adapter_bell().ring();
    settle();
  }
  void publish_volume(std::int64_t lots) {
    bgw_tick tick{};
    tick.instrument = 1;
    tick.modes = BGW_MODE_QUOTE;
    tick.present = BGW_HAS_VOLUME;
    tick.volume = lots;
    publish(&tick);
  }

  std::vector<Exponents> units_;  // of each subscription
  std::vector<std::pair<std::int64_t, std::int64_t>> sizes_;
};

TEST_F(OtherUnits, AreAskedForAnewAndCountOnlyFromThereOn) {
  plugin_->limits.batch_interval_ns = kSecond;
  start_connected();
  demand(false, {-4, 0}, 75);
  EXPECT_THAT(units_, ElementsAre(Exponents{-4, 0}));
  EXPECT_THAT(sizes_, ElementsAre(std::pair(5, 75)));
  publish_volume(2);
  demand(true, {-4, -3}, 75'000);
  EXPECT_EQ(units_.size(), 1U) << "the broker's pace is kept";
  publish_volume(3);  // the plugin counts in the units that it was told
  later_ns_ += 2 * kSecond;
  demand(true, {-4, -3}, 75'000);
  EXPECT_THAT(units_, ElementsAre(Exponents{-4, 0}, Exponents{-4, -3}));
  publish_volume(4);
  ASSERT_EQ(seen().ticks.size(), 3U);
  EXPECT_THAT(seen().exponents, ElementsAre(Exponents{-4, 0}, Exponents{-4, 0}, Exponents{-4, -3}));
  EXPECT_EQ(seen().ticks[0].volume, 150);
  EXPECT_EQ(seen().ticks[1].volume, 225) << "lots of 75, not of 75000";
  EXPECT_EQ(seen().ticks[2].volume, 300'000);
}

TEST_F(OtherUnits, LotsThatAreTooLargeInUnitsAreLeftOutAndCounted) {
  plugin_->capabilities[0].flags |= BGW_QUANTITIES_IN_LOTS;
  start_connected();
  demand(false, {-4, 0}, 75);
  const bgw_level bids[] = {{100, std::numeric_limits<std::int64_t>::max(), 0, 0}, {99, 1, 0, 0}};
  bgw_book book{};
  book.bids = bids;
  book.bid_count = 2;
  bgw_tick tick{};
  tick.instrument = 1;
  tick.modes = BGW_MODE_QUOTE | BGW_MODE_DEPTH;
  tick.present = BGW_HAS_VOLUME;
  tick.volume = std::numeric_limits<std::int64_t>::max();
  publish(&tick, &book);
  EXPECT_EQ(link_->report().dropped[BGW_DROP_LEVEL], 1U);
  EXPECT_EQ(link_->report().quantities_invalid, 1U);
}

TEST_F(OtherUnits, ADescriptionInTheSameUnitsAsksNothing) {
  start_connected();
  demand(false, {-4, 0}, 75);
  demand(true, {-4, 0}, 50);
  EXPECT_EQ(units_.size(), 1U);
  publish_volume(2);
  EXPECT_EQ(seen().ticks.at(0).volume, 100);
}

// ---- life of a class

class LifeOfClasses : public AdapterTest {
 protected:
  void SetUp() override {
    options_.stall_limit_ns = 32'000'000;
    options_.lag_limit_ns = 10 * kSecond;
    options_.monotonic = [this] { return now_; };
    options_.wall = [this] { return 1'764'000'000 * kSecond + now_; };
    options_.market_open = [this](std::string_view, InstrumentKind, std::int64_t) { return ++looks_, true; };
    plugin_->capabilities[0].flags |= BGW_SNAPSHOT_ON_SUBSCRIBE;
    plugin_->limits.classes = classes_;
  }
  void start_with_books() {
    start_connected();
    for (std::uint32_t i = 1; i <= 3; ++i) want(i, BGW_MODE_DEPTH, 5);
    settle();
    publish_all(true);
    forget();
  }
  void publish_all(bool with_books) {
    ++price_;
    for (std::uint32_t i = 1; i <= 3; ++i) {
      bgw_tick tick{};
      tick.instrument = i;
      tick.present = BGW_HAS_LTP | BGW_HAS_EXCHANGE_TIME;
      tick.ltp = price_;
      tick.exchange_time_ns = options_.wall();
      tick.modes = BGW_MODE_LTP | BGW_MODE_QUOTE;
      publish(&tick);
      if (!with_books) continue;
      const bgw_level bid{price_, 1, 1, 0};
      const bgw_book book{0, 1, 0, 0, 0, 0, 0, &bid, nullptr};
      tick.modes = BGW_MODE_DEPTH;
      tick.present = BGW_HAS_EXCHANGE_TIME;
      publish(&tick, &book);
    }
  }
  void run_for(std::int64_t ns, bool with_books) {
    for (const std::int64_t end = now_ + ns; now_ < end; now_ += 10'000'000) {
      publish_all(with_books);
      if (now_ % 100'000'000 == 0) run_until([this, before = looks_] { return looks_ != before; });
    }
  }

  const bgw_connection_class classes_[2] = {{"feed", 0, 0, BGW_MODE_LTP | BGW_MODE_QUOTE, 0, {}, {}},
                                            {"books", 0, 0, BGW_MODE_DEPTH, 0, {}, {}}};
  std::int64_t now_ = kSecond;
  std::int64_t price_ = 100;
  std::uint64_t looks_ = 0;
};

TEST_F(LifeOfClasses, AMuteClassIsFoundAndToldWhileAnotherTicks) {
  plugin_->limits.class_count = 2;
  start_with_books();
  run_for(kSecond, true);
  EXPECT_THAT(seen().feed, testing::Each(std::string("NSE live")));
  run_for(60 * kSecond, false);
  EXPECT_THAT(seen().feed, testing::Contains(HasSubstr("NSE stale: ")));
}

TEST_F(LifeOfClasses, WithoutClassesWhatTicksSpeaksForAll) {
  start_with_books();
  run_for(kSecond, true);
  run_for(60 * kSecond, false);
  EXPECT_THAT(seen().feed, testing::Each(std::string("NSE live")));
}

}  // namespace
}  // namespace gw::plugin_host
