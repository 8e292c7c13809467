#include "core/base/result.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace gw {
namespace {

TEST(Result, HoldsEitherAValueOrAnError) {
  const Result<int> good = 7;
  const Result<int> bad = Error{"no"};
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, 7);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message, "no");
}

TEST(Result, CarriesATypeThatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> made = std::make_unique<int>(3);
  ASSERT_TRUE(made);
  const std::unique_ptr<int> taken = std::move(*made);
  EXPECT_EQ(*taken, 3);
}

TEST(Result, OfVoidIsGoodUnlessGivenAnErrorEvenAnEmptyOne) {
  EXPECT_TRUE(Result<void>());
  EXPECT_FALSE(Result<void>(Error{}));
}

TEST(Result, AStringValueIsNotMistakenForAnError) {
  const Result<std::string> good = std::string("text");
  ASSERT_TRUE(good.has_value());
  EXPECT_EQ(good->size(), 4U);
}

TEST(WithContext, PutsTheContextInFront) {
  EXPECT_EQ(with_context("gateway.db", Error{"locked"}).message, "gateway.db: locked");
}

}  // namespace
}  // namespace gw
