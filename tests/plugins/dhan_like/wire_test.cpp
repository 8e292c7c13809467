// Prices and packets of Dhan's layouts: what is read, what is left out, and that nothing is read beyond the end.
#include <bit>
#include <cmath>
#include <limits>
#include <memory>

#include <gmock/gmock.h>

#include "dhan_wire.hpp"
#include "packets.hpp"

namespace dhan_like {
namespace {

using testing::HasSubstr;

constexpr Units kNine{-9, 50'000'000};  // ticks of 0.05
constexpr Units kTwo{-2, 5};

TEST(Price, IsTheTickThatTheFloatMeans) {
  EXPECT_EQ(price_of(24343.9F, kNine), 24'343'900'000'000);
  EXPECT_EQ(price_of(24343.900390625, kNine), 24'343'900'000'000) << "a double that was a float";
  EXPECT_EQ(price_of(24343.9, kTwo), 2'434'390);
  EXPECT_EQ(price_of(-37.65F, kTwo), -3'765);
  EXPECT_EQ(price_of(0.0F, kNine), 0);
  EXPECT_EQ(price_of(83.4525F, (Units{-4, 25})), 834'525);
}

TEST(Price, OfEveryTickUpToTheFloatsLimit) {
  for (std::int64_t tick = 1; tick < 5'000'000; tick += 97) {
    const double rupees = static_cast<double>(tick) / 20;
    ASSERT_EQ(price_of(static_cast<float>(rupees), kTwo), tick * 5);
    ASSERT_EQ(price_of(rupees, kTwo), tick * 5);
  }
}

TEST(Price, OffTheTickIsTheShortestDecimal) {
  EXPECT_EQ(price_of(24342.87F, kNine), 24'342'870'000'000);
  EXPECT_EQ(price_of(24342.87F, (Units{-9, 0})), 24'342'870'000'000) << "no tick is known";
  EXPECT_EQ(price_of(0.1F, (Units{-18, 0})), 100'000'000'000'000'000);
}

TEST(Price, IsNoneWhereTheFloatTellsNone) {
  EXPECT_EQ(price_of(1'000'000.05F, kTwo), std::nullopt) << "floats of this size are 0.0625 apart";
  EXPECT_EQ(price_of(1'000'000.05, kTwo), 100'000'005);
  EXPECT_EQ(price_of(1'000'000.03, kTwo), 100'000'003) << "a double tells it from the tick";
  EXPECT_EQ(price_of(100.125F, kTwo), std::nullopt) << "three places, of which the exponent has two";
  EXPECT_EQ(price_of(std::numeric_limits<float>::quiet_NaN(), kNine), std::nullopt);
  EXPECT_EQ(price_of(std::numeric_limits<double>::infinity(), kNine), std::nullopt);
  EXPECT_EQ(price_of(3e38F, kNine), std::nullopt);
  EXPECT_EQ(price_of(1e300, kNine), std::nullopt);
  EXPECT_EQ(price_of(5e-324, (Units{-18, 0})), std::nullopt);
  EXPECT_EQ(price_of(10'000'000'000.0, kNine), std::nullopt) << "does not fit into 64 bits";
  EXPECT_EQ(price_of(1.0F, (Units{-19, 1})), std::nullopt);
  EXPECT_EQ(price_of(1.0F, (Units{1, 1})), std::nullopt);
  EXPECT_EQ(price_of(1e15, (Units{-9, std::numeric_limits<std::int64_t>::max()})), std::nullopt);
}

std::vector<RawPacket> packets_of(Socket socket, const Bytes& message) {
  std::vector<RawPacket> packets;
  EXPECT_EQ(split(socket, message, packets), "");
  return packets;
}

std::unique_ptr<Packet> decoded(Socket socket, const Bytes& message, const Units& units = kNine) {
  auto packet = std::make_unique<Packet>();
  const auto packets = packets_of(socket, message);
  EXPECT_EQ(packets.size(), 1U);
  decode(socket, packets.at(0), units, *packet);
  return packet;
}

TEST(Feed, TickerIsALastPrice) {
  const auto p = decoded(Socket::kFeed, ticker(1, 2885, 1424.05F));
  EXPECT_EQ(p->tick.modes, BGW_MODE_LTP);
  EXPECT_EQ(p->tick.present, BGW_HAS_LTP);
  EXPECT_EQ(p->tick.ltp, 1'424'050'000'000);
}

TEST(Feed, QuoteHasSellersBeforeBuyersAndNoPreviousClose) {
  const auto p = decoded(Socket::kFeed, quote(1, 2885));
  EXPECT_EQ(p->tick.modes, BGW_MODE_LTP | BGW_MODE_QUOTE);
  EXPECT_EQ(p->tick.present, BGW_HAS_LTP | BGW_HAS_LAST_QUANTITY | BGW_HAS_AVERAGE_PRICE | BGW_HAS_VOLUME |
                                 BGW_HAS_TOTAL_SELL | BGW_HAS_TOTAL_BUY | BGW_HAS_OPEN | BGW_HAS_HIGH | BGW_HAS_LOW);
  EXPECT_EQ(p->tick.last_quantity, 65);
  EXPECT_EQ(p->tick.average_price, 24'342'870'000'000);
  EXPECT_EQ(p->tick.volume, 1001);
  EXPECT_EQ(p->tick.total_sell_quantity, 2002);
  EXPECT_EQ(p->tick.total_buy_quantity, 3003);
  EXPECT_EQ(p->tick.open, 24'300'050'000'000);
  EXPECT_EQ(p->tick.high, 24'400'400'000'000);
  EXPECT_EQ(p->tick.low, 24'290'100'000'000);
  EXPECT_FALSE(p->has_book);
  EXPECT_FALSE(p->has_rare);
}

TEST(Feed, FullHasFiveLevelsAndTheOpenInterestOfADerivative) {
  const auto p = decoded(Socket::kFeed, full(2, 49081), kTwo);
  EXPECT_EQ(p->tick.modes, BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH);
  EXPECT_EQ(p->tick.ltp, 2'434'390);
  EXPECT_EQ(p->tick.oi, 4004);
  ASSERT_TRUE(p->has_rare);
  EXPECT_EQ(p->rare.oi_day_high, 5005);
  EXPECT_EQ(p->rare.oi_day_low, 3003);
  EXPECT_EQ(p->tick.open, 2'430'005);
  EXPECT_EQ(p->tick.high, 2'440'040);
  EXPECT_EQ(p->tick.low, 2'429'010);
  ASSERT_TRUE(p->has_book);
  EXPECT_EQ(p->book.flags, 0U);
  EXPECT_EQ(p->book.present, BGW_HAS_ORDERS);
  ASSERT_EQ(p->book.bid_count, 5U);
  ASSERT_EQ(p->book.ask_count, 5U);
  for (std::uint32_t i = 0; i < 5; ++i) {
    EXPECT_EQ(p->book.bids[i].price, 2'434'390 - 5 * i);
    EXPECT_EQ(p->book.bids[i].quantity, 100 + i);
    EXPECT_EQ(p->book.bids[i].orders, 1 + i);
    EXPECT_EQ(p->book.asks[i].price, 2'434'400 + 5 * i);
    EXPECT_EQ(p->book.asks[i].quantity, 200 + i);
    EXPECT_EQ(p->book.asks[i].orders, 11 + i);
  }
}

TEST(Feed, AShareHasNoOpenInterest) {
  const auto p = decoded(Socket::kFeed, full(1, 2885));
  EXPECT_EQ(p->tick.present & BGW_HAS_OI, 0U);
  EXPECT_FALSE(p->has_rare);
}

TEST(Feed, TheOldDepthPacketHasALastPriceAndABook) {
  const auto p = decoded(Socket::kFeed, old_depth(1, 2885));
  EXPECT_EQ(p->tick.modes, BGW_MODE_LTP | BGW_MODE_DEPTH);
  ASSERT_TRUE(p->has_book);
  EXPECT_EQ(p->book.bids[4].quantity, 104);
}

TEST(Feed, OpenInterestAndPreviousCloseComeAlone) {
  const auto oi = decoded(Socket::kFeed, open_interest(2, 49081, 123'456));
  EXPECT_EQ(oi->tick.modes, BGW_MODE_QUOTE);
  EXPECT_EQ(oi->tick.present, BGW_HAS_OI);
  EXPECT_EQ(oi->tick.oi, 123'456);
  const auto close = decoded(Socket::kFeed, previous_close(1, 2885, 100.05F));
  EXPECT_EQ(close->tick.modes, BGW_MODE_QUOTE);
  EXPECT_EQ(close->tick.present, BGW_HAS_CLOSE);
  EXPECT_EQ(close->tick.close, 100'050'000'000);
}

TEST(Feed, APriceThatIsNoNumberIsLeftOutAndCounted) {
  const auto p = decoded(Socket::kFeed, ticker(1, 2885, std::numeric_limits<float>::quiet_NaN()));
  EXPECT_EQ(p->tick.present, 0U);
  EXPECT_EQ(p->tick.modes, 0U);
  EXPECT_EQ(p->unscaled, 1U);
}

TEST(Feed, OneBadLevelTakesTheBookWithIt) {
  Bytes message = full(1, 2885);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(message.data() + 62 + 2 * 20 + 16, &nan, sizeof nan);
  const auto p = decoded(Socket::kFeed, message);
  EXPECT_FALSE(p->has_book);
  EXPECT_EQ(p->tick.modes, BGW_MODE_LTP | BGW_MODE_QUOTE);
  EXPECT_EQ(p->unscaled, 1U);
}

TEST(Depth, SidesComeApart) {
  for (const auto& [socket, rows] :
       {std::pair{Socket::kDepth20, 20U}, {Socket::kDepth200, 200U}, {Socket::kDepth200, 3U}}) {
    const auto bids = decoded(socket, side(41, 1, 2885, rows));
    EXPECT_EQ(bids->tick.modes, BGW_MODE_DEPTH);
    EXPECT_EQ(bids->tick.present, 0U);
    EXPECT_EQ(bids->book.flags, BGW_BOOK_BIDS_ONLY);
    ASSERT_EQ(bids->book.bid_count, rows);
    EXPECT_EQ(bids->book.ask_count, 0U);
    EXPECT_EQ(bids->book.asks, nullptr);
    const auto asks = decoded(socket, side(51, 1, 2885, rows));
    EXPECT_EQ(asks->book.flags, BGW_BOOK_ASKS_ONLY);
    ASSERT_EQ(asks->book.ask_count, rows);
    EXPECT_EQ(asks->book.bid_count, 0U);
    for (std::uint32_t i = 0; i < rows; ++i) {
      ASSERT_EQ(bids->book.bids[i].price, 24'343'900'000'000 - 50'000'000 * std::int64_t{i});
      ASSERT_EQ(asks->book.asks[i].price, 24'344'000'000'000 + 50'000'000 * std::int64_t{i});
      ASSERT_EQ(bids->book.bids[i].quantity, 10 + i);
      ASSERT_EQ(asks->book.asks[i].orders, 1 + i);
    }
  }
}

TEST(Depth, RowsAreSorted) {
  Bytes message = side(41, 1, 2885, 20);
  std::swap_ranges(message.begin() + 12, message.begin() + 28, message.begin() + 12 + 16 * 19);
  const auto p = decoded(Socket::kDepth20, message);
  EXPECT_EQ(p->book.bids[0].price, 24'343'900'000'000);
  EXPECT_EQ(p->book.bids[0].quantity, 10);
  EXPECT_EQ(p->book.bids[19].quantity, 29);
}

TEST(Depth, ASideMayBeEmpty) {
  const auto p = decoded(Socket::kDepth200, side(51, 1, 2885, 0));
  EXPECT_TRUE(p->has_book);
  EXPECT_EQ(p->book.flags, BGW_BOOK_ASKS_ONLY);
  EXPECT_EQ(p->book.ask_count, 0U);
}

TEST(Split, OneMessageMayHaveManyPackets) {
  const auto feed = packets_of(Socket::kFeed, ticker(1, 1, 1) + quote(1, 2) + open_interest(2, 3, 4));
  ASSERT_EQ(feed.size(), 3U);
  EXPECT_EQ(feed[1].code, kQuote);
  EXPECT_EQ(feed[2].segment, 2);
  EXPECT_EQ(feed[2].security_id, 3U);
  EXPECT_EQ(packets_of(Socket::kDepth20, side(41, 1, 7, 20) + side(51, 1, 7, 20)).size(), 2U);
  EXPECT_EQ(packets_of(Socket::kDepth200, side(41, 1, 7, 200) + side(51, 1, 7, 1) + depth_disconnect(805)).size(), 3U);
  EXPECT_TRUE(packets_of(Socket::kFeed, {}).empty());
}

TEST(Split, ReasonsOfADisconnect) {
  EXPECT_EQ(disconnect_reason(Socket::kFeed, packets_of(Socket::kFeed, feed_disconnect(807)).at(0)), 807U);
  EXPECT_EQ(disconnect_reason(Socket::kDepth20, packets_of(Socket::kDepth20, depth_disconnect(805)).at(0)), 805U);
}

TEST(Split, AnUnknownPacketIsSteppedOver) {
  const auto packets = packets_of(Socket::kFeed, feed_packet(99, 1, 1, Bytes(5)) + ticker(1, 1, 1));
  ASSERT_EQ(packets.size(), 2U);
  EXPECT_FALSE(is_known(Socket::kFeed, packets[0].code));
  EXPECT_TRUE(is_known(Socket::kFeed, packets[1].code));
  EXPECT_FALSE(is_known(Socket::kDepth20, kQuote));
  EXPECT_FALSE(is_known(Socket::kFeed, kBids));
}

std::string problem_of(Socket socket, const Bytes& message) {
  // On the heap and of just this size, so that a sanitizer sees each byte beyond the end.
  const auto copy = std::make_unique<std::byte[]>(message.size());
  std::copy(message.begin(), message.end(), copy.get());
  std::vector<RawPacket> packets;
  return split(socket, {copy.get(), message.size()}, packets);
}

TEST(Split, SaysWhatIsWrong) {
  Bytes longer = quote(1, 1);
  longer[1] = std::byte{51};
  longer.push_back({});
  EXPECT_EQ(problem_of(Socket::kFeed, longer), "packet at byte 0: found code 4 of 51 bytes, expected 50 bytes");
  EXPECT_EQ(problem_of(Socket::kFeed, ticker(1, 1, 1) + Bytes(3)),
            "packet at byte 16: found 3 bytes, expected a header of 8");
  Bytes none = feed_packet(99, 1, 1, {});
  none[1] = std::byte{0};
  EXPECT_EQ(problem_of(Socket::kFeed, none), "packet at byte 0: found code 99 of 0 bytes, expected from 8 to 8 bytes");
  EXPECT_EQ(problem_of(Socket::kDepth20, side(41, 1, 1, 19)),
            "packet at byte 0: found code 41 of 316 bytes, expected 332 bytes");
  EXPECT_EQ(problem_of(Socket::kDepth200, side(41, 1, 1, 201)),
            "packet at byte 0: found code 41 of 3228 bytes, expected at most 200 rows");
  Bytes many = side(41, 1, 1, 200);
  many[11] = std::byte{255};
  EXPECT_THAT(problem_of(Socket::kDepth200, many), HasSubstr("found code 41 of 3212 bytes"));
  Bytes rows = side(51, 1, 1, 2);
  rows[8] = std::byte{3};
  EXPECT_EQ(problem_of(Socket::kDepth200, rows), "packet at byte 0: found code 51 of 44 bytes, expected 60 bytes");
}

TEST(Split, EveryTruncationIsRefused) {
  const std::pair<Socket, Bytes> whole[] = {{Socket::kFeed, ticker(1, 1, 1)},
                                            {Socket::kFeed, quote(1, 1)},
                                            {Socket::kFeed, full(2, 1)},
                                            {Socket::kFeed, old_depth(1, 1)},
                                            {Socket::kFeed, open_interest(2, 1, 1)},
                                            {Socket::kFeed, previous_close(1, 1, 1)},
                                            {Socket::kFeed, feed_disconnect(805)},
                                            {Socket::kFeed, feed_packet(7, 0, 0, {})},
                                            {Socket::kFeed, feed_packet(99, 1, 1, Bytes(9))},
                                            {Socket::kDepth20, side(41, 1, 1, 20)},
                                            {Socket::kDepth20, side(51, 1, 1, 20)},
                                            {Socket::kDepth20, depth_disconnect(805)},
                                            {Socket::kDepth200, side(41, 1, 1, 200)},
                                            {Socket::kDepth200, side(51, 1, 1, 1)},
                                            {Socket::kDepth200, depth_disconnect(806)}};
  for (const auto& [socket, message] : whole) {
    ASSERT_EQ(problem_of(socket, message), "");
    for (std::size_t size = 1; size < message.size(); ++size)
      ASSERT_NE(problem_of(socket, Bytes(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(size))), "")
          << "code " << static_cast<int>(message[0]) << ' ' << size << " of " << message.size();
  }
}

}  // namespace
}  // namespace dhan_like
