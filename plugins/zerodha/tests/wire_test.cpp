#include "zerodha_wire.hpp"

#include <gmock/gmock.h>

#include "frames.hpp"

namespace zerodha {
namespace {

constexpr std::uint32_t kUsdInr = 7 << 8 | 3;  // CDS
constexpr std::uint32_t kBcd = 7 << 8 | 6;
constexpr std::int64_t kPaisa = 10'000'000;

Packet decoded(const Bytes& bytes) {
  Packet packet;
  EXPECT_EQ(decode(bytes.all(), packet), Reading::kGood);
  return packet;
}

TEST(Decode, EightBytesAreAnLtp) {
  const Packet p = decoded(ltp_packet(kInfy, 157'370));
  EXPECT_EQ(p.token, kInfy);
  EXPECT_EQ(p.tick.modes, unsigned{BGW_MODE_LTP});
  EXPECT_EQ(p.tick.present, std::uint64_t{BGW_HAS_LTP});
  EXPECT_EQ(p.tick.ltp, 157'370 * kPaisa);
  EXPECT_FALSE(p.has_rare);
}

TEST(Decode, AnIndexHasHighLowOpenCloseInThisOrderAndNothingElse) {
  const Packet p = decoded(index_packet(kNifty));
  EXPECT_EQ(p.tick.modes, unsigned{BGW_MODE_LTP | BGW_MODE_QUOTE});
  EXPECT_EQ(p.tick.present, std::uint64_t{BGW_HAS_LTP | BGW_HAS_OPEN | BGW_HAS_HIGH | BGW_HAS_LOW | BGW_HAS_CLOSE});
  EXPECT_EQ(p.tick.high, 2'436'500 * kPaisa);
  EXPECT_EQ(p.tick.low, 2'429'680 * kPaisa);
  EXPECT_EQ(p.tick.open, 2'436'190 * kPaisa);
  EXPECT_EQ(p.tick.close, 2'439'585 * kPaisa);
}

TEST(Decode, AnIndexInFullHasTheExchangeTimeButNoDepth) {
  const Packet p = decoded(index_packet(kNifty).u32(1'786'693'369));
  EXPECT_EQ(p.tick.modes, unsigned{BGW_MODE_LTP | BGW_MODE_QUOTE});
  EXPECT_EQ(p.tick.exchange_time_ns, 1'786'693'369'000'000'000);
}

TEST(Decode, AQuoteHasNoTimeAndNoOpenInterest) {
  const Packet p = decoded(quote_packet(kInfy));
  EXPECT_EQ(p.tick.modes, unsigned{BGW_MODE_LTP | BGW_MODE_QUOTE});
  EXPECT_EQ(p.tick.last_quantity, 1);
  EXPECT_EQ(p.tick.average_price, 157'033 * kPaisa);
  EXPECT_EQ(p.tick.volume, 1'175'986);
  EXPECT_EQ(p.tick.total_buy_quantity, 256'511);
  EXPECT_EQ(p.tick.total_sell_quantity, 360'503);
  EXPECT_EQ(p.tick.open, 156'915 * kPaisa);
  EXPECT_EQ(p.tick.close, 156'780 * kPaisa);
  EXPECT_EQ(p.tick.present & (BGW_HAS_EXCHANGE_TIME | BGW_HAS_OI | BGW_HAS_LAST_TRADE_TIME), 0U);
}

TEST(Decode, AFullPacketHasTimesOpenInterestAndTheLevelsThatAreThere) {
  const Packet p = decoded(full_packet(kInfy, 1'625'461'887, 1'625'461'888));
  EXPECT_EQ(p.tick.modes, unsigned{BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH});
  EXPECT_EQ(p.tick.last_trade_time_ns, 1'625'461'887'000'000'000);
  EXPECT_EQ(p.tick.exchange_time_ns, 1'625'461'888'000'000'000);
  EXPECT_EQ(p.tick.oi, 11);
  EXPECT_EQ(p.rare.oi_day_high, 22);
  EXPECT_EQ(p.rare.oi_day_low, 10);
  ASSERT_EQ(p.book.bid_count, 5U);
  ASSERT_EQ(p.book.ask_count, 3U);
  EXPECT_EQ(p.bids[4].price, 157'280 * kPaisa);
  EXPECT_EQ(p.bids[4].quantity, 104);
  EXPECT_EQ(p.bids[4].orders, 5U);
  EXPECT_EQ(p.asks[0].price, 157'320 * kPaisa);
}

TEST(Decode, TimesOfZeroAndOutsideAnyTradingDayCountAsNone) {
  for (const std::uint32_t seconds : {0U, 1U, 1'420'070'399U, 4'102'444'800U, 0xffffffffU})
    EXPECT_EQ(
        decoded(full_packet(kInfy, seconds, seconds)).tick.present & (BGW_HAS_EXCHANGE_TIME | BGW_HAS_LAST_TRADE_TIME),
        0U)
        << seconds;
}

TEST(Decode, PricesFollowTheSegmentsScaleAndMayBeNegative) {
  EXPECT_EQ(decoded(ltp_packet(kUsdInr, 834'425'000)).tick.ltp, 83'442'500'000);
  EXPECT_EQ(decoded(ltp_packet(kBcd, 834'425)).tick.ltp, 83'442'500'000);
  EXPECT_EQ(decoded(ltp_packet(kInfy, -3763)).tick.ltp, -37'630'000'000);
  EXPECT_EQ(decoded(full_packet(kBcd, 0, 0)).bids[0].price, 15'730'000'000);
}

TEST(Decode, NseCommoditiesDivideByTenThousand) {
  constexpr std::uint32_t kAlumini = 31'132'428;  // segment 12
  EXPECT_EQ(decoded(ltp_packet(kAlumini, 3'782'000)).tick.ltp, 378'200'000'000);
  EXPECT_EQ(decoded(full_packet(kAlumini, 0, 0)).bids[0].price, 15'730'000'000);
}

TEST(Decode, ASegmentWhoseScaleNoDocumentGivesIsNotRead) {
  for (std::uint32_t segment = 0; segment < 256; ++segment) {
    const bool known = (segment >= 1 && segment <= 9) || segment == 12;
    Packet packet;
    const Reading reading = decode(ltp_packet(5 << 8 | segment, 1).all(), packet);
    EXPECT_EQ(reading, known ? Reading::kGood : Reading::kUnknownScale) << segment;
    EXPECT_EQ(packet.token, 5 << 8 | segment);
  }
}

TEST(Decode, ALevelWithoutAQuantityIsEmptyAndOthersAreAsTheyWereSent) {
  Bytes frame = quote_packet(kInfy);
  frame.u32(0).u32(0).u32(0).u32(0).u32(0);
  frame.u32(500).i32(0).u16(3).u16(0).u32(0).i32(157'310).u16(1).u16(0).u32(10).i32(157'300).u16(1).u16(0).zeros(24);
  frame.zeros(60);
  const Packet p = decoded(frame);
  ASSERT_EQ(p.book.bid_count, 2U);
  EXPECT_EQ(p.bids[0].price, 0) << "market orders: the host knows that they have no price";
  EXPECT_EQ(p.bids[1].price, 157'300 * kPaisa);
  EXPECT_EQ(p.book.ask_count, 0U);
  EXPECT_EQ(p.book.present, std::uint32_t{BGW_HAS_ORDERS});
}

TEST(Decode, ACommoditysLevelMayBeBelowZero) {
  Bytes frame = quote_packet(7 << 8 | 7);
  frame.u32(0).u32(0).u32(0).u32(0).u32(0);
  frame.u32(5).i32(-3763).u16(3).u16(0).zeros(48).zeros(60);
  EXPECT_EQ(decoded(frame).bids[0].price, -3763 * kPaisa);
}

TEST(Decode, AReusedPacketKeepsNothingOfTheOneBefore) {
  Packet packet;
  ASSERT_EQ(decode(full_packet(kInfy, 1'625'461'887, 1'625'461'887).all(), packet), Reading::kGood);
  ASSERT_EQ(decode(ltp_packet(kInfy, 1).all(), packet), Reading::kGood);
  EXPECT_EQ(packet.tick.present, std::uint64_t{BGW_HAS_LTP});
  EXPECT_EQ(packet.tick.volume, 0);
  EXPECT_FALSE(packet.has_rare);
}

TEST(Decode, EveryOtherLengthIsUnknown) {
  Packet packet;
  for (std::size_t size = 1; size <= 400; ++size) {
    const bool known = size == 8 || size == 28 || size == 32 || size == 44 || size == 184;
    EXPECT_EQ(decode(Bytes().zeros(size).all(), packet), known ? Reading::kUnknownScale : Reading::kUnknownLayout)
        << size;
  }
}

TEST(Frame, UnknownLengthsArePassedOverByTheirDeclaredLength) {
  const Bytes frame =
      frame_of({Bytes().zeros(12), ltp_packet(kInfy, 5), Bytes(), Bytes().zeros(164), ltp_packet(kNifty, 6)});
  ASSERT_TRUE(is_whole(frame.all()));
  PacketCursor cursor(frame.all());
  std::vector<std::size_t> sizes;
  for (std::span<const std::byte> bytes; cursor.next(bytes);) sizes.push_back(bytes.size());
  EXPECT_THAT(sizes, testing::ElementsAre(12, 8, 0, 164, 8));
}

TEST(Frame, CutAnywhereItIsNotWhole) {
  const Bytes frame = frame_of({quote_packet(kInfy), ltp_packet(kNifty, 6), full_packet(kInfy, 0, 0)});
  for (std::size_t size = 0; size < frame.size(); ++size)
    EXPECT_FALSE(is_whole(std::span(frame.all()).first(size))) << size;
  EXPECT_TRUE(is_whole(frame.all()));
}

TEST(Frame, AHeartbeatIsAFrameOfAtMostOneByte) {
  EXPECT_TRUE(is_heartbeat(Bytes().zeros(1).all()));
  EXPECT_TRUE(is_heartbeat(Bytes().all()));
  EXPECT_FALSE(is_heartbeat(Bytes().zeros(2).all()));
}

TEST(Frame, NoPacketsIsAWholeFrame) {
  const Bytes frame = Bytes().u16(0);
  ASSERT_TRUE(is_whole(frame.all()));
  std::span<const std::byte> bytes;
  EXPECT_FALSE(PacketCursor(frame.all()).next(bytes));
}

}  // namespace
}  // namespace zerodha
