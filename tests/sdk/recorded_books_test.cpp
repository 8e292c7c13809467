// The SDK's order books against recorded feeds, beside an independent reading: a map from the texts of prices to the
// texts of quantities. What the recordings are: ../shared/captures/README.md.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "bgw/book.hpp"

namespace bgw {
namespace {

using Json = nlohmann::json;
using Texts = std::vector<std::pair<std::string, std::string>>;

// The lines of a recording. Nothing: it is not here.
std::vector<Json> recorded(const std::string& name) {
  const std::string path = std::string(GW_SOURCE_DIR) + "/../shared/captures/" + name;
  if (!std::filesystem::exists(path)) return {};
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(("zstdcat '" + path + "'").c_str(), "r"), ::pclose);
  std::string text;
  char part[65536];
  for (std::size_t got; (got = std::fread(part, 1, sizeof part, pipe.get())) > 0;) text.append(part, got);
  std::vector<Json> lines;
  for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
    lines.push_back(
        Json::parse(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(end)));
  EXPECT_FALSE(lines.empty()) << "zstdcat gave nothing";
  return lines;
}

struct Lower {
  bool operator()(const std::string& a, const std::string& b) const {
    return std::strtold(a.c_str(), nullptr) < std::strtold(b.c_str(), nullptr);
  }
};

// The independent reading of a book.
class NaiveBook {
 public:
  void clear() {
    bids_.clear();
    asks_.clear();
  }
  void set(bool is_bid, const std::string& price, const std::string& quantity) {
    auto& side = is_bid ? bids_ : asks_;
    side.erase(price);
    if (quantity.find_first_not_of("0.") != std::string::npos) side[price] = quantity;
  }
  void cut(std::size_t levels) {
    while (bids_.size() > levels) bids_.erase(bids_.begin());
    while (asks_.size() > levels) asks_.erase(std::prev(asks_.end()));
  }
  Texts bids() const { return {bids_.rbegin(), bids_.rend()}; }
  Texts asks() const { return {asks_.begin(), asks_.end()}; }

