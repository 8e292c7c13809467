#include "bgw/book.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

namespace bgw {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Level = std::pair<std::int64_t, std::int64_t>;

std::vector<Level> pairs(const bgw_level* levels, std::uint32_t count) {
  std::vector<Level> out;
  for (std::uint32_t i = 0; i < count; ++i) out.emplace_back(levels[i].price, levels[i].quantity);
  return out;
}
std::vector<Level> bids_of(const BookBuilder& book, std::size_t levels = 100) {
  const auto top = book.top(levels);
  return top ? pairs(top->bids, top->bid_count) : std::vector<Level>{{-1, -1}};
}
std::vector<Level> asks_of(const BookBuilder& book, std::size_t levels = 100) {
  const auto top = book.top(levels);
  return top ? pairs(top->asks, top->ask_count) : std::vector<Level>{{-1, -1}};
}

// Bids at 99 and 98, asks at 101 and 102; its last change is number 10.
BookBuilder whole(BookRules rules = {.levels = 10}) {
  BookBuilder book(rules, 0, 0);
  book.begin_snapshot(10);
  book.bid(99, 1);
  book.bid(98, 2);
  book.ask(101, 3);
  book.ask(102, 4);
  EXPECT_EQ(book.finish(), BookResult::kPublish) << book.why();
  return book;
}

TEST(BookBuilder, ASnapshotIsTheBook) {
  BookBuilder book = whole();
  EXPECT_TRUE(book.is_whole());
  EXPECT_EQ(book.number(), 10U);
  EXPECT_THAT(bids_of(book), ElementsAre(Level{99, 1}, Level{98, 2}));
  EXPECT_THAT(asks_of(book), ElementsAre(Level{101, 3}, Level{102, 4}));
  book.begin_snapshot(5);
  book.ask(50, 1);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_EQ(book.number(), 5U);
  EXPECT_THAT(bids_of(book), IsEmpty());
  EXPECT_EQ(book.top(5)->bids, nullptr);
  EXPECT_THAT(asks_of(book), ElementsAre(Level{50, 1}));
}

TEST(BookBuilder, TheOrderOfASnapshotsLevelsDoesNotMatter) {
  BookBuilder book({.levels = 10}, 0, 0);
  book.begin_snapshot();
  for (const int price : {3, 9, 1, 7, 5}) book.bid(price, 1);
  for (const int price : {13, 19, 11, 17, 15}) book.ask(price, 1);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_THAT(bids_of(book), ElementsAre(Level{9, 1}, Level{7, 1}, Level{5, 1}, Level{3, 1}, Level{1, 1}));
  EXPECT_THAT(asks_of(book), ElementsAre(Level{11, 1}, Level{13, 1}, Level{15, 1}, Level{17, 1}, Level{19, 1}));
}

TEST(BookBuilder, ADeltaInsertsReplacesAndDeletes) {
  BookBuilder book = whole();
  ASSERT_TRUE(book.begin_delta(11));
  book.bid(100, 5);
  book.bid(98, 7);
  book.bid(99, 0);
  book.ask(101, 0);
  book.ask(103, 6);
  EXPECT_FALSE(book.is_whole()) << "an update is half done";
  EXPECT_EQ(book.top(1), std::nullopt);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_THAT(bids_of(book), ElementsAre(Level{100, 5}, Level{98, 7}));
  EXPECT_THAT(asks_of(book), ElementsAre(Level{102, 4}, Level{103, 6}));
}

TEST(BookBuilder, TopHasTheBestLevelsAndNotMoreThanTheStream) {
  BookBuilder book = whole({.levels = 2});
  EXPECT_THAT(bids_of(book, 1), ElementsAre(Level{99, 1}));
  EXPECT_THAT(bids_of(book, 0), IsEmpty());
  book.begin_delta(11);
  book.bid(97, 1);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_THAT(bids_of(book, 5), ElementsAre(Level{99, 1}, Level{98, 2}));
  book.begin_delta(12);
  book.bid(99, 0);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_THAT(bids_of(book, 5), ElementsAre(Level{98, 2}, Level{97, 1})) << "the third was kept";
  const bgw_book top = *book.top(5);
  EXPECT_EQ(top.size, sizeof(bgw_book));
  EXPECT_EQ(top.flags, 0U);
  EXPECT_EQ(top.present, 0U);
}

TEST(BookBuilder, OrdersOfALevelAreHandedOn) {
  BookBuilder book({.levels = 10, .has_orders = true}, -2, -1);
  book.begin_snapshot();
  book.bid(100, 1, 7);
  book.ask("1.01", "2.5", 8);
  ASSERT_EQ(book.finish(), BookResult::kPublish);
  const bgw_book top = *book.top(5);
  EXPECT_EQ(top.present, BGW_HAS_ORDERS);
  EXPECT_EQ(top.bids[0].orders, 7U);
  EXPECT_EQ(top.asks[0].orders, 8U);
  EXPECT_EQ(top.asks[0].price, 101);
  EXPECT_EQ(top.asks[0].quantity, 25);
}

TEST(BookBuilder, NothingIsTakenBeforeTheFirstSnapshot) {
  BookBuilder book({.levels = 10}, 0, 0);
  EXPECT_FALSE(book.is_whole());
  EXPECT_EQ(book.top(5), std::nullopt);
  EXPECT_EQ(book.finish(), BookResult::kNothing);
  EXPECT_FALSE(book.begin_delta(5));
  book.bid(1, 1);
  book.bid("x", "y");
  EXPECT_EQ(book.finish(), BookResult::kNothing);
  EXPECT_STREQ(book.why(), "");
  book.bid(1, 1);
  book.begin_snapshot(5);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_THAT(bids_of(book), IsEmpty()) << "levels outside an update count for nothing";
}

TEST(BookBuilder, AHoleInTheNumbersIsToldOnceAndEndsWithASnapshot) {
  BookBuilder book = whole();
  EXPECT_FALSE(book.begin_delta(12));
  book.bid(100, 1);
  EXPECT_EQ(book.finish(), BookResult::kSubscribeAnew);
  EXPECT_STREQ(book.why(), "found update 12, expected 11");
  EXPECT_FALSE(book.is_whole());
  EXPECT_EQ(book.top(5), std::nullopt);
  for (const int number : {11, 12, 13}) {
    EXPECT_FALSE(book.begin_delta(static_cast<std::uint64_t>(number)));
    EXPECT_EQ(book.finish(), BookResult::kNothing);
  }
  book.begin_snapshot(1);
  book.bid(1, 1);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_TRUE(book.begin_delta(2));
  EXPECT_EQ(book.finish(), BookResult::kPublish);
}

TEST(BookBuilder, AHoleIsToldAlsoWhenTheUpdateWasNotFinished) {
  BookBuilder book = whole();
  if (book.begin_delta(12)) FAIL();
  EXPECT_FALSE(book.begin_delta(13));
  EXPECT_EQ(book.finish(), BookResult::kSubscribeAnew);
  EXPECT_EQ(book.finish(), BookResult::kNothing);
}

TEST(BookBuilder, ARepeatedUpdateIsIgnoredOrSuspect) {
  BookBuilder book = whole();
  for (const int number : {10, 9, 0}) {
    EXPECT_FALSE(book.begin_delta(static_cast<std::uint64_t>(number)));
    book.bid(100, 1);
    EXPECT_EQ(book.finish(), BookResult::kNothing);
    EXPECT_THAT(bids_of(book, 1), ElementsAre(Level{99, 1}));
  }
  BookBuilder strict = whole({.levels = 10, .repeated_is_suspect = true});
  EXPECT_FALSE(strict.begin_delta(10));
  EXPECT_EQ(strict.finish(), BookResult::kSubscribeAnew);
  EXPECT_STREQ(strict.why(), "found update 10, expected one after 10");
}

TEST(BookBuilder, RangesMayOverlapButLeaveNoHole) {
  BookBuilder book = whole();
  EXPECT_FALSE(book.begin_delta(5, 10)) << "all of it is in the snapshot";
  EXPECT_EQ(book.finish(), BookResult::kNothing);
  EXPECT_TRUE(book.begin_delta(8, 12));
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_TRUE(book.begin_delta(13, 20));
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_EQ(book.number(), 20U);
  EXPECT_FALSE(book.begin_delta(22, 30));
  EXPECT_EQ(book.finish(), BookResult::kSubscribeAnew);
  EXPECT_STREQ(book.why(), "found update 22, expected 21");
}

// Where a delta may stand to a book whose last change is `number`; nothing: a snapshot without a number.
TEST(BookBuilder, ADeltasRangeIsTakenIgnoredOrSuspect) {
  constexpr std::uint64_t kMax = UINT64_MAX;
  constexpr const char* kTaken = "taken";
  constexpr const char* kIgnored = "ignored";
  const struct {
    std::optional<std::uint64_t> number;
    std::uint64_t first, last;
    const char* outcome;  // else why the book is suspect
  } kCases[] = {
      // first <= last
      {10, 11, 11, kTaken},
      {10, 11, 20, kTaken},
      {10, 10, 11, kTaken},
      {10, 0, 11, kTaken},
      {10, 0, kMax, kTaken},
      {10, 10, 10, kIgnored},
      {10, 9, 10, kIgnored},
      {10, 0, 0, kIgnored},
      {10, 12, 12, "found update 12, expected 11"},
      {10, kMax, kMax, "found update 18446744073709551615, expected 11"},
      // last == first - 1: nothing has changed
      {10, 11, 10, kTaken},
      {10, 10, 9, kIgnored},
      {10, 1, 0, kIgnored},
      {10, 12, 11, "found update 12, expected 11"},
      // last < first - 1: the exchange counts anew
      {10, 11, 9, "found an update from 11 back to 9, expected numbers that count up"},
      {10, 11, 0, "found an update from 11 back to 0, expected numbers that count up"},
      {10, 12, 3, "found update 12, expected 11"},
      {10, 20, 15, "found update 20, expected 11"},
      {10, kMax, 0, "found update 18446744073709551615, expected 11"},
      {10, 10, 3, kIgnored},
      {10, 7, 5, kIgnored},
      // the ends of what a number can be
      {0, 0, 0, kIgnored},
      {0, 1, 0, kTaken},
      {0, 1, 1, kTaken},
      {0, 2, 0, "found update 2, expected 1"},
      {kMax, kMax, kMax, kIgnored},
      {kMax, kMax, 3, kIgnored},
      {kMax, 0, 0, kIgnored},
      {kMax - 1, kMax, kMax, kTaken},
      {kMax - 1, kMax, kMax - 1, kTaken},
      {kMax - 1, kMax, 0, "found an update from 18446744073709551615 back to 0, expected numbers that count up"},
      // the first number
      {std::nullopt, 5, 5, kTaken},
      {std::nullopt, 5, 9, kTaken},
      {std::nullopt, 5, 4, kTaken},
      {std::nullopt, 5, 3, "found an update from 5 back to 3, expected numbers that count up"},
      {std::nullopt, kMax, 0, "found an update from 18446744073709551615 back to 0, expected numbers that count up"},
  };
  for (const auto& one : kCases) {
    SCOPED_TRACE((one.number ? std::to_string(*one.number) : "none") + ": " + std::to_string(one.first) + " to " +
                 std::to_string(one.last));
    BookBuilder book({.levels = 10}, 0, 0);
    one.number ? book.begin_snapshot(*one.number) : book.begin_snapshot();
    ASSERT_EQ(book.finish(), BookResult::kPublish);
    const bool is_taken = book.begin_delta(one.first, one.last);
    book.bid(100, 1);
    const BookResult result = book.finish();
    EXPECT_EQ(is_taken, one.outcome == kTaken);
    EXPECT_EQ(book.bids().size(), is_taken ? 1U : 0U);
    if (one.outcome == kTaken) {
      EXPECT_EQ(result, BookResult::kPublish);
      EXPECT_EQ(book.number(), one.last);
    } else if (one.outcome == kIgnored) {
      EXPECT_EQ(result, BookResult::kNothing);
      EXPECT_TRUE(book.is_whole());
      EXPECT_EQ(book.number(), *one.number);
    } else {
      EXPECT_EQ(result, BookResult::kSubscribeAnew);
      EXPECT_FALSE(book.is_whole());
      EXPECT_STREQ(book.why(), one.outcome);
    }
  }
}

// OKX, which counts anew after maintenance: 100, 105, then 3 after 105, 4 after 3, ...
TEST(BookBuilder, AnExchangeThatCountsAnewMakesTheBookSuspectAtOnce) {
  BookBuilder book({.levels = 10}, 0, 0);
  book.begin_snapshot(100);
  book.finish();
  EXPECT_TRUE(book.begin_delta(101, 105));
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_FALSE(book.begin_delta(106, 3));
  EXPECT_EQ(book.finish(), BookResult::kSubscribeAnew);
  for (std::uint64_t number = 4; number < 8; ++number) {
    EXPECT_FALSE(book.begin_delta(number, number));
    EXPECT_EQ(book.finish(), BookResult::kNothing);
    EXPECT_FALSE(book.is_whole());
  }
  book.begin_snapshot(8);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_TRUE(book.begin_delta(9, 9));
}

TEST(BookBuilder, NumbersMayBeAsLargeAsTheyGet) {
  BookBuilder book({.levels = 10}, 0, 0);
  book.begin_snapshot(UINT64_MAX - 1);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_TRUE(book.begin_delta(UINT64_MAX));
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_FALSE(book.begin_delta(0));
  EXPECT_EQ(book.finish(), BookResult::kNothing);
  book.begin_snapshot(0);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_FALSE(book.begin_delta(UINT64_MAX));
  EXPECT_EQ(book.finish(), BookResult::kSubscribeAnew);
}

TEST(BookBuilder, WithoutNumbersEveryDeltaIsTaken) {
  BookBuilder book({.levels = 10}, 0, 0);
  book.begin_snapshot();
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(book.begin_delta());
    EXPECT_EQ(book.finish(), BookResult::kPublish);
  }
  EXPECT_EQ(book.number(), 0U);
  EXPECT_TRUE(book.begin_delta(77)) << "the first number";
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_FALSE(book.begin_delta(79));
  EXPECT_EQ(book.finish(), BookResult::kSubscribeAnew);
}

