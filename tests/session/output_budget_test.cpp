#include "core/session/output_budget.hpp"

#include <gtest/gtest.h>

namespace gw::session {
namespace {

TEST(OutputBudget, EachHasItsOwnLimitWhileAllTogetherHaveLittle) {
  OutputBudget budget;
  budget.set_limits(1'000'000, 3'000'000);
  budget.note_backlog(0, 1'000'000);
  budget.note_backlog(0, 2'000'000);
  EXPECT_EQ(budget.limit(), 1'000'000U);
}

TEST(OutputBudget, BeyondThatTheTotalIsSharedByThoseThatHaveSome) {
  OutputBudget budget;
  budget.set_limits(1'000'000, 1'000'000);
  for (int i = 0; i < 4; ++i) budget.note_backlog(0, 300'000);
  EXPECT_EQ(budget.limit(), 250'000U);
  budget.note_backlog(300'000, 0);
  EXPECT_EQ(budget.limit(), 1'000'000U);
}

TEST(OutputBudget, NobodyGetsLessThanALittle) {
  OutputBudget budget;
  budget.set_limits(1'000'000, 100'000);
  for (int i = 0; i < 100; ++i) budget.note_backlog(0, 10'000);
  EXPECT_EQ(budget.limit(), 64U * 1024);
  budget.set_limits(1'000, 100'000);
  EXPECT_EQ(budget.limit(), 1'000U) << "but for an operator's own limit";
}

}  // namespace
}  // namespace gw::session