 private:
  std::map<std::string, std::string, Lower> bids_, asks_;
};

Texts bid_texts(const BookBuilder& book, std::size_t levels) {
  Texts out;
  for (std::size_t i = 0; i < std::min(levels, book.bids().size()); ++i)
    out.emplace_back(book.bid_price_text(i).view(), book.bid_quantity_text(i).view());
  return out;
}
Texts ask_texts(const BookBuilder& book, std::size_t levels) {
  Texts out;
  for (std::size_t i = 0; i < std::min(levels, book.asks().size()); ++i)
    out.emplace_back(book.ask_price_text(i).view(), book.ask_quantity_text(i).view());
  return out;
}

struct ReadLevel {
  bool is_bid;
  std::string price;
  std::string quantity;
};

// ---- Kraken ----

constexpr std::size_t kKrakenLevels = 1000;

struct KrakenUpdate {
  std::vector<ReadLevel> levels;
  std::int64_t checksum = -1;  // -1: a snapshot
};
struct KrakenPair {
  int price_exponent = 0;
  int quantity_exponent = 0;
  std::vector<KrakenUpdate> updates;
};

std::map<std::string, KrakenPair> read_kraken(const std::vector<Json>& lines) {
  std::map<std::string, KrakenPair> pairs;
  std::map<std::string, std::pair<int, int>> decimals;
  for (const Json& line : lines) {
    if (line["t"] == "http") {
      const Json answer = Json::parse(line["data"].get<std::string>());
      for (const Json& pair : answer["result"])
        if (pair.contains("wsname")) decimals[pair["wsname"]] = {pair["pair_decimals"], pair["lot_decimals"]};
    }
    if (line["t"] != "recv") continue;
    const Json frame = Json::parse(line["data"].get<std::string>());
    if (!frame.is_array() || frame[frame.size() - 2] != "book-1000") continue;
    const std::string name = frame.back();
    KrakenPair& pair = pairs[name];
    pair.price_exponent = -decimals.at(name).first;
    pair.quantity_exponent = -decimals.at(name).second;
    KrakenUpdate& update = pair.updates.emplace_back();
    for (std::size_t i = 1; i + 2 < frame.size(); ++i)
      for (const auto& [key, value] : frame[i].items())
        if (key == "c")
          update.checksum = std::stoll(value.get<std::string>());
        else
          for (const Json& level : value) update.levels.push_back({key[0] == 'b', level[0], level[1]});
  }
  return pairs;
}

// As a plugin does it.
BookResult apply(BookBuilder& book, const KrakenUpdate& update) {
  if (update.checksum < 0)
    book.begin_snapshot();
  else
    book.begin_delta();
  for (const ReadLevel& level : update.levels)
    level.is_bid ? book.bid(level.price, level.quantity) : book.ask(level.price, level.quantity);
  if (update.checksum < 0) return book.finish();
  return book.finish(update.checksum, [](const BookBuilder& b) { return b.kraken_checksum(); });
}

std::string without_point(std::string text) {
  std::erase(text, '.');
  return text.substr(std::min(text.find_first_not_of('0'), text.size()));
}

// What a checksum is made over.
std::string best_ten(const Texts& bids, const Texts& asks) {
  std::string out;
  for (const Texts& side : {asks, bids})
    for (std::size_t i = 0; i < std::min<std::size_t>(10, side.size()); ++i)
      out += without_point(side[i].first) + without_point(side[i].second);
  return out;
}

// Bit by bit, as ISO 3309 describes it.
std::int64_t slow_crc32(const std::string& text) {
  std::uint32_t remainder = ~0U;
  for (const char c : text)
    for (int bit = 0; bit < 8; ++bit) {
      const bool is_odd = ((remainder ^ (static_cast<unsigned char>(c) >> bit)) & 1U) != 0;
      remainder = (remainder >> 1) ^ (is_odd ? 0xEDB88320U : 0U);
    }
  return ~remainder;
}

BookBuilder kraken_book(const KrakenPair& pair) {
  return BookBuilder(
      {.levels = kKrakenLevels, .is_cut = true, .keeps_decimals = true, .unknown_delete_is_suspect = true},
      pair.price_exponent, pair.quantity_exponent);
}

TEST(RecordedKraken, EveryChecksumIsRight) {
  const std::vector<Json> lines = recorded("kraken_v1_2021-04-17.jsonl.zst");
  if (lines.empty()) GTEST_SKIP() << "the recording is not here";
  int checksums = 0, snapshots = 0;
  for (const auto& [name, pair] : read_kraken(lines)) {
    BookBuilder book = kraken_book(pair);
    NaiveBook naive;
    for (const KrakenUpdate& update : pair.updates) {
      ++(update.checksum < 0 ? snapshots : checksums);
      if (update.checksum < 0) naive.clear();
      for (const ReadLevel& level : update.levels) naive.set(level.is_bid, level.price, level.quantity);
      naive.cut(kKrakenLevels);
      ASSERT_EQ(apply(book, update), BookResult::kPublish) << name << ": " << book.why();
      ASSERT_TRUE(book.is_whole());
      ASSERT_EQ(bid_texts(book, kKrakenLevels + 1), naive.bids()) << name;
      ASSERT_EQ(ask_texts(book, kKrakenLevels + 1), naive.asks()) << name;
      if (update.checksum < 0) continue;
      ASSERT_EQ(slow_crc32(best_ten(naive.bids(), naive.asks())), update.checksum);
    }
  }
  EXPECT_EQ(snapshots, 10);
  EXPECT_EQ(checksums, 4269);
}

// What is done to one update.
enum class Damage { kMessageDropped, kLevelDropped, kPriceAltered, kQuantityAltered };

// The next digit, in the last place but `from_the_right` that is one.
std::string altered(std::string text, std::size_t from_the_right) {
  std::size_t at = text.size() - 1 - from_the_right % text.size();
  if (text[at] == '.') at = text.size() - 1;
  text[at] = text[at] == '9' ? '0' : static_cast<char>(text[at] + 1);
  return text;
}

// A checksum is made over the best ten levels, and so it must find every damage at the first update after which the
// best ten levels are wrong, and nothing else may be found before. Damage further down is found when it comes up.
TEST(RecordedKraken, EveryDamageIsFoundAsSoonAsTheBestTenLevelsAreWrong) {
  const std::vector<Json> lines = recorded("kraken_v1_2021-04-17.jsonl.zst");
  if (lines.empty()) GTEST_SKIP() << "the recording is not here";
  std::map<Damage, int> at_once, later, out_of_sight, without_effect;
  for (const auto& [name, pair] : read_kraken(lines)) {
    std::vector<std::string> truth;
    BookBuilder whole = kraken_book(pair);
    for (const KrakenUpdate& update : pair.updates) {
      ASSERT_EQ(apply(whole, update), BookResult::kPublish);
      truth.push_back(best_ten(bid_texts(whole, 10), ask_texts(whole, 10)));
    }
    const Texts last_bids = bid_texts(whole, kKrakenLevels), last_asks = ask_texts(whole, kKrakenLevels);

    BookBuilder before = kraken_book(pair);
    for (std::size_t i = 0; i < pair.updates.size(); ++i) {
      const KrakenUpdate& update = pair.updates[i];
      for (const Damage damage :
           {Damage::kMessageDropped, Damage::kLevelDropped, Damage::kPriceAltered, Damage::kQuantityAltered}) {
        if (i == 0) continue;  // the snapshot, which has no checksum
        KrakenUpdate bad = update;
        const std::size_t which = i % bad.levels.size();
        if (damage == Damage::kLevelDropped) bad.levels.erase(bad.levels.begin() + static_cast<std::ptrdiff_t>(which));
        if (damage == Damage::kPriceAltered) bad.levels[which].price = altered(bad.levels[which].price, i % 7);
        if (damage == Damage::kQuantityAltered) bad.levels[which].quantity = altered(bad.levels[which].quantity, i % 9);
        BookBuilder book = before;
        bool is_found = false;
        std::size_t at = i;
        for (; at < pair.updates.size() && !is_found; ++at) {
          if (at == i && damage == Damage::kMessageDropped) continue;
          const BookResult result = apply(book, at == i ? bad : pair.updates[at]);
          is_found = result == BookResult::kSubscribeAnew;
          ASSERT_EQ(is_found, !book.is_whole());
          const bool is_right = best_ten(bid_texts(book, 10), ask_texts(book, 10)) == truth[at];
          if (!is_right) {
            ASSERT_TRUE(is_found) << name << " " << at;
          }
          // Otherwise an altered price has too many digits, or what is deleted here was never inserted.
          if (is_found && is_right) {
            ASSERT_THAT(book.why(),
                        testing::AnyOf(testing::StartsWith("found price"),
                                       testing::StartsWith("found the deletion of a price that has no level")))
                << name << " " << at;
          }
        }
        const std::size_t first = damage == Damage::kMessageDropped ? i + 1 : i;
        if (is_found)
          ++(at == first + 1 ? at_once : later)[damage];
        else if (bid_texts(book, kKrakenLevels) == last_bids && ask_texts(book, kKrakenLevels) == last_asks)
          ++without_effect[damage];
        else
          ++out_of_sight[damage];
      }
      ASSERT_EQ(apply(before, update), BookResult::kPublish);
    }
  }
  for (const auto& [damage, count] : at_once) {
    std::printf("damage %d: found at once %d, later %d; below the best ten to the end %d, without effect %d\n",
                static_cast<int>(damage), count, later[damage], out_of_sight[damage], without_effect[damage]);
    EXPECT_GT(count, 3000);
    EXPECT_EQ(count + later[damage] + out_of_sight[damage] + without_effect[damage], 4269);
  }
  EXPECT_EQ(at_once.size(), 4U);
}

// ---- Bybit ----

constexpr std::size_t kBybitLevels = 200;

struct BybitUpdate {
  bool is_snapshot = false;
  std::uint64_t number = 0;
  std::vector<ReadLevel> levels;
};
struct BybitSymbol {
  int price_exponent = 0;
  int quantity_exponent = 0;
  std::vector<BybitUpdate> updates;
};

std::map<std::string, BybitSymbol> read_bybit(const std::vector<Json>& lines) {
  std::map<std::string, BybitSymbol> symbols;
  std::map<std::string, std::pair<int, int>> decimals;
  for (const Json& line : lines) {
    if (line["t"] == "http") {
      const Json result = Json::parse(line["data"].get<std::string>())["result"];
      if (result["category"] != "linear") continue;
      for (const Json& row : result["list"])
        decimals[row["symbol"]] = {decimals_of(row["priceFilter"]["tickSize"].get<std::string>()),
                                   decimals_of(row["lotSizeFilter"]["qtyStep"].get<std::string>())};
    }
    if (line["t"] != "recv") continue;
    const Json frame = Json::parse(line["data"].get<std::string>());
    if (!frame.value("topic", "").starts_with("orderbook.200.")) continue;
    const Json& data = frame["data"];
    BybitSymbol& symbol = symbols[data["s"]];
    symbol.price_exponent = -decimals.at(data["s"]).first;
    symbol.quantity_exponent = -decimals.at(data["s"]).second;
    BybitUpdate& update = symbol.updates.emplace_back();
    update.is_snapshot = frame["type"] == "snapshot";
    update.number = data["u"];
    for (const char* side : {"b", "a"})
      for (const Json& level : data[side]) update.levels.push_back({*side == 'b', level[0], level[1]});
  }
  return symbols;
}

BookResult apply(BookBuilder& book, const BybitUpdate& update) {
  if (update.is_snapshot)
    book.begin_snapshot(update.number);
  else
    book.begin_delta(update.number);
  for (const ReadLevel& level : update.levels)
    level.is_bid ? book.bid(level.price, level.quantity) : book.ask(level.price, level.quantity);
  return book.finish();
}

BookBuilder bybit_book(const BybitSymbol& symbol, bool keeps_decimals) {
  return BookBuilder({.levels = kBybitLevels,
                      .keeps_decimals = keeps_decimals,
                      .repeated_is_suspect = true,
                      .unknown_delete_is_suspect = true},
                     symbol.price_exponent, symbol.quantity_exponent);
}

TEST(RecordedBybit, EveryFrameGivesTheSameTwoHundredLevelsAsAnIndependentReading) {
  const std::vector<Json> lines = recorded("bybit_2026-08-09.jsonl.zst");
  if (lines.empty()) GTEST_SKIP() << "the recording is not here";
  std::size_t frames = 0;
  for (const auto& [name, symbol] : read_bybit(lines)) {
    BookBuilder book = bybit_book(symbol, false);
    BookBuilder with_texts = bybit_book(symbol, true);
    NaiveBook naive;
    for (const BybitUpdate& update : symbol.updates) {
      ++frames;
      if (update.is_snapshot) naive.clear();
      for (const ReadLevel& level : update.levels) naive.set(level.is_bid, level.price, level.quantity);
      ASSERT_EQ(apply(book, update), BookResult::kPublish) << name << ": " << book.why();
      ASSERT_EQ(apply(with_texts, update), BookResult::kPublish) << name << ": " << with_texts.why();
      ASSERT_EQ(bid_texts(with_texts, 10'000), naive.bids()) << name << " " << update.number;
      ASSERT_EQ(ask_texts(with_texts, 10'000), naive.asks()) << name << " " << update.number;
      const bgw_book top = *book.top(kBybitLevels);
      ASSERT_EQ(top.bid_count, naive.bids().size());
      ASSERT_EQ(top.ask_count, naive.asks().size());
      ASSERT_EQ(top.bid_count, kBybitLevels);
      ASSERT_EQ(top.ask_count, kBybitLevels);
      for (std::size_t i = 0; i < kBybitLevels; ++i) {
        ASSERT_EQ(top.bids[i].price, decimal(naive.bids()[i].first, symbol.price_exponent));
        if (i >= 3 && i < kBybitLevels - 3) continue;  // the texts above are those of all levels
        ASSERT_EQ(top.asks[i].quantity, decimal(naive.asks()[i].second, symbol.quantity_exponent));
      }
    }
  }
  EXPECT_EQ(frames, 1364U);
}

TEST(RecordedBybit, EveryDroppedFrameIsFoundByTheNextNumber) {
  const std::vector<Json> lines = recorded("bybit_2026-08-09.jsonl.zst");
  if (lines.empty()) GTEST_SKIP() << "the recording is not here";
  int dropped = 0;
  for (const auto& [name, symbol] : read_bybit(lines)) {
    BookBuilder before = bybit_book(symbol, false);
    for (std::size_t i = 0; i + 1 < symbol.updates.size(); ++i) {
      if (!symbol.updates[i].is_snapshot) {
        BookBuilder book = before;
        ASSERT_EQ(apply(book, symbol.updates[i + 1]), BookResult::kSubscribeAnew);
        ASSERT_FALSE(book.is_whole());
        ASSERT_EQ(book.why(), "found update " + std::to_string(symbol.updates[i + 1].number) + ", expected " +
                                  std::to_string(symbol.updates[i].number));
        if (i + 2 < symbol.updates.size()) {
          ASSERT_EQ(apply(book, symbol.updates[i + 2]), BookResult::kNothing);
        }
        ++dropped;
      }
      ASSERT_EQ(apply(before, symbol.updates[i]), BookResult::kPublish);
    }
  }
  EXPECT_EQ(dropped, 1360 - 4);
}

}  // namespace
}  // namespace bgw