TEST(BookBuilder, ACrossedBookIsSuspectWhereTheExchangesBooksNeverCross) {
  for (const int price : {101, 105}) {
    BookBuilder book = whole();
    book.begin_delta(11);
    book.bid(price, 1);
    EXPECT_EQ(book.finish(), BookResult::kSubscribeAnew);
    EXPECT_EQ(book.why(),
              "found the best bid " + std::to_string(price) + " at or above the best ask 101, expected it below");
  }
  BookBuilder free = whole({.levels = 10, .may_cross = true});
  free.begin_delta(11);
  free.bid(105, 1);
  EXPECT_EQ(free.finish(), BookResult::kPublish);
}

TEST(BookBuilder, OnlyTheEndOfAnUpdateIsAskedWhetherItCrosses) {
  BookBuilder book = whole();
  book.begin_delta(11);
  book.bid(101, 1);
  book.ask(101, 0);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_THAT(bids_of(book, 1), ElementsAre(Level{101, 1}));
}

TEST(BookBuilder, ABadSnapshotIsAskedForAgain) {
  BookBuilder book = whole();
  for (int i = 0; i < 2; ++i) {
    book.begin_snapshot(20);
    book.bid(5, 1);
    book.ask(5, 1);
    EXPECT_EQ(book.finish(), BookResult::kSubscribeAnew);
    EXPECT_EQ(book.finish(), BookResult::kNothing);
  }
  book.begin_snapshot(21);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
}

