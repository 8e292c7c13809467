#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/gateway/watch/number_text.hpp"
#include "apps/gateway/watch/watch_layout.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Now at(double seconds) { return {seconds, "14:05:0" + std::to_string(static_cast<int>(seconds) % 10) + " IST"}; }

class WatchTest : public testing::Test {
 protected:
  explicit WatchTest(const std::string& mode = "depth") : state_({"RELIANCE", "NSE", mode, 50}) {}

  void hear(double now, const char* json) { state_.apply(Json::parse(json), at(now)); }
  void connect(double now = 0) {
    hear(now, R"({"type":"authentication","status":"success","broker":"first","broker_status":"connected"})");
  }
  void tick(double now, const std::string& more = "", double quantity = 50, int levels = 50) {
    Json message = {{"type", "market_data"},
                    {"broker", "first"},
                    {"data",
                     {{"ltp", 1424.05},
                      {"open", 1420.0},
                      {"high", 1425.0},
                      {"low", 1400.0},
                      {"close", 1420.0},
                      {"volume", 89616}}}};
    Json& depth = message["data"]["depth"] = {{"buy", Json::array()}, {"sell", Json::array()}};
    for (int i = 0; i < levels; ++i) {
      depth["buy"].push_back({{"price", 1424.0 - i * 0.05}, {"quantity", quantity + i}, {"orders", 3}});
      depth["sell"].push_back({{"price", 1424.1 + i * 0.05}, {"quantity", quantity + i}, {"orders", 2}});
    }
    if (!more.empty()) message.update(Json::parse(more));
    state_.apply(message, at(now));
  }
  std::vector<std::string> shown(std::size_t columns, std::size_t rows, double now = 1) const {
    std::vector<std::string> texts;
    for (const Line& line : lay_out(state_, {columns, rows}, at(now))) texts.push_back(line.text());
    return texts;
  }
  std::string words(double now) const { return state_.worth(at(now)).words; }

  WatchState state_;
};

std::size_t levels_in(const std::vector<std::string>& rows) {
  return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [](const std::string& row) {
    return row.find(" | ") != std::string::npos && row.find("bid") == std::string::npos;
  }));
}

TEST_F(WatchTest, FitsEveryTerminal) {
  connect();
  tick(1);
  for (std::size_t columns = 1; columns < 200; ++columns)
    for (std::size_t rows = 1; rows < 70; rows += columns % 7 + 1) {
      const auto lines = shown(columns, rows);
      EXPECT_LE(lines.size(), rows) << columns << 'x' << rows;
      for (const std::string& line : lines) EXPECT_LE(line.size(), columns) << columns << 'x' << rows;
    }
}

TEST_F(WatchTest, ShowsAllOfItAt80x24) {
  connect();
  tick(1);
  const auto lines = shown(80, 24);
  ASSERT_EQ(lines.size(), 24U);
  EXPECT_THAT(lines[0], AllOf(StartsWith("RELIANCE.NSE"), EndsWith("14:05:01 IST")));
  EXPECT_THAT(lines[1], AllOf(StartsWith("live  0.0 s ago"), EndsWith("first")));
  EXPECT_THAT(lines[2], AllOf(StartsWith("1424.05  +4.05 (+0.29 %)  spread 0.10"), EndsWith("depth 50")));
  EXPECT_THAT(lines[3], HasSubstr("open 1420.00  high 1425.00  low 1400.00  close 1420.00  volume 89616"));
  EXPECT_THAT(lines[4], AllOf(HasSubstr("orders quantity      bid | ask      quantity orders")));
  EXPECT_THAT(lines[5], HasSubstr("      3       50  1424.00 | 1424.10  50       2"));
  EXPECT_EQ(levels_in(lines), 18U);
  EXPECT_THAT(lines[23], EndsWith("q: quit"));
}

TEST_F(WatchTest, KeepsTheBestPricesWhereThereIsLittleRoom) {
  connect();
  tick(1);
  for (const auto& [columns, rows] :
       {std::pair<std::size_t, std::size_t>{40, 10}, {40, 12}, {30, 6}, {40, 4}, {40, 3}, {40, 1}}) {
    const auto lines = shown(columns, rows);
    EXPECT_THAT(lines, Contains(HasSubstr("1424.00 | 1424.10"))) << columns << 'x' << rows;
    if (rows < 3) continue;
    EXPECT_THAT(lines, Contains(StartsWith("live"))) << columns << 'x' << rows;
    EXPECT_THAT(lines, Contains(StartsWith("1424.05"))) << columns << 'x' << rows;
  }
  EXPECT_EQ(levels_in(shown(40, 10)), 4U);
  EXPECT_EQ(levels_in(shown(120, 30)), 24U);
  EXPECT_EQ(levels_in(shown(160, 70)), 50U);
}

