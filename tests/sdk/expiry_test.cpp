#include "bgw/expiry.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "bgw/percent.hpp"

namespace bgw {
namespace {

using std::chrono::minutes;

TEST(Expiry, IsReadFromTheSpellingsThatListsHave) {
  for (const char* text : {"2026-10-07", "07OCT2026", "07Oct2026", "07-Oct-2026", "07-OCT-2026"}) {
    const auto expiry = parse_expiry(text);
    ASSERT_TRUE(expiry) << text;
    EXPECT_EQ(expiry->date, "2026-10-07") << text;
    EXPECT_EQ(expiry->compact, "07OCT26") << text;
  }
  for (const char* wrong : {"",
                            "28MAR24",
                            "28MRZ2024",
                            "00MAR2024",
                            "32MAR2024",
                            "8MAR20245",
                            "2XMAR2024",
                            "28MAR202X",
                            "30FEB2024",
                            "28-MAR/2024",
                            "28/Mar-2024",
                            "2026-13-01",
                            "2026-00-01",
                            "2026-01-32",
                            "2026-01-00",
                            "26-01-01",
                            "2026/01/01",
                            "2026-1-01x",
                            "20x6-01-01",
                            "2026-02-29",
                            "1969-12-31",
                            "2100-01-01",
                            "28 ar2024",
                            "28\xCD\xC1\xD2"
                            "2024"})
    EXPECT_FALSE(parse_expiry(wrong)) << wrong;
}

TEST(Expiry, OfATimeIsTheDayAtThatPlace) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  constexpr std::int64_t kMidnight = 1'793'059'200 * kSecond;  // 2026-10-27 in UTC
  EXPECT_EQ(expiry_at(kMidnight, minutes(0))->compact, "27OCT26");
  EXPECT_EQ(expiry_at(kMidnight - 1, minutes(0))->date, "2026-10-26");
  EXPECT_EQ(expiry_at(kMidnight - 1, kIndiaOffset)->date, "2026-10-27");
  EXPECT_EQ(expiry_at(kMidnight, minutes(-1))->date, "2026-10-26");
  for (const std::int64_t none : {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(),
                                  std::numeric_limits<std::int64_t>::max()})
    EXPECT_FALSE(expiry_at(none, kIndiaOffset)) << none;
}

TEST(PercentEncoded, LeavesOnlyWhatMayStandInAnAddress) {
  EXPECT_EQ(percent_encoded("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encoded("a b&c=d/\xff+%"), "a%20b%26c%3Dd%2F%FF%2B%25");
  EXPECT_EQ(percent_encoded(""), "");
}

}  // namespace
}  // namespace bgw
