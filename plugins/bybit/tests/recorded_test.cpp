// The recorded frames through the adapter, beside a naive reading of the same frames: maps of texts, read by another
// JSON reader, and decimals compared as texts.
#include <map>
#include <set>

#include "adapter_fixture.hpp"
#include "bgw/decimal.hpp"
#include "bgw/testing/parse_instruments.hpp"
#include "bybit_instruments.hpp"
#include "recording.hpp"

namespace bybit {
namespace {

using Json = nlohmann::json;

// A decimal without what does not count: "65114.20" and "65114.2" are one price.
std::string plain(std::string text) {
  if (text.find('.') == text.npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

// By a number that orders them, which no test compares: prices of the recording have few digits.
using Side = std::map<double, std::pair<std::string, std::string>>;

struct NaiveBook {
  Side bids, asks;
  void take(const Json& frame) {
    if (frame["type"] == "snapshot") bids = asks = {};
    for (auto& [name, side] : {std::pair<const char*, Side*>{"b", &bids}, {"a", &asks}})
      for (const Json& level : frame["data"][name]) {
        const std::string price = level[0], size = level[1];
        if (plain(size) == "0")
          side->erase(std::stod(price));
        else
          (*side)[std::stod(price)] = {plain(price), plain(size)};
      }
  }
  // Best first, "price:size" each.
  std::vector<std::string> best(bool is_bids, std::size_t levels) const {
    std::vector<std::string> out;
    const auto add = [&](const auto& level) {
      if (out.size() < levels) out.push_back(level.second.first + ':' + level.second.second);
    };
    if (is_bids)
      std::for_each(bids.rbegin(), bids.rend(), add);
    else
      std::for_each(asks.begin(), asks.end(), add);
    return out;
  }
};

std::string text_of(std::int64_t value, int exponent) {
  return plain(std::string(bgw::DecimalText(value, exponent, -exponent)));
}

class Recorded : public AdapterTest {
 protected:
  struct Listed {
    int price_exponent, quantity_exponent;
  };
  void SetUp() override {
    if (recording_.frames.empty()) GTEST_SKIP() << "no recorded frames in " << recording_path();
    open_both();
    const bgw_instrument_sink sink{sizeof sink, 0, &listed_,
                                   [](void* context, const bgw_instrument* row) {
                                     (*static_cast<std::map<std::string, Listed>*>(context))[row->token] = {
                                         row->price_exponent, row->quantity_exponent};
                                   },
                                   [](void*, std::uint64_t, const char* reason) { ADD_FAILURE() << reason; }};
    std::string_view rest = recording_.lists.at(0);
    const bgw_instrument_source source{sizeof source, 0, &rest, [](void* context, void* buffer, std::size_t capacity) {
                                         auto& text = *static_cast<std::string_view*>(context);
                                         const std::size_t n = std::min(capacity, text.size());
                                         std::memcpy(buffer, text.data(), n);
                                         text.remove_prefix(n);
                                         return n;
                                       }};
    bgw_error error{};
    ASSERT_EQ(instruments_extension()->parse(&source, &sink, &error), BGW_OK) << error.message;
  }
  bgw_subscription listed(std::uint32_t instrument, const std::string& symbol, std::uint32_t level) {
    bgw_subscription s = want(instrument, BGW_MODE_DEPTH, "linear:" + symbol, level);
    const Listed& row = listed_.at("linear:" + symbol);
    s.price_exponent = row.price_exponent;
    s.quantity_exponent = row.quantity_exponent;
    return s;
  }
  std::vector<std::string> texts(const std::vector<bgw_level>& levels, const bgw_subscription& s) const {
    std::vector<std::string> out;
    for (const bgw_level& level : levels)
      out.push_back(text_of(level.price, s.price_exponent) + ':' + text_of(level.quantity, s.quantity_exponent));
    return out;
  }

  Recording recording_ = read_recording();
  std::map<std::string, Listed> listed_;
};

TEST_F(Recorded, EveryLevelOfEveryBookIsThatOfANaiveReadingToTheLastDigit) {
  const std::vector<std::string> symbols = {"BTCUSDT", "ETHUSDT", "SOLUSDT", "DOGEUSDT"};
  std::map<std::string, bgw_subscription> held;
  for (std::uint32_t i = 0; i < symbols.size(); ++i) held[symbols[i]] = listed(i + 1, symbols[i], 200);
  for (const auto& [symbol, s] : held) subscribe({s});
  std::map<std::string, NaiveBook> naive;
  std::map<std::string, int> books;
  std::size_t levels = 0;
  for (const std::string& text : recording_.frames) {
    host.published.clear();
    ASSERT_EQ(frame(text), "0") << text.substr(0, 200);
    const Json read = Json::parse(text);
    if (!read.contains("topic") || !read["topic"].get<std::string>().starts_with("orderbook")) continue;
    const std::string symbol = read["data"]["s"];
    naive[symbol].take(read);
    ASSERT_EQ(host.published.size(), 1U);
    const auto& update = host.published[0];
    ASSERT_EQ(update.tick.instrument, held[symbol].instrument);
    ASSERT_EQ(texts(update.bids, held[symbol]), naive[symbol].best(true, 200)) << text.substr(0, 200);
    ASSERT_EQ(texts(update.asks, held[symbol]), naive[symbol].best(false, 200));
    ASSERT_EQ(update.book_time_ns, read["cts"].get<std::int64_t>() * kMillisecond);
    levels += update.bids.size() + update.asks.size();
    ++books[symbol];
  }
  EXPECT_EQ(books,
            (std::map<std::string, int>{{"BTCUSDT", 354}, {"ETHUSDT", 360}, {"SOLUSDT", 329}, {"DOGEUSDT", 321}}));
  EXPECT_EQ(levels, 1364U * 400);
  EXPECT_EQ(host.dropped.count(BGW_DROP_SCALE), 0U);
}

TEST_F(Recorded, TradesAndTickersAreWhatTheFramesSay) {
  const std::vector<std::string> symbols = {"BTCUSDT", "ETHUSDT", "SOLUSDT", "DOGEUSDT"};
  std::map<std::string, bgw_subscription> held;
  for (std::uint32_t i = 0; i < symbols.size(); ++i) {
    held[symbols[i]] = listed(i + 1, symbols[i], 0);
    held[symbols[i]].mode = BGW_MODE_QUOTE;
    subscribe({held[symbols[i]]});
  }
  const std::map<std::string, std::uint32_t> kinds = {
      {"turnover24h", BGW_VALUE_TURNOVER},   {"bid1Price", BGW_VALUE_BID_PRICE},
      {"bid1Size", BGW_VALUE_BID_QUANTITY},  {"ask1Price", BGW_VALUE_ASK_PRICE},
      {"ask1Size", BGW_VALUE_ASK_QUANTITY},  {"markPrice", BGW_VALUE_MARK_PRICE},
      {"indexPrice", BGW_VALUE_INDEX_PRICE}, {"fundingRate", BGW_VALUE_FUNDING_RATE}};
  std::set<std::string> traded;
  std::map<std::string, int> seen;
  for (const std::string& text : recording_.frames) {
    host.published.clear();
    ASSERT_EQ(frame(text), "0");
    const Json read = Json::parse(text);
    const std::string topic = read.value("topic", "");
    if (topic.starts_with("publicTrade.")) {
      const Json& last_trade = read["data"].back();
      const bgw_subscription& s = held[last_trade["s"]];
      traded.insert(last_trade["s"]);
      ASSERT_EQ(host.published.size(), 1U);
      const bgw_tick& tick = host.published[0].tick;
      EXPECT_EQ(text_of(tick.ltp, s.price_exponent), plain(last_trade["p"]));
      EXPECT_EQ(text_of(tick.last_quantity, s.quantity_exponent), plain(last_trade["v"]));
      EXPECT_EQ(tick.last_trade_time_ns, last_trade["T"].get<std::int64_t>() * kMillisecond);
      ++seen["trade"];
    } else if (topic.starts_with("tickers.")) {
      const Json& data = read["data"];
      const bgw_subscription& s = held[data["symbol"]];
      std::map<std::string, std::string> expected, found;
      for (const char* name : {"highPrice24h", "lowPrice24h", "prevPrice24h", "volume24h", "openInterest"})
        if (data.contains(name)) expected[name] = plain(data[name]);
      if (!traded.contains(data["symbol"]) && data.contains("lastPrice"))
        expected["lastPrice"] = plain(data["lastPrice"]);
      for (const auto& [name, kind] : kinds)
        if (data.contains(name)) expected[name] = plain(data[name]);
      if (!host.published.empty()) {
        const auto& update = host.published[0];
        const auto take = [&](const char* name, std::uint64_t bit, std::int64_t value, int exponent) {
          if ((update.tick.present & bit) != 0) found[name] = text_of(value, exponent);
        };
        take("lastPrice", BGW_HAS_LTP, update.tick.ltp, s.price_exponent);
        take("highPrice24h", BGW_HAS_HIGH, update.tick.high, s.price_exponent);
        take("lowPrice24h", BGW_HAS_LOW, update.tick.low, s.price_exponent);
        take("prevPrice24h", BGW_HAS_CLOSE, update.tick.close, s.price_exponent);
        take("volume24h", BGW_HAS_VOLUME, update.tick.volume, s.quantity_exponent);
        take("openInterest", BGW_HAS_OI, update.tick.oi, s.quantity_exponent);
        for (const bgw_value& v : update.values)
          for (const auto& [name, kind] : kinds)
            if (kind == v.kind) found[name] = text_of(v.value, v.exponent);
        EXPECT_EQ(update.tick.exchange_time_ns, read["ts"].get<std::int64_t>() * kMillisecond);
      }
      EXPECT_EQ(found, expected) << text;
      ++seen["ticker"];
    }
  }
  EXPECT_EQ(seen, (std::map<std::string, int>{{"trade", 86}, {"ticker", 651}}));
  EXPECT_EQ(host.dropped.count(BGW_DROP_SCALE), 0U);
}

TEST_F(Recorded, EveryDroppedDeltaIsFoundByTheNextOne) {
  const bgw_subscription s = listed(1, "SOLUSDT", 200);
  std::vector<const std::string*> frames;
  for (const std::string& text : recording_.frames)
    if (text.find("orderbook.200.SOLUSDT") != text.npos) frames.push_back(&text);
  ASSERT_EQ(frames.size(), 329U);
  for (std::size_t dropped_one = 1; dropped_one + 1 < frames.size(); ++dropped_one) {
    unsubscribe({1});
    subscribe({s});
    sent();
    for (std::size_t i = 0; i <= dropped_one + 1; ++i) {
      if (i == dropped_one) continue;
      host.published.clear();
      ASSERT_EQ(frame(*frames[i]), "0");
      ASSERT_EQ(host.published.size(), i < dropped_one ? 1U : 0U) << i;
    }
    ASSERT_THAT(sent(),
                testing::ElementsAre("1 unsubscribe orderbook.200.SOLUSDT", "1 subscribe orderbook.200.SOLUSDT"));
  }
}

}  // namespace
}  // namespace bybit
