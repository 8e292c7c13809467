#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/gateway/top/top_layout.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

Json status(int updates, int delivered) {
  return {{"port", 8765},
          {"clients", 3},
          {"updates", updates},
          {"ledger", {{"delivered", delivered}, {"conflated", 0}, {"lost", 2}}},
          {"groups",
           {{{"brokers", {"first", "second"}}, {"serving", "first"}, {"standby", "second"}, {"instruments", 12}}}},
          {"brokers",
           {{{"name", "first"},
             {"status", "connected"},
             {"feed", "live"},
             {"lag", 0.25},
             {"last_tick", 999.0},
             {"connections", 1},
             {"subscribed", 12},
             {"updates", updates}},
            {{"name", "second"}, {"status", "auth_expired"}, {"feed", "unknown"}, {"message", "log in"}}}}};
}

const Json kLimits = {{"brokers", {{"first", {{"connections", 3}, {"instruments_per_connection", 3000}}}}}};

std::vector<std::string> texts(const std::vector<Line>& lines) {
  std::vector<std::string> out;
  for (const Line& line : lines) out.push_back(line.text());
  return out;
}

TEST(Top, RatesAreTheDifferenceOfTwoAnswers) {
  TopState top(10'000);
  top.apply(status(1000, 5000), kLimits, 10, 1000);
  EXPECT_LT(top.updates(), 0);
  EXPECT_LT(top.brokers()[0].rate, 0);
  top.apply(status(1500, 9000), kLimits, 12, 1002);
  EXPECT_EQ(top.updates(), 250);
  EXPECT_EQ(top.deliveries(), 2000);
  EXPECT_EQ(top.brokers()[0].rate, 250);
  EXPECT_EQ(top.brokers()[1].rate, 0);
  EXPECT_EQ(top.brokers()[0].age, 3);
}

TEST(Top, ANewRunOfTheGatewayHasNoRateAtFirst) {
  TopState top(1);
  top.apply(status(1000, 5000), kLimits, 10, 1000);
  top.apply(status(1100, 5000), kLimits, 11, 1000);
  top.apply(status(7, 0), kLimits, 12, 1000);
  EXPECT_LT(top.updates(), 0);
  EXPECT_LT(top.brokers()[0].rate, 0);
  top.apply(status(17, 0), kLimits, 13, 1000);
  EXPECT_EQ(top.updates(), 10);
}

TEST(Top, ShowsATable) {
  TopState top(10'000);
  top.apply(status(1000, 5000), kLimits, 10, 1000);
  top.apply(status(13'500, 2'005'000), kLimits, 11, 1001);
  const auto rows = texts(lay_out(top, {80, 24}, "14:05:01 IST"));
  ASSERT_EQ(rows.size(), 24U);
  EXPECT_THAT(rows[0], AllOf(StartsWith("broker-gateway  port 8765"), EndsWith("14:05:01 IST")));
  EXPECT_EQ(rows[1], "clients 3/10000  updates 12.5k/s  deliveries 2.0M/s  conflated 0.0/s  lost 2");
  EXPECT_EQ(rows[2], "users of [first, second]: first, standby second, 12 instruments");
  EXPECT_EQ(rows[4], "BROKER      STATE        FEED    UPDATES/S    LAG    AGE  CONN  INSTRUMENTS");
  EXPECT_EQ(rows[5], "first       connected    live        12.5k  0.2 s  2.0 s   1/3      12/9000");
  EXPECT_EQ(rows[6], "second      auth_expired unknown       0.0  0.0 s      -     0            0");
  EXPECT_EQ(rows[7], "  log in");
  EXPECT_THAT(rows[23], EndsWith("q: quit"));
}

TEST(Top, FitsEveryTerminal) {
  TopState top(10'000);
  top.apply(status(1000, 5000), kLimits, 10, 1000);
  for (std::size_t columns = 1; columns < 140; ++columns)
    for (std::size_t rows = 1; rows < 30; ++rows) {
      const auto lines = texts(lay_out(top, {columns, rows}, "14:05:01 IST"));
      EXPECT_LE(lines.size(), rows);
      for (const std::string& line : lines) EXPECT_LE(line.size(), columns);
    }
}

TEST(Top, SaysThatTheGatewayDoesNotAnswer) {
  TopState top(1);
  top.apply(status(1000, 5000), kLimits, 10, 1000);
  top.lost("no gateway is running here");
  EXPECT_THAT(texts(lay_out(top, {80, 24}, "")).back(), StartsWith("no gateway is running here"));
  top.apply(status(1000, 5000), kLimits, 11, 1000);
  EXPECT_THAT(texts(lay_out(top, {80, 24}, "")).back(), HasSubstr("   q: quit"));
}

}  // namespace
}  // namespace gw::app
