#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/database/database.hpp"
#include "core/database/schema.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gw::database {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

std::int64_t number(Database& database, std::string_view sql) {
  auto query = database.prepare(sql);
  const auto row = query.step();
  return row && *row ? query.integer(0) : -1;
}

class Open : public testing::Test {
 protected:
  support::TemporaryFolder folder_;
  std::string file_ = folder_ / "gateway.db";
};

TEST_F(Open, TheFirstOpenLeavesTheLastSchemaVersion) {
  const auto database = Database::open(file_);
  ASSERT_TRUE(database) << database.error().message;
  EXPECT_EQ(number(**database, "PRAGMA user_version"), static_cast<std::int64_t>(schema_scripts().size()));
  for (const char* table : {"users", "api_keys", "instruments", "imports", "former_instruments", "trading_sessions"})
    EXPECT_EQ(number(**database, std::string("SELECT count(*) FROM ") + table), 0) << table;
}

TEST_F(Open, AFileOfTheFirstVersionIsBroughtUpToDateWithWhatIsInIt) {
  {
    const auto made = Database::open(file_);
    ASSERT_TRUE(
        (*made)->execute("DROP TABLE api_keys; DROP TABLE users; DROP TABLE instruments; DROP TABLE imports; "
                         "DROP TABLE former_instruments; DROP TABLE trading_sessions"));
    ASSERT_TRUE((*made)->execute(schema_scripts()[0]));
    ASSERT_TRUE((*made)->execute("INSERT INTO imports VALUES ('angel', 'scrip.json', 7, 2, 3); PRAGMA user_version=1"));
    ASSERT_TRUE((*made)->execute(
        "INSERT INTO instruments VALUES ('angel', 'INFY', 'NSE', 'INFY-EQ', 'NSE', '1594', '', 'EQ', '', 0, 5, 1)"));
    ASSERT_TRUE(
        (*made)->execute("INSERT INTO users VALUES (3, 'alice', 'angel', 7); "
                         "INSERT INTO api_keys VALUES (5, 3, x'00', 'admin', 8, NULL, 9)"));
  }
  const auto database = Database::open(file_);
  ASSERT_TRUE(database) << database.error().message;
  EXPECT_EQ(number(**database, "PRAGMA user_version"), static_cast<std::int64_t>(schema_scripts().size()));
  EXPECT_EQ(number(**database, "SELECT generation FROM imports WHERE source = 'scrip.json' AND etag = ''"), 3);
  EXPECT_EQ(number(**database, "SELECT time FROM imports WHERE time_of = 'fetched' AND day = 0"), 7);
  EXPECT_EQ(number(**database, "SELECT count(*) FROM instruments WHERE exchange_number = ''"), 1);
  EXPECT_EQ(number(**database,
                   "SELECT id FROM api_keys WHERE user_id = 3 AND created = 8 AND expires IS NULL AND "
                   "revoked = 9 AND label = '' AND used IS NULL"),
            5);
}

TEST_F(Open, MakesFileAndFolderForTheirOwnerOnly) {
  const std::string deep = folder_ / "state/of/gateway.db";
  ASSERT_TRUE(Database::open(deep));
  EXPECT_EQ(fs::status(deep).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(fs::path(deep).parent_path()).permissions(), fs::perms::owner_all);
}

TEST_F(Open, ASecondOpenFindsWhatTheFirstWrote) {
  {
    const auto first = Database::open(file_);
    ASSERT_TRUE((*first)->execute("INSERT INTO users (name, created) VALUES ('alice', 1)"));
  }
  const auto second = Database::open(file_);
  ASSERT_TRUE(second);
  EXPECT_EQ(number(**second, "SELECT count(*) FROM users WHERE name = 'alice'"), 1);
}

TEST_F(Open, TheSchemaOfANewerGatewayIsRefusedWithBothVersionsAndLeftAlone) {
  {
    const auto made = Database::open(file_);
    ASSERT_TRUE((*made)->execute("PRAGMA user_version=99"));
  }
  const auto again = Database::open(file_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, "database " + file_ + ": found schema version 99, expected at most " +
                                       std::to_string(schema_scripts().size()) + ": a newer gateway made it");
  EXPECT_FALSE(Database::open(file_)) << "the refusal must not have changed the version";
}

TEST_F(Open, AFileThatIsNoDatabaseIsAnErrorThatNamesIt) {
  std::ofstream(file_) << std::string(4096, 'x');
  const auto database = Database::open(file_);
  ASSERT_FALSE(database);
  EXPECT_THAT(database.error().message, AllOf(HasSubstr(file_), HasSubstr("not a database")));
}

TEST_F(Open, AFolderThatCannotBeMadeIsAnErrorThatNamesIt) {
  std::ofstream(folder_ / "file") << "in the way";
  const auto database = Database::open(folder_ / "file/sub/gateway.db");
  ASSERT_FALSE(database);
  EXPECT_THAT(database.error().message, HasSubstr(folder_ / "file/sub"));
}

TEST_F(Open, TwoConnectionsSeeEachOthersCommits) {
  const auto one = Database::open(file_);
  const auto two = Database::open(file_);
  ASSERT_TRUE(one && two);
  const std::int64_t before = (*one)->data_version().value();
  EXPECT_EQ((*one)->data_version().value(), before);
  ASSERT_TRUE((*two)->execute("INSERT INTO users (name, created) VALUES ('bob', 1)"));
  EXPECT_NE((*one)->data_version().value(), before);
  EXPECT_EQ(number(**one, "SELECT count(*) FROM users"), 1);
}

}  // namespace
}  // namespace gw::database
