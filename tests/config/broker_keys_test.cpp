// What is wrong with the keys of one broker, each said once.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/load.hpp"

namespace gw::config {
namespace {

using testing::ElementsAre;

std::vector<std::string> problems_of_broker(const std::string& keys) {
  std::vector<std::string> texts;
  for (const Problem& p : load_text("brokers: {a: {" + keys + "}}", "g.yaml", "/etc/gw").problems)
    texts.push_back(p.text());
  return texts;
}

TEST(BindAddress, IsAPlainAddressOfIPv4OrIPv6) {
  const auto problems = [](const std::string& address) {
    const auto all = problems_of_broker("bind_address: \"" + address + "\"");
    return std::count_if(all.begin(), all.end(), [](const auto& p) { return p.find("bind_address") != p.npos; });
  };
  for (const char* good : {"", "192.0.2.7", "127.0.0.1", "2001:db8::7", "::1", "fe80::1"})
    EXPECT_EQ(problems(good), 0) << good;
  for (const char* bad :
       {"127.0.0.7:5000", "127.7", "127.0.0.07", "127.0.0.256", "[::1]", "::1%lo", "::ffff:127.0.0.1", "::ffff:7f00:1",
        " 127.0.0.7", "127.0.0.7 ", "127.0.0.7\\0", "2130706439", "0x7f.0.0.1", "0.0.0.0", "::", "::1::", "beef"})
    EXPECT_EQ(problems(bad), 1) << bad;
}

TEST(FirstTickLimit, IsADurationOfAtLeastTenMilliseconds) {
  EXPECT_THAT(problems_of_broker("first_tick_limit: 10ms"), ElementsAre());
  EXPECT_THAT(problems_of_broker("first_tick_limit: 60"),
              ElementsAre("g.yaml:1: brokers.a.first_tick_limit: found 60, expected a duration with its unit, like "
                          "500ms, 30s, 15m or 24h"));
  EXPECT_THAT(problems_of_broker("first_tick_limit: 0s"),
              ElementsAre("g.yaml:1: brokers.a.first_tick_limit: found 0s, expected a duration of at least 10ms"));
}

TEST(Canary, IsAListOfInstrumentsOneOfEachExchange) {
  EXPECT_THAT(problems_of_broker("canary: []"), ElementsAre());
  EXPECT_THAT(problems_of_broker("canary: [NIFTY.NSE_INDEX, SENSEX.BSE_INDEX, M.M.NSE]"), ElementsAre());
  EXPECT_THAT(problems_of_broker("canary: NIFTY.NSE_INDEX"),
              ElementsAre("g.yaml:1: brokers.a.canary: found NIFTY.NSE_INDEX, expected a list, like [a, b]"));
  for (const char* bad : {"NIFTY", ".NSE_INDEX", "NIFTY."})
    EXPECT_THAT(problems_of_broker("canary: [" + std::string(bad) + "]"),
                ElementsAre("g.yaml:1: brokers.a.canary: found " + std::string(bad) +
                            ", expected SYMBOL.EXCHANGE, like NIFTY.NSE_INDEX"));
  EXPECT_THAT(problems_of_broker("canary: [NIFTY.NSE_INDEX, SENSEX.BSE_INDEX, BANKNIFTY.NSE_INDEX]"),
              ElementsAre("g.yaml:1: brokers.a.canary: found BANKNIFTY.NSE_INDEX, expected one instrument of "
                          "NSE_INDEX at the most"));
  EXPECT_THAT(problems_of_broker("canary: [NIFTY.NSE_INDEX,\n [SENSEX.BSE_INDEX]]"),
              ElementsAre("g.yaml:2: brokers.a.canary: found a list, expected text"));
}

}  // namespace
}  // namespace gw::config
