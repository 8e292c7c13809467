// Packets that say less than the one that they replace while the ring is full: nothing that was said is lost, and
// nothing is said that no packet said.
#include "core/bus/packet_merge.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/bus/channel.hpp"

namespace gw::bus {
namespace {

constexpr std::uint32_t kBookAlone = BGW_MODE_DEPTH;
constexpr std::uint32_t kQuoteAlone = BGW_MODE_QUOTE;

// One packet with all that it points to.
struct Packet {
  bgw_tick tick{};
  std::optional<bgw_tick_rare> rare;
  std::optional<bgw_book> book;
  std::vector<bgw_level> bids, asks;
  std::vector<bgw_value> values;
  UpdateStamp stamp{};

  explicit Packet(std::uint32_t modes) { tick.modes = modes; }
  Packet& with(std::uint64_t bit, std::int64_t bgw_tick::*member, std::int64_t value) {
    tick.present |= bit;
    tick.*member = value;
    return *this;
  }
  Packet& with_book(std::vector<bgw_level> the_bids, std::vector<bgw_level> the_asks, std::uint32_t flags = 0) {
    bids = std::move(the_bids);
    asks = std::move(the_asks);
    book = bgw_book{};
    book->flags = flags;
    return *this;
  }
  bgw_update update() {
    if (book) {
      book->bid_count = static_cast<std::uint32_t>(bids.size());
      book->ask_count = static_cast<std::uint32_t>(asks.size());
      book->bids = bids.data();
      book->asks = asks.data();
    }
    return {&tick,
            rare ? &*rare : nullptr,
            book ? &*book : nullptr,
            values.data(),
            static_cast<std::uint32_t>(values.size()),
            0};
  }
};

constexpr std::pair<std::uint64_t, std::int64_t bgw_tick::*> kMembers[] = {
    {BGW_HAS_LTP, &bgw_tick::ltp},
    {BGW_HAS_EXCHANGE_TIME, &bgw_tick::exchange_time_ns},
    {BGW_HAS_LAST_QUANTITY, &bgw_tick::last_quantity},
    {BGW_HAS_AVERAGE_PRICE, &bgw_tick::average_price},
    {BGW_HAS_VOLUME, &bgw_tick::volume},
    {BGW_HAS_OPEN, &bgw_tick::open},
    {BGW_HAS_HIGH, &bgw_tick::high},
    {BGW_HAS_LOW, &bgw_tick::low},
    {BGW_HAS_CLOSE, &bgw_tick::close},
    {BGW_HAS_OI, &bgw_tick::oi},
    {BGW_HAS_LAST_TRADE_TIME, &bgw_tick::last_trade_time_ns},
    {BGW_HAS_TOTAL_BUY, &bgw_tick::total_buy_quantity},
    {BGW_HAS_TOTAL_SELL, &bgw_tick::total_sell_quantity}};
constexpr std::pair<std::uint64_t, std::int64_t bgw_tick_rare::*> kRare[] = {
    {BGW_HAS_OI_DAY_HIGH, &bgw_tick_rare::oi_day_high},     {BGW_HAS_OI_DAY_LOW, &bgw_tick_rare::oi_day_low},
    {BGW_HAS_UPPER_CIRCUIT, &bgw_tick_rare::upper_circuit}, {BGW_HAS_LOWER_CIRCUIT, &bgw_tick_rare::lower_circuit},
    {BGW_HAS_HIGH_52_WEEKS, &bgw_tick_rare::high_52_weeks}, {BGW_HAS_LOW_52_WEEKS, &bgw_tick_rare::low_52_weeks}};

// What a reader sees of a packet: each field by its bit, each further value, and the levels of each side that is said.
struct Said {
  std::map<std::uint64_t, std::int64_t> fields;
  std::map<std::uint32_t, std::pair<std::int32_t, std::int64_t>> values;
  std::map<char, std::vector<std::int64_t>> sides;
  std::uint32_t login = 0;
  Exponents exponents{};
  std::uint32_t asked_depth = 0;
  friend bool operator==(const Said&, const Said&) = default;
};

std::vector<std::int64_t> numbers_of(std::span<const bgw_level> levels) {
  std::vector<std::int64_t> numbers;
  for (const bgw_level& level : levels) numbers.insert(numbers.end(), {level.price, level.quantity, level.orders});
  return numbers;
}

Said said_by(const UpdateView& v) {
  Said said;
  for (const auto& [bit, member] : kMembers)
    if ((v.tick->present & bit) != 0) said.fields[bit] = v.tick->*member;
  for (const auto& [bit, member] : kRare)
    if (v.rare != nullptr && (v.tick->present & bit) != 0) said.fields[bit] = v.rare->*member;
  for (const bgw_value& value : v.values)
    EXPECT_TRUE(said.values.insert({value.kind, {value.exponent, value.value}}).second) << "one value of a kind";
  if ((v.tick->modes & kBookAlone) != 0) {
    if (v.header->book_flags != BGW_BOOK_ASKS_ONLY) said.sides['b'] = numbers_of(v.bids);
    if (v.header->book_flags != BGW_BOOK_BIDS_ONLY) said.sides['a'] = numbers_of(v.asks);
  }
  said.login = v.header->login;
  said.exponents = v.header->exponents;
  said.asked_depth = v.header->asked_depth;
  return said;
}

// The naive model: what is said of a field last, of one login and unit.
void add(Said& all, const Said& later) {
  if (all.login != later.login || all.exponents != later.exponents) {
    all = later;
    return;
  }
  all.fields.erase(BGW_HAS_EXCHANGE_TIME);
  for (const auto& [bit, value] : later.fields) all.fields[bit] = value;
  for (const auto& [kind, value] : later.values) all.values[kind] = value;
  if (!later.sides.empty() && all.asked_depth != later.asked_depth) all.sides.clear();
  for (const auto& [side, levels] : later.sides) all.sides[side] = levels;
  all.asked_depth = later.asked_depth;
}

class PacketMergeTest : public testing::Test {
 protected:
  PacketMergeTest() {
    for (int i = 0; i < 200; ++i) {  // the ring is full from here on
      Packet packet(BGW_MODE_LTP);
      packet.tick.instrument = 999;
      send(packet);
    }
  }
  void send(Packet& packet) { channel_.writer().update(packet.update(), packet.stamp); }
  // What comes of the instrument, one for each packet that is left.
  std::vector<Said> take(std::uint32_t instrument = 0) {
    std::vector<Said> all;
    do {
      for (auto record = channel_.updates().front(); !record.empty(); record = channel_.updates().front()) {
        const UpdateView view = view_update(record);
        EXPECT_EQ(reinterpret_cast<const std::byte*>(view.asks.data() + view.asks.size()) - record.data(),
                  static_cast<std::ptrdiff_t>(record.size()))
            << "the record is as long as what it says";
        if (view.tick->instrument == instrument) all.push_back(said_by(view));
        channel_.updates().release();
      }
    } while (!channel_.writer().flush_overflow() || !channel_.updates().empty());
    return all;
  }
  Said take_one() {
    const auto all = take();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? Said{} : all.front();
  }

