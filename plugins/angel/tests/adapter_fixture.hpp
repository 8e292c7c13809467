// An adapter whose host writes down what it is asked for.
#pragma once

#include "angel_adapter.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "bgw/testing/fake_host.hpp"
#include "frames.hpp"

namespace angel {

inline constexpr std::int64_t kRupee = 1'000'000'000;

inline bgw_subscription want(std::uint32_t instrument, std::uint32_t mode, const char* token, std::uint32_t depth = 0,
                             const char* segment = "NSE", const char* exchange = "NSE") {
  return {instrument, mode, depth, 0, BGW_PRICE_EXPONENT, 0, 0, 0, "", exchange, "", segment, token, {}};
}

class AngelTest : public testing::Test {
 protected:
  AngelTest() {
    host.settings = {{"url", "ws://127.0.0.1:9001"},
                     {"api_key", "key"},
                     {"client_code", "C1"},
                     {"jwt_token", "Bearer jwt"},
                     {"feed_token", "feed"}};
    adapter.initialize();
    adapter.connect();
  }
  void subscribe(std::vector<bgw_subscription> wanted) { adapter.subscribe(wanted); }
  void unsubscribe(std::vector<std::uint32_t> instruments) { adapter.unsubscribe(instruments); }
  bgw_status binary(const Bytes& frame) { return adapter.on_frame(1, BGW_OPCODE_BINARY, frame.all()); }
  bgw_status text(std::string_view t) { return adapter.on_frame(1, BGW_OPCODE_TEXT, std::as_bytes(std::span(t))); }
  // Each request since the last call, like "subscribe 3 1:1594,2885 5:7".
  std::vector<std::string> sent() {
    std::vector<std::string> all;
    for (const std::string& message : host.sent) {
      const auto request = nlohmann::json::parse(message);
      std::string one = request["action"] == 1 ? "subscribe " : "unsubscribe ";
      one += request["params"]["mode"].dump();
      for (const auto& list : request["params"]["tokenList"]) {
        one += ' ' + list["exchangeType"].dump() + ':';
        for (const auto& token : list["tokens"]) one += token.get<std::string>() + ',';
        one.pop_back();
      }
      all.push_back(std::move(one));
    }
    host.sent.clear();
    return all;
  }
  std::string id_of(std::size_t request) const { return nlohmann::json::parse(host.sent.at(request))["correlationID"]; }
  void retire() {
    ASSERT_TRUE(host.timers.contains(2));
    host.timers.erase(2);
    adapter.on_timer(2);
  }
  void refuse(const std::string& id, const char* code = "E1001") {
    text(R"({"correlationID":")" + id + R"(","errorCode":")" + code + R"(","errorMessage":"Invalid"})");
  }

  bgw::testing::FakeHost host;
  AngelAdapter adapter{host.table};
};

}  // namespace angel
