#include "core/base/text.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/clock.hpp"

namespace gw {
namespace {

const std::vector<std::string> kKeys = {"port", "threads", "ping_interval", "ping_timeout"};

TEST(DidYouMean, FindsTheNearestOfSeveral) {
  EXPECT_EQ(did_you_mean("prot", kKeys), "port");
  EXPECT_EQ(did_you_mean("thread", kKeys), "threads");
  EXPECT_EQ(did_you_mean("ping_intervall", kKeys), "ping_interval");
  EXPECT_EQ(did_you_mean("ping_timeuot", kKeys), "ping_timeout");
}

TEST(DidYouMean, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(did_you_mean("symbols", kKeys), "");
  EXPECT_EQ(did_you_mean("port", {}), "");
}

TEST(DidYouMean, AShortWordIsNotTurnedIntoAnUnrelatedShortCandidate) {
  const std::vector<std::string> short_ones = {"id", "ip"};
  EXPECT_EQ(did_you_mean("xy", short_ones), "");
  EXPECT_EQ(did_you_mean("", short_ones), "");
}

TEST(DidYouMean, OfTwoEquallyNearTheFirstWins) {
  const std::vector<std::string> twins = {"modes", "moder"};
  EXPECT_EQ(did_you_mean("modex", twins), "modes");
}

TEST(WithoutControls, MovesNoCursorAndKeepsLinesAndLetters) {
  EXPECT_EQ(without_controls("A\x1b[2J\x7f\r.NSE"), "A\\x1B[2J\\x7F\\x0D.NSE");
  EXPECT_EQ(without_controls("one\n\ttwo"), "one\n\ttwo");
  EXPECT_EQ(without_controls("\xc2\x9b"
                             "2J \xc2\xb5 \xe2\x80\x9b"),
            "\\xC2\\x9B2J \xc2\xb5 \xe2\x80\x9b");
  EXPECT_EQ(without_controls("\xc2"), "\xc2");
}

TEST(Case, ChangesAsciiLettersOnly) {
  EXPECT_EQ(upper("nifty 50-be_1"), "NIFTY 50-BE_1");
  EXPECT_EQ(lower("NSE_INDEX@9"), "nse_index@9");
  EXPECT_EQ(upper("\xc3\xa9t\xc3\xa9"), "\xc3\xa9T\xc3\xa9");
  EXPECT_EQ(lower(""), "");
}

TEST(Hex, WritesTwoLowerCaseDigitsPerByte) {
  const unsigned char bytes[] = {0x00, 0x0f, 0xa0, 0xff};
  EXPECT_EQ(hex(bytes), "000fa0ff");
  EXPECT_EQ(hex({}), "");
}

TEST(IsoTime, IsUtcWithMilliseconds) {
  EXPECT_EQ(iso_time(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(iso_time(1'748'428'245'123'999'999), "2025-05-28T10:30:45.123Z");
}

TEST(Clocks, TheMonotonicClockNeverGoesBack) {
  std::int64_t before = monotonic_ns();
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t now = monotonic_ns();
    ASSERT_GE(now, before);
    before = now;
  }
}

TEST(JsonText, EscapesWhatJsonForbidsAndNothingElse) {
  EXPECT_EQ(json_text("a\"b\\c/\x7f\xc3\xa9"), "\"a\\\"b\\\\c/\x7f\xc3\xa9\"");
  EXPECT_EQ(json_text(std::string_view("\0\x1f\t", 3)), R"("\u0000\u001f\u0009")");
}

TEST(JsonText, AByteThatIsNoUtf8BecomesAQuestionMark) {
  EXPECT_EQ(json_text("a\xff"
                      "b"),
            "\"a?b\"");
  EXPECT_EQ(json_text("\xc3"), "\"?\"");                 // cut
  EXPECT_EQ(json_text("\xc0\xaf"), "\"??\"");            // overlong
  EXPECT_EQ(json_text("\xe0\x9f\xbf"), "\"???\"");       // overlong
  EXPECT_EQ(json_text("\xed\xa0\x80"), "\"???\"");       // half of a pair
  EXPECT_EQ(json_text("\xf4\x90\x80\x80"), "\"????\"");  // beyond the last character
  EXPECT_EQ(json_text("\xe2\x82\xb9 \xf0\x9f\x93\x88"), "\"\xe2\x82\xb9 \xf0\x9f\x93\x88\"");
}

}  // namespace
}  // namespace gw
