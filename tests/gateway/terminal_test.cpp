#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/gateway/terminal/line.hpp"
#include "apps/gateway/terminal/screen.hpp"

namespace gw::app {
namespace {

using testing::ElementsAre;

constexpr Look kPlain{false, false};

TEST(Line, MakesTheTextOfOthersSafe) {
  EXPECT_EQ(printable("a\033[2Jb\tc\n"), "a?[2Jb?c?");
  EXPECT_EQ(printable("Größe €5"), "Gr??e ?5") << "one column for each character";
}

TEST(Line, ShowsStylesOnlyWithColour) {
  const Line line = Line("1.05", Style::bid).add(" x ").add("##", Style::bid_bar);
  EXPECT_EQ(line.render({true, false}), "\033[32m1.05\033[0m x \033[32m##\033[0m");
  EXPECT_EQ(line.render({false, true}), "1.05 x \u2588\u2588");
  EXPECT_EQ(line.render(kPlain), "1.05 x ##");
  EXPECT_EQ(line.width(), 9U);
}

TEST(Line, IsCutThroughItsSpans) {
  Line line = Line("abc").add("def", Style::bold).add("ghi");
  line.cut(4);
  EXPECT_EQ(line.text(), "abcd");
  line.cut(0);
  EXPECT_TRUE(line.empty());
}

TEST(Line, SpreadCutsTheRightEndFirst) {
  EXPECT_EQ(spread(Line("left"), Line("right"), 14).text(), "left     right");
  EXPECT_EQ(spread(Line("left"), Line("right"), 9).text(), "left  rig");
  EXPECT_EQ(spread(Line("left"), Line("right"), 6).text(), "left");
  EXPECT_EQ(spread(Line("left"), Line("right"), 2).text(), "le");
}

TEST(Line, PacksItemsIntoRows) {
  EXPECT_THAT(packed({"open 1", "high 2", "low 3"}, 14), ElementsAre("open 1  high 2", "low 3"));
  EXPECT_THAT(packed({"much too long", "x"}, 4), ElementsAre("much", "x"));
}

TEST(Screen, ClearsOnceAndThenWritesWhatChanged) {
  Screen screen(kPlain);
  EXPECT_EQ(screen.show({Line("one"), Line("two")}, {10, 3}), "\033[2J\033[1;1Hone\033[K\033[2;1Htwo\033[K");
  EXPECT_EQ(screen.show({Line("one"), Line("two")}, {10, 3}), "");
  EXPECT_EQ(screen.show({Line("one"), Line("2")}, {10, 3}), "\033[2;1H2\033[K") << "clears behind a shorter text";
  EXPECT_EQ(screen.show({}, {10, 3}), "\033[1;1H\033[K\033[2;1H\033[K");
}

TEST(Screen, CutsWhatDoesNotFit) {
  Screen screen(kPlain);
  EXPECT_EQ(screen.show({Line("abcdef"), Line("second")}, {4, 1}), "\033[2J\033[1;1Habcd") << "the last column is text";
}

TEST(Screen, IsDrawnAnewAtAnotherSizeAndWhenItMayShowAnything) {
  Screen screen(kPlain);
  screen.show({Line("one")}, {10, 2});
  EXPECT_EQ(screen.show({Line("one")}, {9, 2}), "\033[2J\033[1;1Hone\033[K");
  screen.forget();
  EXPECT_EQ(screen.show({Line("one")}, {9, 2}), "\033[2J\033[1;1Hone\033[K");
}

}  // namespace
}  // namespace gw::app
