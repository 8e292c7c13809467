#include "bybit_book.hpp"

#include <gmock/gmock.h>

namespace bybit {
namespace {

using Outcome = Book::Outcome;
constexpr std::int64_t kSecond = 1'000'000'000;

class BookTest : public testing::Test {
 protected:
  using Levels = std::vector<LevelText>;

  Outcome snapshot(std::int64_t number, const Levels& bids, const Levels& asks) {
    return take(true, number, bids, asks);
  }
  Outcome delta(std::int64_t number, const Levels& bids, const Levels& asks) { return take(false, number, bids, asks); }
  Outcome take(bool is_snapshot, std::int64_t number, const Levels& bids, const Levels& asks) {
    return book.take(is_snapshot, {"X", bids, asks, number, 0}, now);
  }
  // "price:quantity …|price:quantity …" as whole numbers of the exponents; "none" when the book is not whole.
  std::string shown() const {
    const auto top = book.top();
    if (!top) return "none";
    std::string text;
    for (std::uint32_t i = 0; i < top->bid_count; ++i)
      text += std::to_string(top->bids[i].price) + ':' + std::to_string(top->bids[i].quantity) + ' ';
    text += '|';
    for (std::uint32_t i = 0; i < top->ask_count; ++i)
      text += ' ' + std::to_string(top->asks[i].price) + ':' + std::to_string(top->asks[i].quantity);
    return text;
  }

