#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/database/database.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gw::database {
namespace {

using testing::HasSubstr;

class Constraints : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = Database::open(folder_ / "gateway.db");
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = std::move(*opened);
    ASSERT_TRUE(database_->execute("INSERT INTO users (id, name, created) VALUES (1, 'alice', 1)"));
  }
  std::string complaint(const std::string& sql) {
    const auto done = database_->execute(sql);
    return done ? "accepted" : done.error().message;
  }

  support::TemporaryFolder folder_;
  std::unique_ptr<Database> database_;
};

TEST_F(Constraints, AUserNameIsUniqueAndThere) {
  EXPECT_THAT(complaint("INSERT INTO users (name, created) VALUES ('alice', 2)"),
              HasSubstr("UNIQUE constraint failed: users.name"));
  EXPECT_THAT(complaint("INSERT INTO users (name, created) VALUES (NULL, 2)"),
              HasSubstr("NOT NULL constraint failed: users.name"));
}

TEST_F(Constraints, AKeyBelongsToAUserThatExists) {
  EXPECT_THAT(complaint("INSERT INTO api_keys (user_id, hash, scope, created) "
                        "VALUES (42, x'00', 'read', 1)"),
              HasSubstr("FOREIGN KEY constraint failed"));
  EXPECT_EQ(complaint("INSERT INTO api_keys (user_id, hash, scope, created) "
                      "VALUES (1, x'00', 'read', 1)"),
            "accepted");
}

TEST_F(Constraints, AUserWithKeysCannotBeDeleted) {
  ASSERT_TRUE(database_->execute("INSERT INTO api_keys (user_id, hash, scope, created) VALUES (1, x'00', 'read', 1)"));
  EXPECT_THAT(complaint("DELETE FROM users WHERE id = 1"), HasSubstr("FOREIGN KEY constraint failed"));
}

TEST_F(Constraints, TwoKeysNeverShareAHash) {
  const std::string insert = "INSERT INTO api_keys (user_id, hash, scope, created) VALUES (1, x'abcd', 'read', 1)";
  EXPECT_EQ(complaint(insert), "accepted");
  EXPECT_THAT(complaint(insert), HasSubstr("UNIQUE constraint failed: api_keys.hash"));
}

TEST_F(Constraints, APluginHasEachSymbolOfAnExchangeOnce) {
  const auto insert = [](const char* plugin, const char* exchange) {
    return std::string("INSERT INTO instruments VALUES ('") + plugin + "', 'INFY', '" + exchange +
           "', '', '', '1', '', '', '', 0, 0, 1, '', -9, 0)";
  };
  EXPECT_EQ(complaint(insert("angel", "NSE")), "accepted");
  EXPECT_EQ(complaint(insert("angel", "BSE")), "accepted");
  EXPECT_EQ(complaint(insert("zerodha", "NSE")), "accepted");
  EXPECT_THAT(complaint(insert("angel", "NSE")), HasSubstr("UNIQUE constraint failed"));
}

}  // namespace
}  // namespace gw::database