TEST(BookBuilder, APriceComesOnceInASnapshotAndAsOftenAsItLikesInADelta) {
  BookBuilder book = whole();
  book.begin_delta(11);
  book.bid(97, 1);
  book.bid(97, 0);
  book.bid(97, 3);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_THAT(bids_of(book), ElementsAre(Level{99, 1}, Level{98, 2}, Level{97, 3}));
  book.begin_snapshot(12);
  book.bid(97, 1);
  book.bid(97, 1);
  EXPECT_EQ(book.finish(), BookResult::kSubscribeAnew);
  EXPECT_STREQ(book.why(), "found one price twice in a snapshot, expected each once");
}

TEST(BookBuilder, DeletingAPriceThatHasNoLevelIsIgnoredOrSuspect) {
  BookBuilder book = whole();
  book.begin_delta(11);
  book.bid(50, 0);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_THAT(bids_of(book), ElementsAre(Level{99, 1}, Level{98, 2}));
  BookBuilder strict = whole({.levels = 10, .unknown_delete_is_suspect = true});
  strict.begin_delta(11);
  strict.bid(50, 0);
  EXPECT_EQ(strict.finish(), BookResult::kSubscribeAnew);
  EXPECT_STREQ(strict.why(), "found the deletion of a price that has no level, expected a level");
}

