#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/protocol/json_encoder.hpp"
#include "tests/protocol/answer_fixture.hpp"

namespace gw::protocol {
namespace {

using routing::Code;
using routing::Outcome;

Request parse_symbols(const std::string& symbols) {
  return parse_request(R"({"action":"subscribe","symbols":[)" + symbols + "]}", {});
}

TEST(BatchAnswer, AllGoodIsSuccessInTheOrderAsked) {
  const Request r = parse_symbols(R"({"symbol":"A","exchange":"NSE","mode":1},)"
                                  R"({"symbol":"B","exchange":"NSE","mode":4,"depth_level":20})");
  EXPECT_EQ(batch("subscription", r.entries, {Outcome{}, depth_outcome(20)}, kPlain),
            R"({"type":"subscription","status":"success","subscriptions":[)"
            R"({"symbol":"A","exchange":"NSE","mode":1,"depth_level":null,"status":"success"},)"
            R"({"symbol":"B","exchange":"NSE","mode":4,"depth_level":20,"status":"success"}]})");
}

TEST(BatchAnswer, SomeBadIsPartialEachWithItsCodeAndMessage) {
  const Request r = parse_symbols(R"({"symbol":"A","exchange":"NSE"},{"symbol":"X","exchange":"NSE"},)"
                                  R"({"symbol":"B","exchange":"NSE","mode":"2"},)"
                                  R"({"symbol":"C","exchange":"NSE","mode":4,"depth_level":-6},{})");
  EXPECT_EQ(batch("subscription", r.entries,
                  {Outcome{}, failed(Code::symbol_not_found), Outcome{}, Outcome{}, Outcome{}}, kPlain),
            R"({"type":"subscription","status":"partial","subscriptions":[)"
            R"({"symbol":"A","exchange":"NSE","mode":2,"depth_level":null,"status":"success"},)"
            R"({"symbol":"X","exchange":"NSE","mode":2,"depth_level":null,"status":"error",)"
            R"("code":"SYMBOL_NOT_FOUND","message":"Symbol X not found for exchange NSE"},)"
            R"({"symbol":"B","exchange":"NSE","mode":"2","depth_level":null,"status":"error",)"
            R"x("code":"INVALID_MODE","message":"Mode must be 1 (LTP), 2 (QUOTE), or 4 (DEPTH)"},)x"
            R"({"symbol":"C","exchange":"NSE","mode":4,"depth_level":-6,"status":"error",)"
            R"("code":"INVALID_DEPTH_LEVEL","message":"Depth level must be 5, 20, 30, or 50"},)"
            R"({"symbol":null,"exchange":null,"mode":2,"depth_level":null,"status":"error",)"
            R"("code":"INVALID_PARAMETERS","message":"Symbol and exchange are required"}]})");
}

TEST(BatchAnswer, NoneGoodIsError) {
  const Request r = parse_symbols(R"({"symbol":"A","exchange":"NSE","mode":4})");
  EXPECT_EQ(batch("subscription", r.entries, {failed(Code::broker_limitation, "depth")}, kPlain),
            R"({"type":"subscription","status":"error","subscriptions":[)"
            R"({"symbol":"A","exchange":"NSE","mode":4,"depth_level":5,"status":"error",)"
            R"("code":"BROKER_LIMITATION","message":"Feature 'depth' is not supported by broker )"
            R"(angel for exchange NSE","broker":"angel","exchange":"NSE","feature":"depth"}]})");
}

TEST(BatchAnswer, ExtrasAndIdComeWithTheBatchToo) {
  const Request r = parse_symbols(R"({"symbol":"A","exchange":"NSE","mode":4,"depth_level":50})");
  Context c = kExtras;
  c.id_json = "5";
  EXPECT_EQ(batch("subscription", r.entries, {depth_outcome(20)}, c),
            R"({"type":"subscription","status":"success","subscriptions":[)"
            R"({"symbol":"A","exchange":"NSE","mode":4,"depth_level":50,"status":"success",)"
            R"("message":"Using depth level 20 instead of requested 50","requested_depth":50,)"
            R"("actual_depth":20,"is_fallback":true}],"id":5})");
}

