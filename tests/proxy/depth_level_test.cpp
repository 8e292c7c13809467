// Depth levels besides the four that everybody may ask for.
#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/proxy/shard_fixture.hpp"

namespace gw::proxy {
namespace {

using Json = nlohmann::json;

class DepthLevels : public ShardTest {
 protected:
  void start_with(std::initializer_list<std::uint16_t> levels) {
    bgw_capability nse{"NSE", 7, BGW_FEED_SNAPSHOT, static_cast<std::uint32_t>(levels.size()), {}, 0};
    std::copy(levels.begin(), levels.end(), nse.depths);
    start({}, registry::Capabilities({&nse, 1}));
  }
  Json answer(support::End& client, const std::string& kind, const std::string& request) {
    say(client, request);
    for (;;) {
      Json message = Json::parse(next(client));
      if (message["type"] == kind || message["type"] == "error") return message;
    }
  }
  Json subscribe(support::End& client, int level) {
    return answer(client, "subscription",
                  R"({"action":"subscribe","symbol":"INFY","exchange":"NSE","mode":4,"depth_level":)" +
                      std::to_string(level) + "}");
  }
};

constexpr char kExtras[] = R"(,"extras":true)";

TEST_F(DepthLevels, AnyThatABrokerHasIsForClientsWithExtras) {
  start_with({10, 200});
  support::End& client = authenticated(kExtras);
  const Json ten = subscribe(client, 10);
  EXPECT_EQ(ten["status"], "success");
  EXPECT_EQ(ten["actual_depth"], 10);
  EXPECT_EQ(ten["is_fallback"], false);
  const Json all = subscribe(client, 200);
  EXPECT_EQ(all["actual_depth"], 200);
  const Json cut = subscribe(client, 50);
  EXPECT_EQ(cut["actual_depth"], 50);
  EXPECT_EQ(cut["is_fallback"], false);
  adapter_.book(0, 9, 200, 200, BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH, 200);
  std::map<int, std::size_t> levels;
  while (levels.size() < 3) {
    const Json message = Json::parse(next(client));
    if (message["type"] != "market_data") continue;
    EXPECT_FALSE(message.contains("actual_depth_level"));
    EXPECT_EQ(message["broker"], "angel");
    levels[message["depth_level"]] = message["data"]["depth"]["buy"].size();
  }
  EXPECT_EQ(levels, (std::map<int, std::size_t>{{10, 10}, {50, 50}, {200, 200}}));
  const Json gone = answer(client, "unsubscription",
                           R"({"action":"unsubscribe","symbol":"INFY","exchange":"NSE","mode":4,"depth_level":10})");
  EXPECT_EQ(gone["status"], "success");
}

TEST_F(DepthLevels, NoneThatNoBrokerHas) {
  start_with({10, 200});
  support::End& client = authenticated(kExtras);
  for (const int level : {7, 0, -5, 201, 100'000}) EXPECT_EQ(subscribe(client, level)["code"], "INVALID_DEPTH_LEVEL");
}

TEST_F(DepthLevels, WithoutExtrasTheyStayTheFour) {
  start_with({10, 200});
  support::End& client = authenticated();
  const Json refused = subscribe(client, 10);
  EXPECT_EQ(refused["code"], "INVALID_DEPTH_LEVEL");
  EXPECT_EQ(refused["message"], "Depth level must be 5, 20, 30, or 50");
  const Json batch = answer(client, "subscription",
                            R"({"action":"subscribe","symbols":[{"symbol":"INFY","exchange":"NSE","mode":4,)"
                            R"("depth_level":10},{"symbol":"INFY","exchange":"NSE","mode":4,"depth_level":20}]})");
  EXPECT_EQ(batch["status"], "partial");
  EXPECT_EQ(batch["subscriptions"][0]["code"], "INVALID_DEPTH_LEVEL");
  EXPECT_EQ(batch["subscriptions"][1]["status"], "success");
}

}  // namespace
}  // namespace gw::proxy
