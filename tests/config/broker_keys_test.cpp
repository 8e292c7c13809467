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

TEST(Login, NamesTimesThatAreNone) {
  EXPECT_THAT(problems_of_broker("login: {redirect: 'http://[::1]:5000', at: '08:45', deadline: '08:46'}"),
              ElementsAre());
  EXPECT_THAT(problems_of_broker("login: {}"), ElementsAre());
  for (const char* bad : {"8:45", "24:00", "08:60", "noon", "8"})
    EXPECT_THAT(problems_of_broker("login: {at: '" + std::string(bad) + "'}"),
                ElementsAre("g.yaml:1: brokers.a.login.at: found " + std::string(bad) +
                            ", expected a time of this machine's day, like \"08:45\""));
  EXPECT_THAT(
      problems_of_broker("login: {at: '09:10',\n deadline: '09:10'}"),
      ElementsAre("g.yaml:2: brokers.a.login.deadline: found a time that is not later than at, expected a later "
                  "time of the same day"));
  EXPECT_THAT(problems_of_broker("login: {deadline: '09:10', on_failure: x}"),
              ElementsAre("g.yaml:1: brokers.a.login.deadline: found it without at, expected login.at too: without it "
                          "the gateway never logs in by itself",
                          "g.yaml:1: brokers.a.login.on_failure: found it without at, expected login.at too: without "
                          "it the gateway never logs in by itself"));
}

TEST(Login, IsLedBackToThisMachineOnly) {
  for (const char* good : {"http://127.0.0.1:5000/kite", "http://localhost:1", "http://[::1]:65535/a/b"})
    EXPECT_THAT(problems_of_broker("login: {redirect: '" + std::string(good) + "'}"), ElementsAre()) << good;
  for (const char* bad :
       {"https://127.0.0.1:5000/", "http://192.0.2.7:5000/", "http://example.com:80/", "127.0.0.1:5000",
        "http://127.0.0.1/kite", "http://[::1]/kite", "http://127.0.0.1:0/", "http://127.0.0.1:65536/",
        "http://127.0.0.1:5000/#a", "http://u:p@127.0.0.1:5000/", "http://127.0.0.1.example.com:1/"})
    EXPECT_EQ(problems_of_broker("login: {redirect: '" + std::string(bad) + "'}").size(), 1U) << bad;
}

}  // namespace
}  // namespace gw::config
