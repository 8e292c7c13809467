// An adapter whose host writes down what it is asked for. Its sockets are 1 (linear) and 2 (spot).
#pragma once

#include "bybit_adapter.hpp"

#include <deque>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "bgw/testing/fake_host.hpp"

namespace bybit {

class AdapterTest : public testing::Test {
 protected:
  static constexpr std::uint32_t kLinearSocket = 1;
  static constexpr std::uint32_t kSpotSocket = 2;
  static constexpr std::int64_t kMillisecond = 1'000'000;
  static constexpr std::int64_t kSecond = 1'000'000'000;

  AdapterTest() {
    host.settings = {{"url", "ws://127.0.0.1:9001/v5/public/"}};
    adapter.initialize();
    adapter.connect();
  }
  void open_both() {
    adapter.on_open(kLinearSocket);
    adapter.on_open(kSpotSocket);
    host.sent.clear();
    host.messages.clear();
  }
  // Prices with two decimals, quantities with three.
  bgw_subscription want(std::uint32_t instrument, std::uint32_t mode, const std::string& token,
                        std::uint32_t level = 0) {
    tokens.push_back(token);
    bgw_subscription s{};
    s.instrument = instrument;
    s.mode = mode;
    s.depth_level = level;
    s.price_exponent = -2;
    s.quantity_exponent = -3;
    s.symbol = s.exchange = s.broker_symbol = s.broker_exchange = "";
    s.token = tokens.back().c_str();
    return s;
  }
  void subscribe(std::vector<bgw_subscription> wanted) { adapter.subscribe(wanted); }
  void unsubscribe(std::vector<std::uint32_t> instruments) { adapter.unsubscribe(instruments); }
  // The result, or the code and text of what was thrown.
  std::string frame(const std::string& text, std::uint32_t socket = kLinearSocket) {
    try {
      const bgw_status status = adapter.on_frame(socket, BGW_OPCODE_TEXT, std::as_bytes(std::span(text)));
      return std::to_string(status);
    } catch (const bgw::Error& e) {
      return std::to_string(e.code) + ' ' + e.what();
    }
  }
  void answer(const std::string& request, bool success = true, const std::string& words = "",
              std::uint32_t socket = kLinearSocket) {
    EXPECT_EQ(
        frame(nlohmann::json{{"success", success}, {"ret_msg", words}, {"req_id", request}, {"op", "subscribe"}}.dump(),
              socket),
        "0");
  }
  std::string book_frame(const std::string& symbol, int depth, bool is_snapshot, int number, const std::string& bids,
                         const std::string& asks) {
    return R"({"topic":"orderbook.)" + std::to_string(depth) + '.' + symbol + R"(","type":")" +
           (is_snapshot ? "snapshot" : "delta") + R"(","ts":1001,"data":{"s":")" + symbol + R"(","b":[)" + bids +
           R"(],"a":[)" + asks + R"(],"u":)" + std::to_string(number) + R"(,"seq":1},"cts":1000})";
  }
  std::string trade_frame(const std::string& symbol, const std::string& price, const std::string& size, int time) {
    return R"({"topic":"publicTrade.)" + symbol + R"(","type":"snapshot","ts":99,"data":[{"T":)" +
           std::to_string(time) + R"(,"s":")" + symbol + R"(","S":"Buy","v":")" + size + R"(","p":")" + price +
           R"(","BT":false}]})";
  }
  std::string ticker_frame(const std::string& symbol, const std::string& members, bool is_snapshot = true) {
    return R"({"topic":"tickers.)" + symbol + R"(","type":")" + (is_snapshot ? "snapshot" : "delta") +
           R"(","data":{"symbol":")" + symbol + '"' + (members.empty() ? "" : ",") + members + R"(},"cs":1,"ts":2000})";
  }
  // Each request since the last call, like "1 subscribe tickers.A,publicTrade.A", with the socket's number first.
  std::vector<std::string> sent() {
    std::vector<std::string> all;
    for (const auto& message : host.messages) {
      const auto request = nlohmann::json::parse(message.data);
      std::string one = std::to_string(message.connection) + ' ' + request["op"].get<std::string>();
      char before = ' ';
      if (request.contains("args")) {
        for (const auto& topic : request["args"]) {
          one += before + topic.get<std::string>();
          before = ',';
        }
        last_request = request["req_id"];
      }
      all.push_back(std::move(one));
    }
    host.messages.clear();
    return all;
  }
  // "price:quantity …|price:quantity …" of the last book.
  std::string last_book() const {
    std::string text;
    for (const bgw_level& level : host.published.back().bids)
      text += std::to_string(level.price) + ':' + std::to_string(level.quantity) + ' ';
    text += '|';
    for (const bgw_level& level : host.published.back().asks)
      text += ' ' + std::to_string(level.price) + ':' + std::to_string(level.quantity);
    return text;
  }
  std::vector<std::string> streams(const std::vector<bgw_stream>& all) const {
    std::vector<std::string> out;
    for (const bgw_stream& s : all)
      out.push_back(std::to_string(s.instrument) + ' ' + std::to_string(s.mode) + ' ' + std::to_string(s.depth_level));
    return out;
  }
  // What on_close answers: "0", or the code and text of what was thrown.
  std::string close(std::uint32_t socket, const bgw::Close& how = {}) {
    try {
      return std::to_string(adapter.on_close(socket, how));
    } catch (const bgw::Error& e) {
      return std::to_string(e.code) + ' ' + e.what();
    }
  }

  bgw::testing::FakeHost host;
  BybitAdapter adapter{host.table};
  std::deque<std::string> tokens;
  std::string last_request;
};

}  // namespace bybit
