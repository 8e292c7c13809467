#include "angel_wire.hpp"

#include <gmock/gmock.h>

#include "angel_exchanges.hpp"
#include "frames.hpp"

namespace angel {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kPaisa = 10'000'000;

Packet decoded(const Bytes& frame) {
  Packet p;
  const Reading reading = decode(frame.all(), p);
  EXPECT_EQ(reading.kind, Reading::Kind::kGood) << (reading.problem != nullptr ? reading.problem : "");
  return p;
}

std::string problem_of(std::span<const std::byte> frame) {
  Packet p;
  const Reading reading = decode(frame, p);
  return reading.problem == nullptr ? "" : reading.problem;
}

TEST(AngelWire, Ltp) {
  const Packet p = decoded(ltp_frame());
  EXPECT_EQ(p.mode, Mode::kLtp);
  EXPECT_EQ(p.key, token_key(1, 1594));
  EXPECT_EQ(p.tick.modes, std::uint32_t{BGW_MODE_LTP});
  EXPECT_EQ(p.tick.present, std::uint64_t{BGW_HAS_LTP | BGW_HAS_EXCHANGE_TIME});
  EXPECT_EQ(p.tick.ltp, 196'115 * kPaisa);
  EXPECT_EQ(p.sequence, 77);
  EXPECT_EQ(p.tick.exchange_time_ns, kTimeMs * 1'000'000);
}

TEST(AngelWire, APriceNeedsAllItsEightBytes) {
  EXPECT_EQ(decoded(ltp_frame(1, "1", 5'000'000'000)).tick.ltp, 5'000'000'000 * kPaisa);
  EXPECT_EQ(decoded(ltp_frame(5, "1", -3'763)).tick.ltp, -3'763 * kPaisa) << "a commodity's may be below zero";
}

TEST(AngelWire, QuoteAddsTheDay) {
  const bgw_tick t = decoded(quote_frame()).tick;
  EXPECT_EQ(t.modes, std::uint32_t{BGW_MODE_LTP | BGW_MODE_QUOTE});
  EXPECT_EQ(t.present, std::uint64_t{BGW_HAS_LTP | BGW_HAS_EXCHANGE_TIME | BGW_HAS_LAST_QUANTITY |
                                     BGW_HAS_AVERAGE_PRICE | BGW_HAS_VOLUME | BGW_HAS_TOTAL_BUY | BGW_HAS_TOTAL_SELL |
                                     BGW_HAS_OPEN | BGW_HAS_HIGH | BGW_HAS_LOW | BGW_HAS_CLOSE});
  EXPECT_EQ(t.last_quantity, 5);
  EXPECT_EQ(t.average_price, 196'995 * kPaisa);
  EXPECT_EQ(t.volume, 624'787);
  EXPECT_EQ(t.total_buy_quantity, 158'743);
  EXPECT_EQ(t.total_sell_quantity, 246'562);
  EXPECT_EQ(t.open, 197'515 * kPaisa);
  EXPECT_EQ(t.high, 197'995 * kPaisa);
  EXPECT_EQ(t.low, 196'025 * kPaisa);
  EXPECT_EQ(t.close, 194'620 * kPaisa);
}

TEST(AngelWire, ATotalThatIsNoNumberIsLeftOut) {
  for (const double wrong : {std::numeric_limits<double>::quiet_NaN(), -1.0, 1e300}) {
    Bytes frame = quote_frame();
    frame.set(75, wrong);
    const bgw_tick t = decoded(frame).tick;
    EXPECT_EQ(t.present & BGW_HAS_TOTAL_BUY, 0U);
    EXPECT_NE(t.present & BGW_HAS_TOTAL_SELL, 0U);
  }
}

TEST(AngelWire, SnapQuoteAddsBookInterestAndBounds) {
  const Packet p = decoded(snap_frame());
  EXPECT_EQ(p.tick.modes, std::uint32_t{BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH});
  EXPECT_EQ(p.tick.last_trade_time_ns, 1'734'666'468'000'000'000) << "seconds, not milliseconds";
  EXPECT_EQ(p.tick.oi, 81'872'000);
  EXPECT_TRUE(p.has_rare);
  EXPECT_EQ(p.rare.upper_circuit, 214'080 * kPaisa);
  EXPECT_EQ(p.rare.lower_circuit, 175'160 * kPaisa);
  EXPECT_EQ(p.rare.high_52_weeks, 200'645 * kPaisa);
  EXPECT_EQ(p.rare.low_52_weeks, 135'835 * kPaisa);
  ASSERT_EQ(p.book.bid_count, 5U);
  ASSERT_EQ(p.book.ask_count, 3U) << "empty levels are left out";
  EXPECT_EQ(p.book.bids[0].price, 196'110 * kPaisa);
  EXPECT_EQ(p.book.bids[4].quantity, 14);
  EXPECT_EQ(p.book.asks[0].price, 196'120 * kPaisa);
  EXPECT_EQ(p.book.asks[2].quantity, 27);
  EXPECT_EQ(p.book.asks[0].orders, 3U);
}

TEST(AngelWire, TheFlagTellsTheSideWhateverThePosition) {
  Bytes frame = snap_frame();
  for (std::size_t i = 0; i < 10; ++i)
    set_best_five(frame, i, i % 2 == 0 ? std::int16_t{1} : std::int16_t{0}, 1, 100 + static_cast<std::int64_t>(i), 1);
  const Packet p = decoded(frame);
  EXPECT_EQ(p.book.bid_count, 5U);
  EXPECT_EQ(p.book.bids[1].price, 102 * kPaisa);
  EXPECT_EQ(p.book.asks[1].price, 103 * kPaisa);
}

TEST(AngelWire, ALevelThatMakesNoSenseSpoilsNeitherItsBookNorItsPacket) {
  Bytes frame = snap_frame();
  set_best_five(frame, 0, 2, 10, 196'110, 2);    // no side that a document has
  set_best_five(frame, 1, 1, 0, 196'109, 2);     // empty
  set_best_five(frame, 5, 0, 10, INT64_MAX, 2);  // beyond all bounds
  const Packet p = decoded(frame);
  EXPECT_EQ(p.dropped_levels, 2U);
  EXPECT_EQ(p.tick.modes, std::uint32_t{BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH});
  EXPECT_EQ(p.tick.ltp, 196'115 * kPaisa);
  ASSERT_EQ(p.book.bid_count, 3U);
  EXPECT_EQ(p.book.bids[0].price, 196'108 * kPaisa);
  ASSERT_EQ(p.book.ask_count, 2U);
  EXPECT_EQ(p.book.asks[0].price, 196'121 * kPaisa);
}

TEST(AngelWire, ACountOfOrdersBelowZeroIsNoneOfTheWholeBook) {
  Bytes snap = snap_frame();
  set_best_five(snap, 1, 1, 11, 196'109, -1);
  Bytes deep = depth_frame();
  deep.set(51, std::int16_t{-1});
  for (const Packet& p : {decoded(snap), decoded(deep)}) {
    EXPECT_EQ(p.book.present & BGW_HAS_ORDERS, 0U);
    EXPECT_GE(p.book.bid_count, 5U) << "its levels are as good as ever";
    EXPECT_EQ(p.dropped_levels, 0U);
  }
  EXPECT_NE(decoded(snap_frame()).book.present & BGW_HAS_ORDERS, 0U);
}

TEST(AngelWire, OfMoreThanFiveLevelsOnOneSideTheFirstFiveCount) {
  Bytes frame = snap_frame();
  for (std::size_t i = 0; i < 10; ++i) set_best_five(frame, i, 0, 10 + static_cast<std::int64_t>(i), 196'120, 1);
  const Packet p = decoded(frame);
  EXPECT_EQ(p.book.bid_count, 0U);
  ASSERT_EQ(p.book.ask_count, 5U);
  EXPECT_EQ(p.book.asks[4].quantity, 14);
  EXPECT_EQ(p.dropped_levels, 5U);
}

TEST(AngelWire, ACommoditysLevelMayBeBelowZero) {
  Bytes frame = snap_frame(5, "7");
  set_best_five(frame, 0, 1, 10, -3'763, 2);
  const Packet p = decoded(frame);
  EXPECT_EQ(p.book.bids[0].price, -3'763 * kPaisa);
  EXPECT_EQ(p.dropped_levels, 0U);
}

TEST(AngelWire, APriceBeyondAllBoundsSpoilsNothingElse) {
  Bytes frame = snap_frame();
  for (const std::size_t at : {59UL, 91UL, 347UL}) frame.set(at, INT64_MAX);
  const Packet p = decoded(frame);
  EXPECT_EQ(p.tick.present & (BGW_HAS_AVERAGE_PRICE | BGW_HAS_OPEN | BGW_HAS_UPPER_CIRCUIT), 0U);
  EXPECT_NE(p.tick.present & BGW_HAS_LOWER_CIRCUIT, 0U);
  EXPECT_EQ(p.tick.ltp, 196'115 * kPaisa);
}

TEST(AngelWire, AnExchangeTypeWhoseScaleNoDocumentGivesIsNotRead) {
  for (int type = 0; type < 256; ++type) {
    Packet p;
    const Bytes frame = ltp_frame(static_cast<std::uint8_t>(type));
    const bool known = (type >= 1 && type <= 5) || type == 7 || type == 13;
    EXPECT_EQ(decode(frame.all(), p).kind, known ? Reading::Kind::kGood : Reading::Kind::kUnknownScale) << type;
  }
}

TEST(AngelWire, BoundsOfZeroAndTimesOfZeroAreNone) {
  Bytes frame = snap_frame();
  for (const std::size_t at : {35UL, 123UL, 347UL, 355UL, 363UL, 371UL}) frame.set(at, std::int64_t{0});
  const Packet p = decoded(frame);
  EXPECT_FALSE(p.has_rare);
  EXPECT_EQ(p.tick.present & (BGW_HAS_EXCHANGE_TIME | BGW_HAS_LAST_TRADE_TIME | BGW_HAS_UPPER_CIRCUIT), 0U);
}

TEST(AngelWire, AQuantityBelowZeroIsNone) {
  Bytes frame = snap_frame();
  for (const std::size_t at : {51UL, 67UL, 131UL}) frame.set(at, std::int64_t{-1});
  EXPECT_EQ(decoded(frame).tick.present & (BGW_HAS_LAST_QUANTITY | BGW_HAS_VOLUME | BGW_HAS_OI), 0U);
}

TEST(AngelWire, AnEmptyLevelOfTwentyIsLeftOutToo) {
  Bytes frame = depth_frame();
  frame.set(43, std::int32_t{0});
  const Packet p = decoded(frame);
  EXPECT_EQ(p.dropped_levels, 0U);
  ASSERT_EQ(p.book.bid_count, 19U);
  EXPECT_EQ(p.book.ask_count, 19U);
}

TEST(AngelWire, Depth20HasABookWithItsTimeAndNothingElse) {
  const Packet p = decoded(depth_frame());
  EXPECT_EQ(p.tick.modes, std::uint32_t{BGW_MODE_DEPTH});
  EXPECT_EQ(p.tick.present, 0U);
  EXPECT_EQ(p.book.present, std::uint32_t{BGW_HAS_EXCHANGE_TIME | BGW_HAS_ORDERS});
  EXPECT_EQ(p.book.exchange_time_ns, 1'734'667'885'562'000'000);
  ASSERT_EQ(p.book.bid_count, 20U);
  ASSERT_EQ(p.book.ask_count, 19U);
  EXPECT_EQ(p.book.bids[19].price, 195'881 * kPaisa);
  EXPECT_EQ(p.book.bids[19].quantity, 607);
  EXPECT_EQ(p.book.asks[18].price, 195'973 * kPaisa);
  EXPECT_EQ(p.book.asks[18].orders, 2U);
}

TEST(AngelWire, CurrencyHasItsOwnScale) {
  EXPECT_EQ(decoded(ltp_frame(13, "1", 832'500'000)).tick.ltp, 83'250'000'000);
}

TEST(AngelWire, ATokenMeansSomethingWithinItsExchangeOnly) {
  EXPECT_NE(decoded(ltp_frame(1)).key, decoded(ltp_frame(3)).key);
}

TEST(AngelWire, ATokenMayFillItsField) {
  EXPECT_EQ(decoded(ltp_frame(1, "1234567890123456")).key, token_key(1, 1'234'567'890'123'456));
}

TEST(AngelWire, WhatIsMalformedIsRefusedWithWhatWasFoundAndExpected) {
  EXPECT_THAT(problem_of({}), HasSubstr("less than 2 bytes"));
  EXPECT_THAT(problem_of(ltp_frame().first(1)), HasSubstr("less than 2 bytes"));
  const Bytes ltp = ltp_frame(), quote = quote_frame(), snap = snap_frame(), depth = depth_frame();
  for (const Bytes* frame : {&ltp, &quote, &snap, &depth})
    for (std::size_t size = 2; size < frame->all().size(); ++size)
      ASSERT_THAT(problem_of(frame->first(size)), HasSubstr("does not go with the frame's mode")) << size;
  EXPECT_THAT(problem_of(head(123, 9).all()), HasSubstr("does not go with the frame's mode"));
  EXPECT_THAT(problem_of(ltp_frame(1, "").all()), HasSubstr("no number"));
  EXPECT_THAT(problem_of(ltp_frame(1, "15x4").all()), HasSubstr("no number"));
  EXPECT_THAT(problem_of(ltp_frame(1, "1234567890123456789012345").all()), HasSubstr("no number"));
  EXPECT_THAT(problem_of(ltp_frame(1, "1", INT64_MAX).all()), HasSubstr("beyond all bounds"));
  EXPECT_THAT(problem_of(ltp_frame(1, "1", INT64_MIN).all()), HasSubstr("beyond all bounds"));
}

TEST(AngelWire, AModeThatNoDocumentHasIsPassedOver) {
  for (const std::uint8_t mode : {std::uint8_t{0}, std::uint8_t{5}, std::uint8_t{255}}) {
    Packet p;
    const Bytes frame = head(60, mode);
    const Reading reading = decode(frame.all(), p);
    EXPECT_EQ(reading.kind, Reading::Kind::kUnknownMode);
  }
}

TEST(AngelExchanges, WordsNumbersAndStandardNames) {
  for (const auto& [name, type] :
       {std::pair{"NSE", 1}, {"NFO", 2}, {"BSE", 3}, {"BFO", 4}, {"MCX", 5}, {"NCDEX", 7}, {"CDS", 13}}) {
    const Segment* segment = find_segment(std::string_view(name));
    ASSERT_NE(segment, nullptr) << name;
    EXPECT_EQ(segment->type, type) << name;
    EXPECT_EQ(find_segment(static_cast<std::uint8_t>(type)), segment);
  }
  for (const char* unknown : {"NCO", "", "nse"}) EXPECT_EQ(find_segment(std::string_view(unknown)), nullptr);
  EXPECT_EQ(standard_exchange("NSE", true), "NSE_INDEX");
  EXPECT_EQ(standard_exchange("MCX", true), "MCX_INDEX");
  EXPECT_EQ(standard_exchange("NFO", true), "");
  EXPECT_EQ(standard_exchange("NFO", false), "NFO");
  EXPECT_EQ(standard_exchange("XYZ", false), "");
}

}  // namespace
}  // namespace angel
