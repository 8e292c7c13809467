#include "core/protocol/json_encoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/update_fixture.hpp"

namespace gw::protocol {
namespace {

using routing::Variant;

class MarketData : public UpdateTest {};

TEST_F(MarketData, Mode1IsLtpAndTimestamp) {
  EXPECT_EQ(encoded({BGW_MODE_LTP, 0}),
            R"({"type":"market_data","mode":1,"topic":"RELIANCE.NSE","data":{"symbol":"RELIANCE",)"
            R"("exchange":"NSE","ltp":1424.05,"timestamp":1748428245.123}})");
}

TEST_F(MarketData, Mode2AddsTheQuote) {
  give_quote();
  EXPECT_EQ(encoded({BGW_MODE_QUOTE, 0}),
            R"({"type":"market_data","mode":2,"topic":"RELIANCE.NSE","data":{"symbol":"RELIANCE",)"
            R"("exchange":"NSE","ltp":1424.05,"timestamp":1748428245.123,"open":1415.0,)"
            R"("high":1432.5,"low":1408.15,"close":1411.0,"volume":0,"last_trade_quantity":50,)"
            R"("avg_trade_price":1419.47}})");
}

TEST_F(MarketData, Mode2LeavesOutWhatThePacketDoesNotCarry) {
  give_quote();
  tick_.present &= ~std::uint64_t{BGW_HAS_VOLUME | BGW_HAS_OPEN};
  EXPECT_EQ(encoded({BGW_MODE_QUOTE, 0}),
            R"({"type":"market_data","mode":2,"topic":"RELIANCE.NSE","data":{"symbol":"RELIANCE",)"
            R"("exchange":"NSE","ltp":1424.05,"timestamp":1748428245.123,"high":1432.5,)"
            R"("low":1408.15,"close":1411.0,"last_trade_quantity":50,"avg_trade_price":1419.47}})");
}

TEST_F(MarketData, Mode4IsTheBookWithoutTheQuote) {
  give_quote();
  give_book();
  EXPECT_EQ(encoded({BGW_MODE_DEPTH, 20}, 20),
            R"({"type":"market_data","mode":4,"topic":"RELIANCE.NSE","depth_level":20,)"
            R"("data":{"symbol":"RELIANCE","exchange":"NSE","ltp":1424.05,)"
            R"("timestamp":1748428245.123,"depth":{"buy":[)"
            R"({"price":1424.0,"quantity":50,"orders":3},)"
            R"({"price":1423.95,"quantity":120,"orders":0}],)"
            R"("sell":[{"price":1424.1,"quantity":47,"orders":2}]},"broker_supported":true}})");
}

TEST_F(MarketData, AFallbackSaysSoInEnvelopeAndData) {
  give_book();
  const std::string why = "Angel broker only supports up to 20 depth levels for NSE";
  EXPECT_EQ(encoded({BGW_MODE_DEPTH, 50}, 20, why),
            R"({"type":"market_data","mode":4,"topic":"RELIANCE.NSE","depth_level":50,)"
            R"("actual_depth_level":20,"data":{"symbol":"RELIANCE","exchange":"NSE",)"
            R"("ltp":1424.05,"timestamp":1748428245.123,"depth":{"buy":[)"
            R"({"price":1424.0,"quantity":50,"orders":3},)"
            R"({"price":1423.95,"quantity":120,"orders":0}],)"
            R"("sell":[{"price":1424.1,"quantity":47,"orders":2}]},"broker_supported":false,)"
            R"("broker_message":"Angel broker only supports up to 20 depth levels for NSE"}})");
}

TEST_F(MarketData, WithoutABookBothSidesAreEmpty) {
  EXPECT_EQ(encoded({BGW_MODE_DEPTH, 5}, 5),
            R"({"type":"market_data","mode":4,"topic":"RELIANCE.NSE","depth_level":5,)"
            R"("data":{"symbol":"RELIANCE","exchange":"NSE","ltp":1424.05,)"
            R"("timestamp":1748428245.123,"depth":{"buy":[],"sell":[]},"broker_supported":true}})");
}

TEST_F(MarketData, WithoutAnExchangeTimeTheReceiveTimeStandsIn) {
  update_.exchange_time_ns = 0;
  EXPECT_EQ(encoded({BGW_MODE_LTP, 0}),
            R"({"type":"market_data","mode":1,"topic":"RELIANCE.NSE","data":{"symbol":"RELIANCE",)"
            R"("exchange":"NSE","ltp":1424.05,"timestamp":1748428245.200001}})");
}

TEST_F(MarketData, ExtrasAddSequenceAndTimes) {
  EXPECT_EQ(encoded({BGW_MODE_LTP, 0}, 0, "", Variant::extras),
            R"({"type":"market_data","mode":1,"topic":"RELIANCE.NSE","data":{"symbol":"RELIANCE",)"
            R"("exchange":"NSE","ltp":1424.05,"timestamp":1748428245.123},"seq":17,)"
            R"("received_at":1748428245.200001,"published_at":1748428245.200032})");
}

TEST_F(MarketData, ExtrasSayThatPricesAreInvented) {
  routing::TopicInfo invented = info({BGW_MODE_LTP, 0}, 0, "");
  invented.simulated = true;
  encoder_.prepare(invented);
  for (const auto& [variant, said] : {std::pair{Variant::plain, false}, std::pair{Variant::extras, true}}) {
    encoder_.encode(invented, update_, variant, buffer_);
    EXPECT_EQ(buffer_.payload().find(R"("simulated":true)") != std::string_view::npos, said);
  }
}

TEST_F(MarketData, ExtrasSayWhoseTheTimestampIsAndThatAFrameIsASnapshot) {
  update_.exchange_time_ns = 0;
  update_.snapshot = true;
  update_.age_ms = 1500;
  EXPECT_EQ(encoded({BGW_MODE_LTP, 0}, 0, "", Variant::extras),
            R"({"type":"market_data","mode":1,"topic":"RELIANCE.NSE","data":{"symbol":"RELIANCE",)"
            R"("exchange":"NSE","ltp":1424.05,"timestamp":1748428245.200001,)"
            R"("timestamp_from":"gateway"},"seq":17,"received_at":1748428245.200001,)"
            R"("published_at":1748428245.200032,"snapshot":true,"age_ms":1500})");
}

TEST_F(MarketData, ExtrasCarryEverythingTheBrokerSentInMode2) {
  give_quote();
  give_extras();
  EXPECT_EQ(encoded({BGW_MODE_QUOTE, 0}, 0, "", Variant::extras),
            R"({"type":"market_data","mode":2,"topic":"RELIANCE.NSE","data":{"symbol":"RELIANCE",)"
            R"("exchange":"NSE","ltp":1424.05,"timestamp":1748428245.123,"open":1415.0,)"
            R"("high":1432.5,"low":1408.15,"close":1411.0,"volume":0,"last_trade_quantity":50,)"
            R"("avg_trade_price":1419.47,"oi":9000,"last_trade_time":1748428244.0,)"
            R"("total_buy_quantity":111,"total_sell_quantity":222,"oi_day_high":9500,)"
            R"("oi_day_low":8000,"upper_circuit":1560.0,"lower_circuit":1280.5},"seq":17,)"
            R"("received_at":1748428245.200001,"published_at":1748428245.200032})");
}

TEST_F(MarketData, ExtrasNeverShowAValueWhoseBitIsNotSet) {
  give_extras();
  tick_.present = BGW_HAS_LTP | BGW_HAS_OI_DAY_LOW;
  EXPECT_EQ(encoded({BGW_MODE_QUOTE, 0}, 0, "", Variant::extras),
            R"({"type":"market_data","mode":2,"topic":"RELIANCE.NSE","data":{"symbol":"RELIANCE",)"
            R"("exchange":"NSE","ltp":1424.05,"timestamp":1748428245.123,"oi_day_low":8000},)"
            R"("seq":17,"received_at":1748428245.200001,"published_at":1748428245.200032})");
}

TEST_F(MarketData, ExtrasGiveADepthUpdateTheQuoteThatBelongsToIt) {
  bgw_tick quote{};
  quote.present = BGW_HAS_OPEN;
  quote.open = 1'415'000'000'000;
  update_.quote = &quote;
  EXPECT_EQ(encoded({BGW_MODE_DEPTH, 5}, 5, "", Variant::extras),
            R"({"type":"market_data","mode":4,"topic":"RELIANCE.NSE","depth_level":5,)"
            R"("data":{"symbol":"RELIANCE","exchange":"NSE","ltp":1424.05,)"
            R"("timestamp":1748428245.123,"open":1415.0,"depth":{"buy":[],"sell":[]},)"
            R"("broker_supported":true},"seq":17,"received_at":1748428245.200001,)"
            R"("published_at":1748428245.200032})");
}

TEST_F(MarketData, PlainClientsSeeNoExtraWhateverTheUpdateHolds) {
  const std::string before = encoded({BGW_MODE_LTP, 0});
  give_quote();
  give_extras();
  update_.snapshot = true;
  update_.age_ms = 9;
  EXPECT_EQ(encoded({BGW_MODE_LTP, 0}), before);
}

TEST_F(MarketData, ExtrasNameTheBroker) {
  routing::TopicInfo made = info({BGW_MODE_LTP, 0}, 0, "");
  made.broker = "kite";
  encoder_.prepare(made);
  encoder_.encode(made, update_, routing::Variant::extras, buffer_);
  EXPECT_THAT(std::string(buffer_.payload()), testing::HasSubstr(R"("topic":"RELIANCE.NSE","broker":"kite","data":{)"));
  encoder_.encode(made, update_, routing::Variant::plain, buffer_);
  EXPECT_THAT(std::string(buffer_.payload()), testing::Not(testing::HasSubstr("kite")));
}

TEST_F(MarketData, WithoutALastPriceThereIsNoLtp) {
  give_book();
  update_.has_ltp = false;
  EXPECT_THAT(
      encoded({BGW_MODE_DEPTH, 5}, 5, "", routing::Variant::extras),
      testing::HasSubstr(R"("data":{"symbol":"RELIANCE","exchange":"NSE","timestamp":1748428245.123,"depth":{)"));
}

TEST_F(MarketData, ExtrasGiveADepthUpdateAllThatTheQuoteHas) {
  give_quote();
  give_extras();
  give_book();
  bgw_tick book_only{};
  update_.tick = &book_only;
  update_.rare = nullptr;
  const std::string text = encoded({BGW_MODE_DEPTH, 20}, 20, "", routing::Variant::extras);
  for (const char* key :
       {"open", "volume", "oi", "oi_day_high", "last_trade_time", "total_buy_quantity", "upper_circuit"})
    EXPECT_THAT(text, testing::HasSubstr('"' + std::string(key) + "\":")) << key;
}

}  // namespace
}  // namespace gw::protocol
