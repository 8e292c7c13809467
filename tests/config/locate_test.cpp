#include <cstdlib>

#include <gtest/gtest.h>

#include "core/config/load.hpp"
#include "tests/config/support.hpp"

namespace gw::config {
namespace {

class Locate : public testing::Test {
 protected:
  Locate() : before_(std::filesystem::current_path()) { std::filesystem::current_path(folder_.path()); }
  ~Locate() override { std::filesystem::current_path(before_); }

  const TemporaryFolder folder_;
  const std::filesystem::path before_;
};

TEST_F(Locate, TakesTheNamedFile) {
  const std::string file = folder_.write("other.yaml", "");
  folder_.write("gateway.yaml", "");
  const auto found = locate(file);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->path, file);
  EXPECT_EQ(found->folder, folder_.path());
}

TEST_F(Locate, RefusesANamedFileThatIsMissing) {
  folder_.write("gateway.yaml", "");
  const auto found = locate("missing.yaml");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message, "--config: found missing.yaml, expected a file that exists");
  EXPECT_FALSE(locate("."));
}

TEST_F(Locate, TakesTheFileInTheWorkingFolderWhereNoneIsNamed) {
  folder_.write("gateway.yaml", "server: {port: 1}");
  const auto found = locate(std::nullopt);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->path, "gateway.yaml");
  const Loaded loaded = load(*found);
  EXPECT_EQ(loaded.config.server.port, 1);
  EXPECT_EQ(loaded.file, "gateway.yaml");
  EXPECT_EQ(loaded.config.database, (folder_.path() / "state/gateway.db").string());
}

TEST_F(Locate, TakesTheShippedFileWithItsStateInTheUsersFolderWhereThereIsNone) {
  ::setenv("XDG_STATE_HOME", "/xdg", 1);
  auto found = locate(std::nullopt);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->path.empty());
  EXPECT_EQ(found->folder, "/xdg/broker-gateway");
  const Loaded loaded = load(*found);
  for (const Problem& p : loaded.problems) ADD_FAILURE() << p.text();
  EXPECT_EQ(loaded.config.database, "/xdg/broker-gateway/state/gateway.db");

  ::unsetenv("XDG_STATE_HOME");
  ::setenv("HOME", "/home/somebody", 1);
  found = locate(std::nullopt);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->folder, "/home/somebody/.local/state/broker-gateway");
}

}  // namespace
}  // namespace gw::config
