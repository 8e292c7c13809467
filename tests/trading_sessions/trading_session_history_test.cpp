#include "core/trading_sessions/trading_session_history.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace gw::trading_sessions {
namespace {

constexpr std::int64_t kMonday = 20'730;

class History : public testing::Test {
 protected:
  void note(std::int64_t day, bool in_time, std::string_view symbol = "INFY") {
    history_.note(symbol, "NSE", "open", day, in_time);
  }
  void note_days(std::initializer_list<std::int64_t> days, std::string_view symbol = "INFY") {
    for (const std::int64_t day : days) note(day, true, symbol);
  }
  bool is_expected(std::int64_t day, std::string_view symbol = "INFY") const {
    return history_.is_expected(symbol, "NSE", "open", day);
  }
  void drop(std::int64_t today, std::string_view over = "") {
    history_.drop([today](std::string_view) { return today; },
                  [over](std::string_view symbol, std::string_view) { return symbol == over; });
  }
  std::size_t kept() const {
    std::size_t count = 0;
    for (const Record& record : history_.changes().records) count += record.sessions.empty() ? 0 : 1;
    return count;
  }

  TradingSessionHistory history_;
};

TEST_F(History, ThreeSessionsInTimeMakeAnInstrumentExpected) {
  EXPECT_FALSE(is_expected(kMonday));
  note_days({kMonday, kMonday + 1});
  EXPECT_FALSE(is_expected(kMonday + 2));
  note(kMonday + 2, true);
  EXPECT_TRUE(is_expected(kMonday + 2));
  EXPECT_TRUE(is_expected(kMonday + 3));
}

TEST_F(History, OneSessionNotInTimeCountsUntilThreeHaveFollowedIt) {
  note_days({kMonday, kMonday + 1});
  note(kMonday + 2, false);
  EXPECT_FALSE(is_expected(kMonday + 3));
  note_days({kMonday + 3, kMonday + 4});
  EXPECT_FALSE(is_expected(kMonday + 5));
  note(kMonday + 5, true);
  EXPECT_TRUE(is_expected(kMonday + 6));
}

TEST_F(History, EachSymbolExchangeAndPhaseHasItsOwn) {
  note_days({kMonday, kMonday + 1, kMonday + 2});
  EXPECT_FALSE(history_.is_expected("TCS", "NSE", "open", kMonday + 3));
  EXPECT_FALSE(history_.is_expected("INFY", "BSE", "open", kMonday + 3));
  EXPECT_FALSE(history_.is_expected("INFY", "NSE", "auction", kMonday + 3));
  EXPECT_TRUE(history_.is_expected("INFY", "NSE", "open", kMonday + 3));
}

TEST_F(History, NoneOfTheThreeMayBeOlderThanTenDays) {
  note_days({kMonday, kMonday + 1, kMonday + 2});
  EXPECT_TRUE(is_expected(kMonday + 10));
  EXPECT_FALSE(is_expected(kMonday + 11));
}

TEST_F(History, TheFirstNoteOfADayCounts) {
  note_days({kMonday, kMonday + 1, kMonday + 2});
  const std::uint64_t revision = history_.changes().revision;
  note(kMonday + 2, false);
  note(kMonday + 2, true);
  EXPECT_EQ(history_.changes().revision, revision) << "nothing to save";
  EXPECT_TRUE(is_expected(kMonday + 3));
  note(kMonday + 3, false);
  EXPECT_FALSE(is_expected(kMonday + 3));
  note(kMonday + 3, true);
  EXPECT_FALSE(is_expected(kMonday + 3)) << "whoever subscribes later hears what trades by then";
}

TEST_F(History, ANoteThatComesLateTakesItsPlaceAmongTheThree) {
  note_days({kMonday, kMonday + 2, kMonday + 3});
  note(kMonday + 1, false);
  EXPECT_FALSE(is_expected(kMonday + 4));
  const std::uint64_t revision = history_.changes().revision;
  note(kMonday - 1, true);
  EXPECT_EQ(history_.changes().revision, revision) << "older than all three";
}

TEST_F(History, ASessionInTheFutureIsNoReasonToExpect) {
  note_days({kMonday, kMonday + 1, kMonday + 400});
  EXPECT_FALSE(is_expected(kMonday + 2));
  drop(kMonday + 2);
  note(kMonday + 2, true);
  EXPECT_TRUE(is_expected(kMonday + 2));
}

TEST_F(History, WhatWasNotSeenForTenDaysIsDropped) {
  note_days({kMonday, kMonday + 1, kMonday + 2});
  note_days({kMonday + 5}, "TCS");
  drop(kMonday + 12);
  EXPECT_EQ(kept(), 2U);
  drop(kMonday + 13);
  EXPECT_EQ(kept(), 1U);
}

TEST_F(History, AContractThatIsOverIsDropped) {
  note_days({kMonday, kMonday + 1, kMonday + 2}, "NIFTY26NOVFUT");
  note_days({kMonday, kMonday + 1, kMonday + 2});
  drop(kMonday + 3, "NIFTY26NOVFUT");
  EXPECT_FALSE(is_expected(kMonday + 3, "NIFTY26NOVFUT"));
  EXPECT_TRUE(is_expected(kMonday + 3));
}

TEST_F(History, AnInstrumentThatWasDroppedBeginsAnew) {
  note_days({kMonday, kMonday + 1, kMonday + 2});
  drop(kMonday + 20);
  note_days({kMonday + 20, kMonday + 21});
  EXPECT_FALSE(is_expected(kMonday + 22));
  note(kMonday + 22, true);
  EXPECT_TRUE(is_expected(kMonday + 22));
}

TEST_F(History, OnlyWhatHasChangedSinceTheLastSaveIsToBeSaved) {
  note(kMonday, true);
  note(kMonday, true, "TCS");
  const auto first = history_.changes();
  EXPECT_EQ(first.records.size(), 2U);
  note(kMonday + 1, true, "TCS");  // while that is being written
  history_.saved(first.revision);
  const auto second = history_.changes();
  ASSERT_EQ(second.records.size(), 1U);
  EXPECT_EQ(second.records[0].name.symbol, "TCS");
  EXPECT_EQ(second.records[0].sessions, (std::vector<TradingSession>{{kMonday, true}, {kMonday + 1, true}}));
  history_.saved(second.revision);
  EXPECT_TRUE(history_.changes().records.empty());
}

TEST_F(History, ThreadsMayNoteAskAndSaveAtOnce) {
  std::atomic<bool> done = false;
  std::thread saver([&] {
    while (!done) {
      history_.saved(history_.changes().revision);
      drop(kMonday + 10, "INFY7");
    }
  });
  std::thread other([&] {
    for (int i = 0; i < 2000; ++i) is_expected(kMonday + 3, "INFY" + std::to_string(i % 20));
  });
  for (int i = 0; i < 2000; ++i) note(kMonday + i / 500, true, "INFY" + std::to_string(i % 20));
  other.join();
  done = true;
  saver.join();
  for (const int i : {0, 6, 8, 19}) EXPECT_TRUE(is_expected(kMonday + 4, "INFY" + std::to_string(i))) << i;
}

}  // namespace
}  // namespace gw::trading_sessions