TEST_F(WatchTest, ShowsLongQuantitiesOfCryptoAtFortyColumns) {
  connect();
  tick(1, R"({"data":{"ltp":97123.4,"depth":{"buy":[{"price":97123.4,"quantity":0.00012345}],)"
          R"("sell":[{"price":97123.55,"quantity":1234567890.5}]}}})");
  EXPECT_THAT(shown(40, 10), Contains(HasSubstr("0.0001234 97123.40 | 97123.55 1234567K")));
}

TEST_F(WatchTest, SaysThatNothingHasComeYet) {
  EXPECT_EQ(words(0), "connecting");
  connect();
  EXPECT_EQ(words(0), "waiting for the first update");
  EXPECT_THAT(shown(80, 24), AllOf(Contains("no book yet"), Contains(StartsWith("no last price"))));
}

TEST_F(WatchTest, TellsTheAgeOfTheValues) {
  connect();
  tick(1, R"({"snapshot":true,"age_ms":4000})");
  EXPECT_THAT(shown(80, 24, 3)[1], StartsWith("live  6.0 s ago"));
  tick(3);
  EXPECT_THAT(shown(80, 24, 603)[1], StartsWith("live  10 min ago"));
}

TEST_F(WatchTest, IsStaleWhileTheFeedOfItsExchangeIs) {
  connect();
  tick(1);
  hear(2, R"({"type":"feed_status","broker":"other","status":"stale","exchanges":["NSE"]})");
  hear(2, R"({"type":"feed_status","broker":"first","status":"stale","exchanges":["MCX"]})");
  EXPECT_EQ(words(2), "live");
  hear(3, R"({"type":"feed_status","broker":"first","status":"stale","exchanges":["MCX","NSE"],"message":"no tick"})");
  EXPECT_EQ(words(3), "stale");
  EXPECT_FALSE(state_.worth(at(3)).counts);
  EXPECT_THAT(shown(80, 24).back(), StartsWith("14:05:03 IST  feed of broker first stale: no tick"));
  hear(4, R"({"type":"feed_status","broker":"first","status":"live"})");
  tick(5, R"({"snapshot":true,"suspect":true})");
  EXPECT_EQ(words(5), "suspect");
  tick(6);
  EXPECT_EQ(words(6), "restored");
  EXPECT_EQ(words(60), "live");
}

TEST_F(WatchTest, FollowsTheBrokersLink) {
  connect();
  tick(1);
  hear(2, R"({"type":"broker_status","broker":"first","status":"reconnecting","message":"lost"})");
  EXPECT_EQ(words(2), "broker reconnecting");
  hear(3, R"({"type":"broker_status","broker":"first","status":"auth_expired","message":"token"})");
  EXPECT_EQ(words(3), "login expired");
  hear(4, R"({"type":"broker_status","broker":"second","status":"switched","message":"first is down"})");
  EXPECT_THAT(shown(80, 24).back(), StartsWith("14:05:04 IST  switched from broker first to second: first is down"));
  tick(5, R"({"broker":"second"})");
  EXPECT_EQ(words(5), "restored");
  EXPECT_THAT(shown(80, 24)[1], EndsWith("second"));
}

TEST_F(WatchTest, TellsOfAGatewayThatDoesNotAnswer) {
  connect();
  tick(1);
  state_.silent(5, at(6));
  EXPECT_EQ(words(6), "gateway does not answer");
  EXPECT_THAT(shown(80, 24).back(), StartsWith("14:05:06 IST  the gateway has not answered for 5 s"));
  state_.answers(at(8));
  tick(8);
  EXPECT_EQ(words(8), "restored");
  state_.silent(5, at(20));
  state_.lost("pong timeout", at(21));
  EXPECT_EQ(words(21), "reconnecting");
}

TEST_F(WatchTest, SurvivesALostGateway) {
  connect();
  tick(1);
  state_.lost("shutdown", at(2));
  state_.lost("refused", at(3));
  EXPECT_EQ(words(3), "reconnecting");
  EXPECT_THAT(shown(80, 24).back(), StartsWith("14:05:02 IST  lost the gateway: shutdown"));
  connect(4);
  EXPECT_THAT(shown(80, 24).back(), StartsWith("14:05:04 IST  connected to the gateway again"));
  tick(5, R"({"snapshot":true})");
  EXPECT_EQ(words(5), "live") << "a value from memory restores nothing";
  tick(6);
  EXPECT_EQ(words(6), "restored");
}