TEST(BookBuilder, MalformedLevelsMakeItSuspectAndSayWhy) {
  const struct {
    const char* price;
    const char* quantity;
    const char* why;
  } kCases[] = {
      {"1.005", "1", "found price \"1.005\", expected a decimal of 63 bits with at most 2 decimals"},
      {"", "1", "found price \"\", expected a decimal of 63 bits with at most 2 decimals"},
      {"1", "x\n\xff", "found quantity \"x??\", expected a decimal of 63 bits with at most 3 decimals"},
      {"99999999999999999999999999999999999999999999", "1",
       "found price \"99999999999999999999999999999999\", expected a decimal of 63 bits with at most 2 decimals"},
      {"1", "-1", "found a quantity below 0, expected none"},
  };
  for (const auto& one : kCases) {
    BookBuilder book({.levels = 10}, -2, -3);
    book.begin_snapshot();
    ASSERT_EQ(book.finish(), BookResult::kPublish);
    book.begin_delta();
    book.ask(one.price, one.quantity);
    book.ask("5", "5");
    book.ask("also bad", "5");
    EXPECT_EQ(book.finish(), BookResult::kSubscribeAnew);
    EXPECT_STREQ(book.why(), one.why) << "the first fault is the one that is told";
    EXPECT_EQ(book.top(5), std::nullopt);
  }
}

