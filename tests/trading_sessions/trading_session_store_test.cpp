#include "core/trading_sessions/trading_session_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace gw::trading_sessions {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kFirstDay = 20'730;

class Store : public testing::Test {
 protected:
  void SetUp() override { start(); }
  // As the gateway does: a new process finds what the file has.
  void start() {
    database_.reset();
    auto opened = database::Database::open(file_);
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = std::move(*opened);
    history_ = std::make_unique<TradingSessionHistory>();
    const auto loaded = TradingSessionStore(*database_).load(*history_);
    ASSERT_TRUE(loaded) << loaded.error().message;
  }
  Result<void> save() { return TradingSessionStore(*database_).save(*history_); }
  void note_three(std::string_view symbol, bool last_in_time = true) {
    for (const std::int64_t day : {kFirstDay, kFirstDay + 1}) history_->note(symbol, "NSE", "open", day, true);
    history_->note(symbol, "NSE", "open", kFirstDay + 2, last_in_time);
  }
  bool is_expected(std::string_view symbol) const {
    return history_->is_expected(symbol, "NSE", "open", kFirstDay + 3);
  }
  std::int64_t rows() {
    auto query = database_->prepare("SELECT count(*) FROM trading_sessions");
    return *query.step() ? query.integer(0) : -1;
  }

  support::TemporaryFolder folder_;
  std::string file_ = folder_ / "gateway.db";
  std::unique_ptr<database::Database> database_;
  std::unique_ptr<TradingSessionHistory> history_;
};

TEST_F(Store, WhatWasSavedIsKnownAfterARestart) {
  note_three("INFY");
  note_three("TCS", false);
  history_->note("INFY", "BSE", "open", kFirstDay, true);
  history_->note("INFY", "NSE", "auction", kFirstDay, true);
  ASSERT_TRUE(save());
  start();
  EXPECT_TRUE(is_expected("INFY"));
  EXPECT_FALSE(is_expected("TCS"));
  EXPECT_TRUE(history_->changes().records.empty()) << "what was loaded is saved already";
  history_->note("TCS", "NSE", "open", kFirstDay + 2, true);
  EXPECT_FALSE(is_expected("TCS")) << "the first note of a day counts, also after a restart";
}

TEST_F(Store, TheSessionThatAFourthOneReplacesLeavesTheFile) {
  note_three("INFY");
  ASSERT_TRUE(save());
  history_->note("INFY", "NSE", "open", kFirstDay + 3, true);
  ASSERT_TRUE(save());
  EXPECT_EQ(rows(), 3);
}

TEST_F(Store, WhatWasDroppedLeavesTheFile) {
  note_three("INFY");
  note_three("TCS");
  ASSERT_TRUE(save());
  history_->drop([](std::string_view) { return kFirstDay + 3; },
                 [](std::string_view symbol, std::string_view) { return symbol == "INFY"; });
  ASSERT_TRUE(save());
  EXPECT_EQ(rows(), 3);
  start();
  EXPECT_FALSE(is_expected("INFY"));
  EXPECT_TRUE(is_expected("TCS"));
}

TEST_F(Store, ALockedDatabaseIsAnErrorAndNothingIsLost) {
  ASSERT_TRUE(database_->execute("PRAGMA busy_timeout=0"));
  note_three("INFY");
  {
    const auto other = database::Database::open(file_);
    const database::Transaction lock(**other);
    ASSERT_TRUE(lock.begun());
    const auto saved = save();
    ASSERT_FALSE(saved);
    EXPECT_THAT(saved.error().message, HasSubstr("locked"));
    EXPECT_TRUE(is_expected("INFY"));
  }
  ASSERT_TRUE(save());
  start();
  EXPECT_TRUE(is_expected("INFY"));
}

TEST_F(Store, AFullDiskIsAnErrorThatLeavesTheFileAsItWasAndNothingIsLost) {
  note_three("INFY");
  ASSERT_TRUE(save());
  ASSERT_TRUE(database_->execute("PRAGMA max_page_count=1"));  // no more than there are now
  history_->note("INFY", "NSE", "open", kFirstDay + 3, true);
  for (int i = 0; i < 2000; ++i) note_three("OPTION" + std::to_string(i));
  const auto saved = save();
  ASSERT_FALSE(saved);
  EXPECT_THAT(saved.error().message, HasSubstr("full"));
  EXPECT_EQ(rows(), 3);
  EXPECT_TRUE(is_expected("OPTION1999"));
  ASSERT_TRUE(database_->execute("PRAGMA max_page_count=100000"));
  ASSERT_TRUE(save());
  start();
  EXPECT_TRUE(is_expected("OPTION1999"));
}

}  // namespace
}  // namespace gw::trading_sessions
