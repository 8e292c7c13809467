#include <gtest/gtest.h>

#include "core/database/database.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gw::database {
namespace {

class Statements : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = Database::open(folder_ / "gateway.db");
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = std::move(*opened);
    ASSERT_TRUE(database_->execute("CREATE TABLE t (a TEXT, b INTEGER, c BLOB)"));
  }
  std::int64_t count() {
    auto query = database_->prepare("SELECT count(*) FROM t");
    return *query.step() ? query.integer(0) : -1;
  }

  support::TemporaryFolder folder_;
  std::unique_ptr<Database> database_;
};

TEST_F(Statements, GiveBackWhatWasBound) {
  const std::string bytes("\0\xff\0z", 4);
  auto insert = database_->prepare("INSERT INTO t VALUES (?, ?, ?)");
  ASSERT_TRUE(insert.bind(1, "it's \"x\"; --").bind(2, INT64_MIN).bind_blob(3, bytes).run());
  auto query = database_->prepare("SELECT a, b, c FROM t");
  ASSERT_TRUE(*query.step());
  EXPECT_EQ(query.text(0), "it's \"x\"; --");
  EXPECT_EQ(query.integer(1), INT64_MIN);
  EXPECT_EQ(query.text(2), bytes);
  EXPECT_FALSE(*query.step());
}

TEST_F(Statements, RunAgainWithNewValues) {
  auto insert = database_->prepare("INSERT INTO t (b) VALUES (?)");
  for (std::int64_t i = 0; i < 3; ++i) ASSERT_TRUE(insert.bind(1, i).run());
  EXPECT_EQ(count(), 3);
}

TEST_F(Statements, StoreAnEmptyTextAsTextAndNullAsNull) {
  auto insert = database_->prepare("INSERT INTO t VALUES (?, ?, NULL)");
  ASSERT_TRUE(insert.bind(1, "").bind_null(2).run());
  auto query = database_->prepare("SELECT a IS NULL, b IS NULL, b, c FROM t");
  ASSERT_TRUE(*query.step());
  EXPECT_EQ(query.integer(0), 0);
  EXPECT_EQ(query.integer(1), 1);
  EXPECT_EQ(query.integer(2), 0);
  EXPECT_EQ(query.text(3), "");
}

TEST_F(Statements, ABrokenOneFailsWhenItRuns) {
  auto broken = database_->prepare("SELECT nonsense FROM nowhere");
  EXPECT_FALSE(broken.step());
  EXPECT_FALSE(broken.run());
}

TEST_F(Statements, ATransactionThatIsNotCommittedLeavesNothing) {
  {
    const Transaction transaction(*database_);
    ASSERT_TRUE(transaction.begun());
    ASSERT_TRUE(database_->execute("INSERT INTO t (b) VALUES (1)"));
  }
  EXPECT_EQ(count(), 0);
  {
    Transaction transaction(*database_);
    ASSERT_TRUE(database_->execute("INSERT INTO t (b) VALUES (1)"));
    ASSERT_TRUE(transaction.commit());
  }
  EXPECT_EQ(count(), 1);
}

TEST_F(Statements, ACommitThatFailsIsRolledBackSoThatTheNextTransactionBegins) {
  ASSERT_TRUE(database_->execute("PRAGMA foreign_keys=ON; CREATE TABLE parent (id INTEGER PRIMARY KEY)"));
  ASSERT_TRUE(database_->execute("CREATE TABLE child (p REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"));
  {
    Transaction transaction(*database_);
    ASSERT_TRUE(database_->execute("INSERT INTO child VALUES (7)"));
    EXPECT_FALSE(transaction.commit());
  }
  const Transaction next(*database_);
  EXPECT_TRUE(next.begun());
}

TEST_F(Statements, ANestedTransactionSaysThatItDidNotBegin) {
  const Transaction outer(*database_);
  const Transaction inner(*database_);
  EXPECT_TRUE(outer.begun());
  EXPECT_FALSE(inner.begun());
}

}  // namespace
}  // namespace gw::database
