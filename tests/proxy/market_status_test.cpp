// What a broker itself says of an exchange: clients hear it for as long as the broker is connected.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/proxy/shard_fixture.hpp"

namespace gw::proxy {
namespace {

using Json = nlohmann::json;

class MarketStatus : public ShardTest {
 protected:
  void say_status(std::int64_t value, std::int32_t exponent = 0) {
    bgw_tick tick{};
    tick.modes = BGW_MODE_QUOTE;
    const bgw_value status{BGW_VALUE_MARKET_STATUS, exponent, value};
    adapter_.channel.writer().update({&tick, nullptr, nullptr, &status, 1, 0}, {.received_ns = wall_ns()});
  }
  // The next message about the market, as "open broker".
  std::string next_status(support::End& client) {
    for (;;) {
      const std::string text = next(client);
      if (text.empty()) return {};
      const Json message = Json::parse(text);
      if (message["type"] == "market_status")
        return message["status"].get<std::string>() + ' ' + message["source"].get<std::string>();
    }
  }
};

TEST_F(MarketStatus, IsTheBrokersUntilItDisconnects) {
  start();
  support::End& client = authenticated(R"(,"extras":true)");
  say(client, kSubscribe);
  const std::string by_calendar = next_status(client);
  EXPECT_NE(by_calendar.find(" calendar"), std::string::npos) << by_calendar;
  const std::pair<std::int64_t, const char*> words[] = {{BGW_MARKET_PRE_OPEN, "pre_open broker"},
                                                        {BGW_MARKET_HALTED, "halted broker"},
                                                        {BGW_MARKET_AUCTION, "auction broker"}};
  for (const auto& [value, word] : words) {
    say_status(value);
    EXPECT_EQ(next_status(client), word);
  }
  // None of these is a status, whatever their lowest bits are.
  say_status((std::int64_t{1} << 32) + BGW_MARKET_HALTED);
  EXPECT_EQ(next_status(client), by_calendar);
  say_status(BGW_MARKET_AUCTION);
  EXPECT_EQ(next_status(client), "auction broker");
  say_status(BGW_MARKET_HALTED, -1);
  EXPECT_EQ(next_status(client), by_calendar);
  say_status(BGW_MARKET_HALTED);
  EXPECT_EQ(next_status(client), "halted broker");
  adapter_.link(bus::LinkState::reconnecting);
  EXPECT_EQ(next_status(client), by_calendar) << "the broker says nothing any more";
}

}  // namespace
}  // namespace gw::proxy
