// One update of RELIANCE.NSE and what JsonEncoder makes of it.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "core/protocol/json_encoder.hpp"

namespace gw::protocol {

class UpdateTest : public testing::Test {
 protected:
  void SetUp() override {
    tick_.present = BGW_HAS_LTP;
    update_.tick = &tick_;
    update_.quote = &tick_;
    update_.ltp = 1'424'050'000'000;
    update_.exchange_time_ns = 1'748'428'245'123'000'000;
    update_.received_ns = 1'748'428'245'200'001'500;
    update_.published_ns = 1'748'428'245'200'032'000;
    update_.seq = 17;
  }

  void give_quote() {
    tick_.present |= BGW_HAS_OPEN | BGW_HAS_HIGH | BGW_HAS_LOW | BGW_HAS_CLOSE | BGW_HAS_VOLUME |
                     BGW_HAS_LAST_QUANTITY | BGW_HAS_AVERAGE_PRICE;
    tick_.open = 1'415'000'000'000;
    tick_.high = 1'432'500'000'000;
    tick_.low = 1'408'150'000'000;
    tick_.close = 1'411'000'000'000;
    tick_.volume = 0;
    tick_.last_quantity = 50;
    tick_.average_price = 1'419'470'000'000;
  }
  void give_extras() {
    tick_.present |= BGW_HAS_OI | BGW_HAS_LAST_TRADE_TIME | BGW_HAS_TOTAL_BUY | BGW_HAS_TOTAL_SELL |
                     BGW_HAS_OI_DAY_HIGH | BGW_HAS_OI_DAY_LOW | BGW_HAS_UPPER_CIRCUIT | BGW_HAS_LOWER_CIRCUIT;
    tick_.oi = 9000;
    tick_.last_trade_time_ns = 1'748'428'244'000'000'000;
    tick_.total_buy_quantity = 111;
    tick_.total_sell_quantity = 222;
    rare_ = {9500, 8000, 1'560'000'000'000, 1'280'500'000'000, 0, 0, 0, 0, 0};
    update_.rare = update_.quote_rare = &rare_;
  }
  void give_book() {
    update_.bids = bids_;
    update_.asks = asks_;
  }

  routing::TopicInfo info(routing::Stream stream, int actual_depth, std::string message) const {
    routing::TopicInfo made{symbol_, "NSE", stream, actual_depth, std::move(message), {}};
    encoder_.prepare(made);
    return made;
  }
  std::string encoded(routing::Stream stream, int actual_depth = 0, std::string message = "",
                      routing::Variant variant = routing::Variant::plain) {
    encoder_.encode(info(stream, actual_depth, std::move(message)), update_, variant, buffer_);
    return std::string(buffer_.payload());
  }

  JsonEncoder encoder_;
  routing::FrameBuffer buffer_;
  std::string symbol_ = "RELIANCE";
  bgw_tick tick_{};
  bgw_tick_rare rare_{};
  bgw_level bids_[2] = {{1'424'000'000'000, 50, 3, 0}, {1'423'950'000'000, 120, 0, 0}};
  bgw_level asks_[1] = {{1'424'100'000'000, 47, 2, 0}};
  routing::TopicUpdate update_ = with_orders();
  static routing::TopicUpdate with_orders() {
    routing::TopicUpdate update{};
    update.has_orders = true;
    update.has_ltp = true;
    return update;
  }
};

}  // namespace gw::protocol