  std::int64_t now = 1000 * kSecond;
  Book book{50, 2, -2, -3};
};

TEST_F(BookTest, PublishesTheBestLevelsThatWereAskedFor) {
  EXPECT_EQ(snapshot(7, {{"10.00", "1"}, {"9.90", "2"}, {"9.80", "3"}}, {{"10.10", "0.5"}}), Outcome::kPublish);
  EXPECT_EQ(shown(), "1000:1000 990:2000 | 1010:500");
  EXPECT_EQ(delta(8, {{"10.00", "0"}, {"9.85", "0.001"}}, {{"10.05", "4"}}), Outcome::kPublish);
  EXPECT_EQ(shown(), "990:2000 985:1 | 1005:4000 1010:500");
  book.set_level(50);
  EXPECT_EQ(shown(), "990:2000 985:1 980:3000 | 1005:4000 1010:500");
}

TEST_F(BookTest, ADeltaBeforeTheSnapshotIsLeftOut) {
  EXPECT_EQ(delta(8, {{"10.00", "1"}}, {}), Outcome::kNothing);
  EXPECT_EQ(shown(), "none");
  EXPECT_EQ(snapshot(9, {{"9.00", "1"}}, {}), Outcome::kPublish);
  EXPECT_EQ(shown(), "900:1000 |");
}

TEST_F(BookTest, AHoleInTheNumbersIsAskedForOnceAndNothingIsShownUntilTheSnapshot) {
  snapshot(7, {{"10.00", "1"}}, {});
  EXPECT_EQ(delta(9, {{"9.00", "1"}}, {}), Outcome::kAskAnew);
  EXPECT_THAT(book.why(), testing::HasSubstr("found update 9, expected 8"));
  EXPECT_EQ(shown(), "none");
  for (std::int64_t number = 10; number < 20; ++number) EXPECT_EQ(delta(number, {}, {}), Outcome::kNothing);
  EXPECT_EQ(snapshot(30, {{"8.00", "1"}}, {}), Outcome::kPublish);
  EXPECT_EQ(shown(), "800:1000 |");
  EXPECT_EQ(delta(32, {}, {}), Outcome::kAskAnew) << "the next hole is asked for at once";
}

TEST_F(BookTest, ASnapshotThatDoesNotComeIsAskedForAgainAfterTenSeconds) {
  snapshot(7, {{"10.00", "1"}}, {});
  EXPECT_EQ(delta(9, {}, {}), Outcome::kAskAnew);
  now += 10 * kSecond - 1;
  EXPECT_EQ(delta(10, {}, {}), Outcome::kNothing);
  now += 1;
  EXPECT_EQ(delta(11, {}, {}), Outcome::kAskAnew);
  EXPECT_EQ(delta(12, {}, {}), Outcome::kNothing);
}

TEST_F(BookTest, NumberOneIsASnapshotAfterARestartAndReplacesTheBook) {
  snapshot(7000, {{"10.00", "1"}}, {});
  EXPECT_EQ(snapshot(1, {{"9.00", "2"}}, {{"9.10", "1"}}), Outcome::kPublish);
  EXPECT_EQ(shown(), "900:2000 | 910:1000");
  EXPECT_EQ(delta(2, {}, {{"9.10", "0"}}), Outcome::kPublish);
  EXPECT_EQ(shown(), "900:2000 |");
  EXPECT_EQ(delta(1, {{"8.00", "2"}}, {}), Outcome::kPublish) << "whatever its type";
  EXPECT_EQ(shown(), "800:2000 |");
}

TEST_F(BookTest, ASnapshotMayRepeatItsNumber) {
  snapshot(7, {{"10.00", "1"}}, {});
  EXPECT_EQ(snapshot(7, {{"10.00", "1"}}, {}), Outcome::kPublish);
}

// No document has such a delta. After a restart whose snapshot was lost all numbers are lower, and a book that left
// them out would be old for ever.
TEST_F(BookTest, ADeltaWhoseNumberIsNotAboveTheLastOneMakesTheBookSuspect) {
  snapshot(7, {{"10.00", "1"}}, {});
  delta(8, {{"10.00", "2"}}, {});
  EXPECT_EQ(delta(8, {{"10.00", "3"}}, {}), Outcome::kAskAnew);
  EXPECT_EQ(shown(), "none");
  snapshot(700, {{"10.00", "1"}}, {});
  EXPECT_EQ(delta(2, {{"10.00", "3"}}, {}), Outcome::kAskAnew);
}

TEST_F(BookTest, AValueThatTheExponentsCannotHoldIsNeverRounded) {
  snapshot(7, {{"10.00", "1"}}, {});
  EXPECT_EQ(delta(8, {{"10.001", "1"}, {"9.00", "0.0001"}}, {{"10.50", "1.0000"}}), Outcome::kAskAnew);
  EXPECT_EQ(book.misfits(), 2U);
  EXPECT_EQ(shown(), "none");
  EXPECT_EQ(snapshot(9, {{"10.001", "1"}}, {}), Outcome::kNothing) << "the new snapshot is as bad: at its pace";
  EXPECT_EQ(book.misfits(), 1U);
  EXPECT_EQ(shown(), "none");
  EXPECT_EQ(snapshot(10, {{"10.010", "1.000000"}}, {}), Outcome::kPublish) << "zeros at the end are no decimals";
  EXPECT_EQ(book.misfits(), 0U);
  EXPECT_EQ(shown(), "1001:1000 |");
}

TEST_F(BookTest, WhatIsNoDecimalRefusesTheFrameAndItsUpdateIsMissing) {
  snapshot(7, {{"10.00", "1"}}, {});
  EXPECT_EQ(delta(8, {{"9.00", "1"}, {"ten", "1"}}, {}), Outcome::kMalformed);
  EXPECT_EQ(shown(), "1000:1000 |") << "nothing of a bad frame counts";
  EXPECT_EQ(book.lose("found ten", now), Outcome::kAskAnew);
  EXPECT_STREQ(book.why(), "found ten");
  EXPECT_EQ(shown(), "none");
  EXPECT_EQ(delta(9, {}, {}), Outcome::kNothing) << "it has been asked for";
}

TEST_F(BookTest, AFirstSnapshotThatCannotBeReadIsAskedForAgainAtItsPace) {
  EXPECT_EQ(snapshot(5, {{"abc", "1"}}, {}), Outcome::kMalformed);
  EXPECT_EQ(book.lose("found abc", now), Outcome::kAskAnew);
  EXPECT_EQ(delta(6, {{"1.00", "1"}}, {}), Outcome::kNothing);
  EXPECT_EQ(book.lose("found abc", now), Outcome::kNothing) << "the new one is as bad";
  now += 10 * kSecond;
  EXPECT_EQ(delta(7, {{"1.00", "1"}}, {}), Outcome::kAskAnew);
  EXPECT_EQ(snapshot(8, {{"1.00", "1"}}, {}), Outcome::kPublish);
}

TEST_F(BookTest, DeltasWithoutASnapshotBeforeThemAreBorneForTenSeconds) {
  EXPECT_EQ(delta(8, {}, {}), Outcome::kNothing);
  now += 10 * kSecond - 1;
  EXPECT_EQ(delta(9, {}, {}), Outcome::kNothing);
  now += 1;
  EXPECT_EQ(delta(10, {}, {}), Outcome::kAskAnew);
  EXPECT_STREQ(book.why(), "found no snapshot, expected one");
  EXPECT_EQ(delta(11, {}, {}), Outcome::kNothing);
}

TEST_F(BookTest, ABookOfWhichNothingComesIsOverdueTenSecondsAfterItWasMissed) {
  EXPECT_FALSE(book.is_overdue(now));
  now += 10 * kSecond - 1;
  EXPECT_FALSE(book.is_overdue(now));
  now += 1;
  EXPECT_TRUE(book.is_overdue(now));
  EXPECT_FALSE(book.is_overdue(now)) << "it is asked for now";
  snapshot(7, {{"10.00", "1"}}, {});
  now += 100 * kSecond;
  EXPECT_FALSE(book.is_overdue(now));
}

TEST_F(BookTest, ACrossedBookIsSuspect) {
  snapshot(7, {{"10.00", "1"}}, {{"10.10", "1"}});
  EXPECT_EQ(delta(8, {{"10.10", "1"}}, {}), Outcome::kAskAnew);
  EXPECT_EQ(shown(), "none");
}

TEST_F(BookTest, AfterTheEndOfTheConnectionItWaitsForASnapshot) {
  snapshot(7, {{"10.00", "1"}}, {});
  book.start_anew();
  EXPECT_EQ(shown(), "none");
  EXPECT_EQ(delta(8, {}, {}), Outcome::kNothing);
  EXPECT_EQ(snapshot(3, {{"10.00", "1"}}, {}), Outcome::kPublish);
}

}  // namespace
}  // namespace bybit
