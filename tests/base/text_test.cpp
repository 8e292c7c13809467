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

}  // namespace
}  // namespace gw
