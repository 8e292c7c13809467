#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "core/registry/capabilities.hpp"

namespace gw::registry {
namespace {

struct Row {
  std::vector<std::uint16_t> levels;
  int requested;
  std::optional<int> actual;
};

// Exactly the level; else the highest not above the request; else the lowest.
TEST(DepthFallback, FollowsTheOneRule) {
  const Row table[] = {
      {{5}, 5, 5},
      {{5}, 20, 5},
      {{5}, 30, 5},
      {{5}, 50, 5},
      {{5, 20}, 5, 5},
      {{5, 20}, 20, 20},
      {{5, 20}, 30, 20},
      {{5, 20}, 50, 20},
      {{5, 20, 50}, 30, 20},
      {{5, 20, 50}, 50, 50},
      {{5, 30}, 20, 5},
      {{5, 30}, 30, 30},
      {{20}, 5, 20},
      {{20, 50}, 5, 20},
      {{30, 50}, 20, 30},
      {{50}, 30, 50},
      {{5, 20, 30, 50}, 30, 30},
      {{5, 200}, 50, 5},
      {{}, 5, std::nullopt},
      {{}, 50, std::nullopt},
  };
  for (const Row& row : table)
    EXPECT_EQ(choose_depth(row.levels, row.requested), row.actual)
        << "levels " << testing::PrintToString(row.levels) << ", requested " << row.requested;
}

}  // namespace
}  // namespace gw::registry
