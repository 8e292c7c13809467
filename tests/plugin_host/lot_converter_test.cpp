#include "core/plugin_host/lot_converter.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace gw::plugin_host {
namespace {

class Lots : public testing::Test {
 protected:
  Lots() {
    tick_.instrument = 1;
    tick_.modes = BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH;
    tick_.present = BGW_HAS_LTP | BGW_HAS_VOLUME | BGW_HAS_OI | BGW_HAS_LAST_QUANTITY | BGW_HAS_TOTAL_BUY |
                    BGW_HAS_TOTAL_SELL | BGW_HAS_OI_DAY_HIGH | BGW_HAS_OI_DAY_LOW;
    tick_.ltp = 7;
    tick_.volume = 10;
    tick_.oi = 20;
    tick_.last_quantity = 1;
    tick_.total_buy_quantity = 3;
    tick_.total_sell_quantity = 4;
    rare_.oi_day_high = 30;
    rare_.oi_day_low = 15;
    book_.bid_count = book_.ask_count = 1;
    book_.bids = &bid_;
    book_.asks = &ask_;
  }
  const bgw_update& convert(std::uint32_t lots, std::uint32_t lot_size) {
    lots_.set(1, lots, lot_size);
    const LotConverter::Result result = lots_.convert(update_);
    too_large_levels_ = result.levels;
    too_large_quantities_ = result.quantities;
    return result.update;
  }

  LotConverter lots_;
  std::uint32_t too_large_levels_ = 0;
  std::uint32_t too_large_quantities_ = 0;
  bgw_tick tick_{};
  bgw_tick_rare rare_{};
  bgw_level bid_{100, 5, 1, 0};
  bgw_level ask_{101, 6, 1, 0};
  bgw_book book_{};
  bgw_update update_{&tick_, &rare_, &book_, nullptr, 0, 0};
};

TEST_F(Lots, BecomeUnitsOnlyWhereTheyAreDeclared) {
  lots_.set(0, 0, 75);
  lots_.set(1, 0, 75);
  EXPECT_FALSE(lots_.has(0));
  EXPECT_FALSE(lots_.has(1));
  const bgw_update& volume = convert(BGW_VOLUME_IN_LOTS, 75);
  EXPECT_TRUE(lots_.has(1));
  EXPECT_EQ(volume.tick->volume, 750);
  EXPECT_EQ(volume.tick->oi, 20);
  EXPECT_EQ(volume.book->bids[0].quantity, 5);
  const bgw_update& interest = convert(BGW_OI_IN_LOTS, 75);
  EXPECT_EQ(interest.tick->volume, 10);
  EXPECT_EQ(interest.tick->oi, 1500);
  EXPECT_EQ(interest.rare->oi_day_high, 2250);
  EXPECT_EQ(interest.rare->oi_day_low, 1125);
  const bgw_update& quantities = convert(BGW_QUANTITIES_IN_LOTS, 75);
  EXPECT_EQ(quantities.tick->oi, 20);
  EXPECT_EQ(quantities.tick->last_quantity, 75);
  EXPECT_EQ(quantities.tick->total_buy_quantity, 225);
  EXPECT_EQ(quantities.tick->total_sell_quantity, 300);
  EXPECT_EQ(quantities.book->bids[0].quantity, 375);
  EXPECT_EQ(quantities.book->asks[0].quantity, 450);
  EXPECT_EQ(quantities.book->asks[0].price, 101);
  EXPECT_EQ(bid_.quantity, 5) << "the plugin's memory is its own";
}

TEST_F(Lots, OfUnknownSizeAreLeftOut) {
  const bgw_update& out = convert(BGW_VOLUME_IN_LOTS | BGW_OI_IN_LOTS | BGW_QUANTITIES_IN_LOTS, 0);
  EXPECT_EQ(out.tick->present, std::uint64_t{BGW_HAS_LTP});
  EXPECT_EQ(out.tick->modes, std::uint32_t{BGW_MODE_LTP | BGW_MODE_QUOTE});
  EXPECT_EQ(out.book, nullptr);
  EXPECT_EQ(too_large_levels_ + too_large_quantities_, 0U) << "the broker's data is no fault";
}

TEST_F(Lots, ThatDoNotFitAreLeftOut) {
  tick_.volume = std::numeric_limits<std::int64_t>::max() / 2;
  bid_.quantity = std::numeric_limits<std::int64_t>::max();
  const bgw_update& out = convert(BGW_VOLUME_IN_LOTS | BGW_QUANTITIES_IN_LOTS, 75);
  EXPECT_EQ(out.tick->present & BGW_HAS_VOLUME, 0U);
  EXPECT_EQ(out.book, nullptr);
  EXPECT_EQ(out.tick->last_quantity, 75);
  EXPECT_EQ(too_large_levels_, 1U);
  EXPECT_EQ(too_large_quantities_, 1U);
}

}  // namespace
}  // namespace gw::plugin_host
