#include "bgw/tokens.hpp"

#include <gtest/gtest.h>

namespace bgw {
namespace {

using Map = TokenMap<std::uint64_t, int>;

TEST(Tokens, LeadFromTokenToHandleAndBack) {
  Map map;
  map.hold(1, 100).state = 7;
  ASSERT_NE(map.at(100), nullptr);
  EXPECT_EQ(map.at(100)->handle, 1U);
  EXPECT_EQ(map.at(100)->state, 7);
  EXPECT_EQ(map.of(1), map.at(100));
  EXPECT_EQ(map.at(101), nullptr);
  EXPECT_EQ(map.of(2), nullptr);
  map.let_go(1);
  map.let_go(1);
  EXPECT_EQ(map.at(100), nullptr);
  EXPECT_EQ(map.size(), 0U);
}

TEST(Tokens, TheNewerOfTwoHandlesHasTheTokenWithItsState) {
  Map map;
  map.hold(1, 100).state = 7;
  EXPECT_EQ(map.hold(2, 100).state, 7);
  EXPECT_EQ(map.at(100)->handle, 2U);
  EXPECT_EQ(map.of(1), nullptr);
  map.let_go(1);
  EXPECT_EQ(map.of(2), map.at(100)) << "the older has nothing to let go any more";
}

TEST(Tokens, HandleZeroIsAHandleLikeEveryOther) {
  Map map;
  map.hold(0, 100);
  map.hold(1, 200);
  EXPECT_EQ(map.of(0), map.at(100));
  map.hold(1, 200);
  EXPECT_EQ(map.of(0), map.at(100));
}

TEST(Tokens, MayBeExchangedAfterBothWereLetGo) {
  Map map;
  map.hold(1, 100);
  map.hold(2, 200);
  map.let_go(1);
  map.let_go(2);
  map.hold(1, 200);
  map.hold(2, 100);
  EXPECT_EQ(map.at(200)->handle, 1U);
  EXPECT_EQ(map.at(100)->handle, 2U);
}

TEST(Tokens, AreFoundByAnyText) {
  TextTokenMap<int> map;
  map.hold(7, "NSE_EQ|INE002A01018").state = 3;
  const std::string_view packet = "xNSE_EQ|INE002A01018x";
  ASSERT_NE(map.at(packet.substr(1, packet.size() - 2)), nullptr);
  EXPECT_EQ(map.at("NSE_EQ|INE002A01018")->state, 3);
  EXPECT_EQ(map.at(packet), nullptr);
}

TEST(Tokens, AreVisitedOnceEach) {
  Map map;
  map.hold(1, 100).state = 1;
  map.hold(2, 200).state = 2;
  int sum = 0;
  map.for_each([&sum](const Map::Entry& entry) { sum += entry.state * static_cast<int>(entry.token); });
  EXPECT_EQ(sum, 500);
}

}  // namespace
}  // namespace bgw