TEST(BookBuilder, AnUpdateThatIsNeverFinishedMakesItSuspect) {
  BookBuilder book = whole();
  book.begin_delta(11);
  book.bid(100, 1);
  EXPECT_FALSE(book.begin_delta(12));
  EXPECT_EQ(book.finish(), BookResult::kSubscribeAnew);
  EXPECT_STREQ(book.why(), "found an update that was begun and not finished, expected it finished");
  book.begin_snapshot(13);
  book.begin_snapshot(14);
  EXPECT_EQ(book.finish(), BookResult::kPublish) << "a snapshot needs nothing of what was before";
}

TEST(BookBuilder, TheAuthorMayKnowBetter) {
  BookBuilder book = whole();
  book.mark_suspect("the connection ended");
  EXPECT_FALSE(book.is_whole());
  EXPECT_STREQ(book.why(), "the connection ended");
  EXPECT_FALSE(book.begin_delta(11));
  EXPECT_EQ(book.finish(), BookResult::kNothing) << "the author knows already";
}

TEST(BookBuilder, IsCutWhereTheExchangeSaysSo) {
  BookBuilder book = whole({.levels = 2, .is_cut = true});
  book.begin_delta(11);
  book.bid(100, 5);
  book.ask(103, 5);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_THAT(bids_of(book), ElementsAre(Level{100, 5}, Level{99, 1}));
  EXPECT_THAT(asks_of(book), ElementsAre(Level{101, 3}, Level{102, 4}));
  book.begin_delta(12);
  book.bid(100, 0);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_THAT(bids_of(book), ElementsAre(Level{99, 1})) << "98 was cut off";
}