TEST(BatchAnswer, AnUnsubscriptionNamesADepthOnlyWhenItWasAsked) {
  const Request r =
      parse_request(R"({"action":"unsubscribe","mode":4,"symbols":[{"symbol":"A","exchange":"NSE"},)"
                    R"({"symbol":"B","exchange":"NSE","depth_level":20},{"symbol":"C","exchange":"NSE"}]})",
                    {});
  EXPECT_EQ(batch("unsubscription", r.entries, {Outcome{}, Outcome{}, failed(Code::not_subscribed)}, kPlain),
            R"({"type":"unsubscription","status":"partial","subscriptions":[)"
            R"({"symbol":"A","exchange":"NSE","mode":4,"depth_level":null,"status":"success"},)"
            R"({"symbol":"B","exchange":"NSE","mode":4,"depth_level":20,"status":"success"},)"
            R"({"symbol":"C","exchange":"NSE","mode":4,"depth_level":null,"status":"error",)"
            R"("code":"NOT_SUBSCRIBED","message":"Not subscribed to C.NSE mode 4"}]})");
}

TEST(FoundInstruments, LeaveOutExpiryAndStrikeWhereThereAreNone) {
  const std::vector<instruments::InstrumentView> found = {
      {"INFY", "NSE", "", "", "1594", "Infosys", "EQ", "", 0, 50'000'000, 1},
      {"NIFTYCE", "NFO", "", "", "41", "NIFTY", "CE", "2026-12-31", 25'000'000'000'000, 50'000'000, 75}};
  EXPECT_EQ(found_instruments(found, {}, ""),
            R"({"type":"instruments","instruments":[)"
            R"({"symbol":"INFY","exchange":"NSE","name":"Infosys","instrument_type":"EQ",)"
            R"("lot_size":1,"tick_size":0.05},)"
            R"({"symbol":"NIFTYCE","exchange":"NFO","name":"NIFTY","instrument_type":"CE",)"
            R"("lot_size":75,"tick_size":0.05,"expiry":"2026-12-31","strike":25000.0}]})");
  const instruments::Expiries next_year(calendar::Calendar{}, 1'800'000'000'000'000'000);
  EXPECT_THAT(found_instruments(found, next_year, ""), testing::HasSubstr(R"("expiry":"2026-12-31","expired":true,)"));
  EXPECT_EQ(found_instruments({}, {}, "1"), R"({"type":"instruments","instruments":[],"id":1})");
}

TEST(BrokerInfo, ListsModesLevelsAndFeedPerExchange) {
  bgw_capability declared[2]{};
  std::strcpy(declared[0].exchange, "NSE");
  declared[0].modes = BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH;
  declared[0].feed = BGW_FEED_TICK_BY_TICK;
  declared[0].depth_count = 2;
  declared[0].depths[0] = 5;
  declared[0].depths[1] = 20;
  std::strcpy(declared[1].exchange, "NSE_INDEX");
  declared[1].modes = BGW_MODE_LTP;
  EXPECT_EQ(broker_info("angel", false, "connected", registry::Capabilities(declared), ""),
            R"({"type":"broker_info","broker":"angel","status":"connected","exchanges":{)"
            R"("NSE":{"modes":[1,2,4],"depth_levels":[5,20],"feed":"tick_by_tick"},)"
            R"("NSE_INDEX":{"modes":[1],"depth_levels":[],"feed":"snapshot"}}})");
}

TEST(BrokerInfo, SaysThatPricesAreSimulated) {
  EXPECT_EQ(broker_info("mock", true, "connected", registry::Capabilities(), ""),
            R"({"type":"broker_info","broker":"mock","simulated":true,"status":"connected","exchanges":{}})");
}

}  // namespace
}  // namespace gw::protocol