  Doorbell bell_;
  Channel channel_{1 << 14, 1 << 12, bell_};
};

TEST_F(PacketMergeTest, TheOpenInterestAloneBehindAQuoteLeavesTheQuote) {
  Packet quote(kQuoteAlone);
  quote.with(BGW_HAS_OPEN, &bgw_tick::open, 10).with(BGW_HAS_VOLUME, &bgw_tick::volume, 5);
  quote.with(BGW_HAS_EXCHANGE_TIME, &bgw_tick::exchange_time_ns, 77);
  Packet interest(kQuoteAlone);
  interest.with(BGW_HAS_OI, &bgw_tick::oi, 9).with(BGW_HAS_VOLUME, &bgw_tick::volume, 6);
  const std::uint64_t before = channel_.writer().conflated();
  send(quote);
  send(interest);
  EXPECT_EQ(take_one().fields,
            (std::map<std::uint64_t, std::int64_t>{{BGW_HAS_OPEN, 10}, {BGW_HAS_VOLUME, 6}, {BGW_HAS_OI, 9}}))
      << "the time is that of one packet";
  EXPECT_EQ(channel_.writer().conflated(), before + 1);
}

TEST_F(PacketMergeTest, BidsAloneAndThenAsksAloneAreOneBook) {
  Packet bids = Packet(kBookAlone).with_book({{10, 1, 2, 0}}, {}, BGW_BOOK_BIDS_ONLY);
  Packet asks = Packet(kBookAlone).with_book({}, {{11, 3, 4, 0}, {12, 5, 6, 0}}, BGW_BOOK_ASKS_ONLY);
  Packet lower = Packet(kBookAlone).with_book({{9, 7, 1, 0}}, {}, BGW_BOOK_BIDS_ONLY);
  send(bids);
  send(asks);
  send(lower);
  const Said said = take_one();
  EXPECT_EQ(said.sides.at('b'), (std::vector<std::int64_t>{9, 7, 1}));
  EXPECT_EQ(said.sides.at('a'), (std::vector<std::int64_t>{11, 3, 4, 12, 5, 6}));
}

TEST_F(PacketMergeTest, TheSideOfABookOfAnotherDepthIsNotJoinedToIt) {
  Packet asks = Packet(kBookAlone).with_book({}, {{11, 3, 4, 0}}, BGW_BOOK_ASKS_ONLY);
  asks.stamp.asked_depth = 5;
  Packet bids = Packet(kBookAlone).with_book({{10, 1, 2, 0}}, {}, BGW_BOOK_BIDS_ONLY);
  bids.stamp.asked_depth = 20;
  send(asks);
  send(bids);
  const Said said = take_one();
  EXPECT_EQ(said.sides.count('a'), 0U) << "asks of 5 levels do not stand in for 20";
  EXPECT_EQ(said.asked_depth, 20U);
}

TEST_F(PacketMergeTest, ValuesOfTwoKindsAreBothKeptAndTheSameKindIsReplaced) {
  Packet first(kQuoteAlone);
  first.values = {{BGW_VALUE_DELTA, -3, 500}, {BGW_VALUE_TRADES, 0, 7}};
  Packet second(kQuoteAlone);
  second.values = {{BGW_VALUE_DELTA, -4, 5001}};
  send(first);
  send(second);
  using Values = std::map<std::uint32_t, std::pair<std::int32_t, std::int64_t>>;
  EXPECT_EQ(take_one().values, (Values{{BGW_VALUE_DELTA, {-4, 5001}}, {BGW_VALUE_TRADES, {0, 7}}}));
}

TEST(TakeOver, AValueOfAKnownKindReplacesTheKnownOne) {
  std::vector<bgw_value> known = {{BGW_VALUE_DELTA, -3, 500}};
  const bgw_value later[] = {{BGW_VALUE_TRADES, 0, 7}, {BGW_VALUE_DELTA, -4, 5001}};
  for (int i = 0; i < 3; ++i) take_over(later, known);
  ASSERT_EQ(known.size(), 2U) << "it does not grow with each packet";
  EXPECT_EQ(known[0].value, 5001);
  EXPECT_EQ(known[0].exponent, -4);
  EXPECT_EQ(known[1].value, 7);
}

TEST_F(PacketMergeTest, OfTooManyValuesThoseOfTheLaterPacketAreKept) {
  Packet first(kQuoteAlone);
  Packet second(kQuoteAlone);
  for (std::uint32_t i = 0; i < kMaxValues; ++i) {
    first.values.push_back({100 + i, 0, 1});
    if (i < 20) second.values.push_back({200 + i, 0, 2});
  }
  send(first);
  send(second);
  const Said said = take_one();
  EXPECT_EQ(said.values.size(), kMaxValues);
  for (std::uint32_t i = 0; i < 20; ++i) EXPECT_TRUE(said.values.contains(200 + i));
}

TEST_F(PacketMergeTest, PacketsOfAnotherLoginOrInOtherUnitsAreNotMerged) {
  for (const bool by_login : {true, false}) {
    Packet before(kQuoteAlone);
    before.with(BGW_HAS_OPEN, &bgw_tick::open, 10);
    before.values = {{BGW_VALUE_DELTA, 0, 1}};
    Packet after(kQuoteAlone);
    after.with(BGW_HAS_OI, &bgw_tick::oi, 9);
    if (by_login)
      after.stamp.login = 1;
    else
      after.stamp.exponents = {-4, -8};
    send(before);
    send(after);
    const Said said = take_one();
    EXPECT_EQ(said.fields, (std::map<std::uint64_t, std::int64_t>{{BGW_HAS_OI, 9}}));
    EXPECT_TRUE(said.values.empty());
    EXPECT_EQ(said.exponents, after.stamp.exponents);
    for (int i = 0; i < 200; ++i) {  // the ring is full again
      Packet packet(BGW_MODE_LTP);
      packet.tick.instrument = 999;
      send(packet);
    }
  }
}

TEST_F(PacketMergeTest, ABitWithoutItsRecordIsNoValue) {
  Packet circuits(kQuoteAlone);
  circuits.tick.present = BGW_HAS_UPPER_CIRCUIT;
  circuits.rare = bgw_tick_rare{0, 0, 1500, 0, 0, 0, 0, 0, 0};
  Packet odd(kQuoteAlone);  // claims a circuit and has no record
  odd.tick.present = BGW_HAS_UPPER_CIRCUIT;
  send(circuits);
  send(odd);
  EXPECT_EQ(take_one().fields, (std::map<std::uint64_t, std::int64_t>{{BGW_HAS_UPPER_CIRCUIT, 1500}}));
}

TEST_F(PacketMergeTest, RandomPacketsAreWhatTheNaiveModelSays) {
  std::mt19937 random(19);
  const auto chance = [&](int percent) { return static_cast<int>(random() % 100) < percent; };
  const auto levels = [&] {
    std::vector<bgw_level> side(random() % 4);
    for (bgw_level& level : side) level = {std::int64_t(random()), std::int64_t(random()), std::uint32_t(random()), 0};
    return side;
  };
  for (int round = 0; round < 3000; ++round) {
    std::map<std::uint32_t, Said> model;  // by kind
    for (std::uint32_t i = 1 + static_cast<std::uint32_t>(random() % 6); i != 0; --i) {
      Packet packet(std::array{kQuoteAlone, kQuoteAlone | BGW_MODE_LTP, kBookAlone, 7U}[random() % 4]);
      for (const auto& [bit, member] : kMembers)
        if (chance(40)) packet.with(bit, member, static_cast<std::int64_t>(random()));
      if (chance(40)) {
        packet.rare = bgw_tick_rare{};
        for (const auto& [bit, member] : kRare)
          if (chance(50)) {
            packet.tick.present |= bit;
            *packet.rare.*member = static_cast<std::int64_t>(random());
          }
      }
      if ((packet.tick.modes & kBookAlone) != 0)
        packet.with_book(levels(), levels(), static_cast<std::uint32_t>(random() % 3));
      if (chance(50)) packet.values = {{1 + std::uint32_t(random() % 3), 0, std::int64_t(random())}};
      if (chance(10)) packet.stamp.login = 1;
      if (chance(10)) packet.stamp.exponents = {-2, -3};
      if (chance(20)) packet.stamp.asked_depth = 5;
      const std::uint32_t kind = packet.tick.modes;

      // What this packet says alone is what the reader makes of its own record.
      Doorbell bell;
      Channel alone(1 << 14, 1 << 12, bell);
      alone.writer().update(packet.update(), packet.stamp);
      const Said said = said_by(view_update(alone.updates().front()));
      const auto [known, is_first] = model.try_emplace(kind, said);
      if (!is_first) add(known->second, said);
      send(packet);
    }
    std::vector<Said> expected;
    for (auto& [kind, said] : model) expected.push_back(said);
    std::vector<Said> got = take();
    ASSERT_EQ(got.size(), expected.size()) << "round " << round;
    for (const Said& one : expected) ASSERT_NE(std::find(got.begin(), got.end(), one), got.end()) << "round " << round;
    for (int i = 0; i < 200; ++i) {
      Packet packet(BGW_MODE_LTP);
      packet.tick.instrument = 999;
      send(packet);
    }
  }
}

}  // namespace
}  // namespace gw::bus