TEST(BookBuilder, HasABound) {
  for (const bool is_cut : {false, true}) {
    BookBuilder book({.levels = 5, .is_cut = is_cut}, 0, 0);
    book.begin_snapshot();
    for (int i = 1; i <= 74; ++i) book.ask(i, 1);
    EXPECT_EQ(book.finish(), BookResult::kPublish) << book.why();
    book.begin_snapshot();
    for (int i = 1; i <= 100'000; ++i) book.ask(i, 1);
    EXPECT_EQ(book.asks().size(), 75U);
    EXPECT_EQ(book.finish(), BookResult::kSubscribeAnew);
    EXPECT_STREQ(book.why(), "found more than 74 levels on one side, expected at most 5");
  }
}

TEST(BookBuilder, PricesMayBeBelowZeroAndAtTheEnds) {
  BookBuilder book({.levels = 10}, 0, 0);
  book.begin_snapshot();
  for (const std::int64_t price : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN, std::int64_t{5}}) book.bid(price, 1);
  book.ask(INT64_MAX, 1);
  book.ask(6, 1);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_THAT(bids_of(book), ElementsAre(Level{5, 1}, Level{0, 1}, Level{-1, 1}, Level{INT64_MIN, 1}));
  EXPECT_THAT(asks_of(book), ElementsAre(Level{6, 1}, Level{INT64_MAX, 1}));
}

// The example of docs.kraken.com, "Book checksum (v1)": price and volume of the ten best levels, as texts.
TEST(BookBuilder, KrakensChecksumIsThatOfItsDocumentation) {
  BookBuilder book({.levels = 10, .is_cut = true, .keeps_decimals = true}, -5, -8);
  const char* const kAsks[][2] = {{"0.05005", "0.00000500"}, {"0.05010", "0.00000500"}, {"0.05015", "0.00000500"},
                                  {"0.05020", "0.00000500"}, {"0.05025", "0.00000500"}, {"0.05030", "0.00000500"},
                                  {"0.05035", "0.00000500"}, {"0.05040", "0.00000500"}, {"0.05045", "0.00000500"},
                                  {"0.05050", "0.00000500"}};
  const char* const kBids[][2] = {{"0.05000", "0.00000500"}, {"0.04995", "0.00000500"}, {"0.04990", "0.00000500"},
                                  {"0.04980", "0.00000500"}, {"0.04975", "0.00000500"}, {"0.04970", "0.00000500"},
                                  {"0.04965", "0.00000500"}, {"0.04960", "0.00000500"}, {"0.04955", "0.00000500"},
                                  {"0.04950", "0.00000500"}};
  book.begin_snapshot();
  for (const auto& level : kAsks) book.ask(level[0], level[1]);
  for (const auto& level : kBids) book.bid(level[0], level[1]);
  const auto checksum = [](const BookBuilder& b) { return b.kraken_checksum(); };
  EXPECT_EQ(book.finish(974947235, checksum), BookResult::kPublish) << book.why();
  EXPECT_EQ(std::string(book.ask_price_text(1)), "0.05010");
  EXPECT_EQ(std::string(book.ask_quantity_text(1, false)), "500");
  EXPECT_EQ(std::string(book.bid_price_text(2)), "0.04990");
  EXPECT_EQ(std::string(book.bid_quantity_text(2)), "0.00000500");
  book.begin_delta();
  book.ask("0.05050", "0.00000501");
  EXPECT_EQ(book.finish(974947235, checksum), BookResult::kSubscribeAnew);
  EXPECT_THAT(book.why(), testing::MatchesRegex("found checksum [0-9]+, expected 974947235"));
}