TEST_F(WatchTest, SaysThatTheMarketIsClosed) {
  connect();
  hear(0, R"({"type":"market_status","exchange":"MCX","status":"open","source":"calendar"})");
  hear(0, R"({"type":"market_status","exchange":"NSE","status":"closed","source":"calendar"})");
  tick(1);
  EXPECT_EQ(words(1), "market closed");
  hear(2, R"({"type":"market_status","exchange":"NSE","status":"open","source":"calendar"})");
  EXPECT_EQ(words(2), "live");
  EXPECT_THAT(shown(80, 24).back(), StartsWith("14:05:02 IST  market NSE open"));
}

TEST_F(WatchTest, SaysHowManyLevelsWereGranted) {
  connect();
  hear(0, R"({"type":"subscription","status":"success","is_fallback":true,"requested_depth":50,"actual_depth":5,)"
          R"("message":"Using depth level 5 instead of requested 50"})");
  tick(1, R"({"actual_depth_level":5})", 50, 5);
  EXPECT_THAT(shown(40, 10)[2], EndsWith("depth 5 of 50"));
  EXPECT_EQ(levels_in(shown(80, 24)), 5U);
  tick(2);
  EXPECT_THAT(shown(80, 24)[2], EndsWith("depth 50"));
}

TEST_F(WatchTest, SaysThatPricesAreSimulated) {
  connect();
  tick(1, R"({"simulated":true})");
  for (const std::size_t columns : {40, 80}) EXPECT_THAT(shown(columns, 12)[1], EndsWith("first simulated"));
}

TEST_F(WatchTest, AColumnOfNumbersShrinksWithThem) {
  connect();
  tick(1, "", 123456789012, 1);
  EXPECT_THAT(shown(80, 24), Contains(HasSubstr("123456789012  1424.00 | 1424.10  123456789012")));
  tick(2, "", 5, 1);
  EXPECT_THAT(shown(80, 24), Contains(HasSubstr("       5  1424.00 | 1424.10  5 ")));
}

TEST_F(WatchTest, CannotBeToldToDoSomethingToTheTerminal) {
  connect();
  hear(2, R"({"type":"broker_status","broker":"first","status":"failed","message":"\u001b[2Jgone"})");
  EXPECT_THAT(shown(80, 24).back(), AllOf(HasSubstr("?[2Jgone"), Not(HasSubstr("\033"))));
}

class QuoteWatchTest : public WatchTest {
 protected:
  QuoteWatchTest() : WatchTest("quote") {}
};

TEST_F(QuoteWatchTest, NeedsNoBook) {
  connect();
  tick(1, R"({"data":{"ltp":1400.0,"close":1420.0,"bid":1399.95,"bid_quantity":5,"ask":1400.0,"ask_quantity":7}})");
  const auto lines = shown(80, 24);
  EXPECT_THAT(lines[2], AllOf(StartsWith("1400.00  -20.00 (-1.41 %)  spread 0.05"), EndsWith("quote")));
  EXPECT_THAT(lines, Contains(HasSubstr("bid 1399.95 x 5  ask 1400.00 x 7")));
  EXPECT_THAT(lines, Not(Contains(HasSubstr(" | "))));
}

TEST_F(QuoteWatchTest, ComparesWithTheDayBeforeWhereTheExchangeNeverCloses) {
  connect();
  tick(1, R"({"data":{"ltp":110.0,"open":100.0,"window":"24h"}})");
  EXPECT_THAT(shown(80, 24)[2], StartsWith("110.00  +10.00 (+10.00 %) in 24 h"));
}

TEST(NumberText, FitsQuantities) {
  EXPECT_EQ(fit_quantity("1234", 4), "1234");
  EXPECT_EQ(fit_quantity("12345", 4), "12K");
  EXPECT_EQ(fit_quantity("123456789", 4), "123M");
  EXPECT_EQ(fit_quantity("1.23456", 4), "1.23");
  EXPECT_EQ(fit_quantity("123.456", 4), "123");
  EXPECT_EQ(fit_quantity("0.00012345", 8), "0.000123");
}

}  // namespace
}  // namespace gw::app
