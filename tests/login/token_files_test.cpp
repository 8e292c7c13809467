#include "core/login/token_files.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace gw::login {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Tokens : public testing::Test {
 protected:
  std::string path(const char* name) const { return (folder_.path() / name).string(); }
  support::TemporaryFolder folder_;
};

TEST_F(Tokens, ReplaceTheirFilesWholeAndForTheOwnerAlone) {
  std::ofstream(path("jwt")) << "a much longer token from yesterday";
  fs::permissions(path("jwt"), fs::perms(0644));
  const auto written = write_tokens({{"jwt_token", path("jwt")}, {"feed_token", path("new/feed")}},
                                    {{"jwt_token", "j"}, {"feed_token", "f"}});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(text_of(path("jwt")), "j\n");
  EXPECT_EQ(text_of(path("new/feed")), "f\n");
  for (const char* name : {"jwt", "new/feed"}) EXPECT_EQ(fs::status(path(name)).permissions(), fs::perms(0600)) << name;
}

TEST_F(Tokens, AreWrittenAllOrNone) {
  std::ofstream(path("jwt")) << "yesterday";
  fs::create_directories(path("feed"));  // nobody can replace it
  const auto written = write_tokens({{"a", path("jwt")}, {"b", path("feed")}}, {{"a", "j"}, {"b", "f"}});
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("expected a regular file"));
  EXPECT_EQ(text_of(path("jwt")), "yesterday");
  EXPECT_FALSE(fs::exists(path("jwt.new")));
}

}  // namespace
}  // namespace gw::login