TEST(BookBuilder, KeepsTheDigitsOfTheTextsThroughAllMoves) {
  BookBuilder book({.levels = 50, .keeps_decimals = true}, -4, -4);
  book.begin_snapshot();
  std::vector<std::string> prices;
  for (int i = 0; i < 40; ++i) {
    std::string price = std::to_string(100 + i) + ".5" + std::string(static_cast<std::size_t>(i % 6), '0');
    prices.push_back(price);
  }
  for (int i = 0; i < 40; ++i) book.ask(prices[static_cast<std::size_t>(i * 7 % 40)], "2.0");
  for (const std::size_t i : {std::size_t{3}, std::size_t{30}}) {
    book.ask(prices[i], "0");
    prices.erase(prices.begin() + static_cast<std::ptrdiff_t>(i));
  }
  ASSERT_EQ(book.finish(), BookResult::kPublish) << book.why();
  ASSERT_EQ(book.asks().size(), prices.size());
  for (std::size_t i = 0; i < prices.size(); ++i) EXPECT_EQ(std::string(book.ask_price_text(i)), prices[i]);
}

TEST(BookBuilder, ACopyIsABookOfItsOwn) {
  BookBuilder book = whole();
  BookBuilder copy = book;
  copy.begin_delta(11);
  copy.bid(99, 0);
  EXPECT_EQ(copy.finish(), BookResult::kPublish);
  EXPECT_THAT(bids_of(copy), ElementsAre(Level{98, 2}));
  EXPECT_THAT(bids_of(book), ElementsAre(Level{99, 1}, Level{98, 2}));
}

// Levels move up and down the prices, so that both ends of the sides' memory are reached again and again.
TEST(BookBuilder, ADriftingBookStaysWhereItIsInMemory) {
  BookBuilder book({.levels = 100}, 0, 0);
  book.begin_snapshot();
  for (int i = 0; i < 100; ++i) {
    book.bid(1000 - i, 1);
    book.ask(1001 + i, 1);
  }
  ASSERT_EQ(book.finish(), BookResult::kPublish);
  const auto step = [&book](int best_bid) {
    book.begin_delta();
    book.ask(best_bid, 0);
    book.bid(best_bid, 1);
    book.bid(best_bid - 100, 0);
    book.ask(best_bid + 100, 1);
    return book.finish();
  };
  for (int best = 1001; best < 1300; ++best) ASSERT_EQ(step(best), BookResult::kPublish) << book.why();
  const bgw_level* low = book.bids().data();
  const bgw_level* high = low;
  for (int best = 1300; best < 5000; ++best) {
    ASSERT_EQ(step(best), BookResult::kPublish) << book.why();
    ASSERT_EQ(book.bids().size(), 100U);
    ASSERT_EQ(book.asks().size(), 100U);
    ASSERT_EQ(book.bids().front().price, best);
    ASSERT_EQ(book.asks().front().price, best + 1);
    low = std::min(low, book.bids().data());
    high = std::max(high, book.bids().data());
  }
  EXPECT_LE(high - low, 300) << "no new memory";
}

TEST(BookBuilder, BehindTheWorstLevelOfAFullSnapshotNothingIsKnown) {
  // The asks of the snapshot are fewer than it could have: all of them are known.
  BookBuilder book = BookBuilder({.levels = 10, .snapshot_levels = 3}, 0, 0);
  book.begin_snapshot(10);
  for (const std::int64_t price : {99, 98, 96}) book.bid(price, 1);
  book.ask(101, 3);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  book.begin_delta(11);
  book.bid(95, 9);  // 94 may have a level too, of which nothing was ever said
  book.bid(97, 7);
  book.bid(94, 0);
  book.ask(103, 2);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_THAT(bids_of(book), ElementsAre(Level{99, 1}, Level{98, 1}, Level{97, 7}, Level{96, 1}));
  EXPECT_THAT(asks_of(book), ElementsAre(Level{101, 3}, Level{103, 2}));
  book.begin_delta(12);
  for (const std::int64_t price : {99, 98, 97}) book.bid(price, 0);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_THAT(bids_of(book), ElementsAre(Level{96, 1})) << "fewer levels, and no hole";
  book.begin_snapshot(20);
  book.bid(50, 1);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  book.begin_delta(21);
  book.bid(40, 1);
  EXPECT_EQ(book.finish(), BookResult::kPublish);
  EXPECT_THAT(bids_of(book), ElementsAre(Level{50, 1}, Level{40, 1})) << "this snapshot had every bid";
}

}  // namespace
}  // namespace bgw
