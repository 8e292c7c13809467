#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "core/registry/capabilities.hpp"

namespace gw::registry {
namespace {

struct Row {
  std::vector<std::uint16_t> levels;
  int requested;
  std::optional<Depth> depth;
};

TEST(DepthLevel, IsTheSameOrCutOrTheNextLower) {
  const Row table[] = {
      {{5}, 5, Depth{5, 5}},
      {{5}, 50, Depth{5, 5}},
      {{5, 20}, 5, Depth{5, 5}},
      {{5, 20}, 20, Depth{20, 20}},
      {{5, 20}, 30, Depth{20, 20}},
      {{10, 25}, 20, Depth{25, 20}},
      {{5, 20, 50}, 30, Depth{50, 30}},
      {{5, 30}, 20, Depth{30, 20}},
      {{20}, 5, Depth{20, 5}},
      {{30, 50}, 20, Depth{30, 20}},
      {{5, 20, 30, 50}, 30, Depth{30, 30}},
      {{5, 200}, 50, Depth{200, 50}},
      {{}, 5, std::nullopt},
      {{}, 50, std::nullopt},
  };
  for (const Row& row : table)
    EXPECT_EQ(choose_depth(row.levels, {}, row.requested), row.depth)
        << "levels " << testing::PrintToString(row.levels) << ", requested " << row.requested;
}

TEST(DepthLevel, IsNotCutFromOneWhosePlacesAreScarcer) {
  Limits limits;
  limits.depths = {{20, 50, 1}, {30, 50, 2}, {200, 10, 1}};
  const std::vector<std::uint16_t> levels = {5, 20, 30, 200};
  EXPECT_EQ(choose_depth(levels, limits, 10), (Depth{5, 5})) << "twenty have a limit of their own";
  EXPECT_EQ(choose_depth(levels, limits, 25), (Depth{20, 20})) << "thirty take two";
  EXPECT_EQ(choose_depth(levels, limits, 50), (Depth{30, 30})) << "two hundred have fewer places";
  EXPECT_EQ(choose_depth(std::vector<std::uint16_t>{200}, limits, 50), (Depth{200, 50})) << "there is no other";
}

}  // namespace
}  // namespace gw::registry
