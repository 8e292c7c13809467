#include "core/base/dates.hpp"

#include <gtest/gtest.h>

#include "core/base/clock.hpp"

namespace gw {
namespace {

constexpr int kIndia = 330;
constexpr std::int64_t kHourNs = 3'600'000'000'000;

std::string shown(std::string_view text, int utc_offset = kIndia) {
  const auto time = parse_iso_time(text, utc_offset);
  return time ? iso_time(*time) : "none";
}

TEST(Dates, ADayIsItsMidnightByTheClocksThatAreMeant) {
  EXPECT_EQ(shown("2026-11-27"), "2026-11-26T18:30:00.000Z");
  EXPECT_EQ(shown("2026-11-27", 0), "2026-11-27T00:00:00.000Z");
}

TEST(Dates, ATimeIsOfThoseClocksUnlessItSaysOthers) {
  EXPECT_EQ(shown("2026-11-27T08:31"), "2026-11-27T03:01:00.000Z");
  EXPECT_EQ(shown("2026-11-27 08:31:02"), "2026-11-27T03:01:02.000Z");
  EXPECT_EQ(shown("2026-11-27T08:31:02Z"), "2026-11-27T08:31:02.000Z");
  EXPECT_EQ(shown("2026-11-27T08:31:02-05:00"), "2026-11-27T13:31:02.000Z");
  EXPECT_EQ(shown("2026-11-27T08:31+0530", 0), "2026-11-27T03:01:00.000Z");
}

TEST(Dates, WhatIsNoDateIsNone) {
  for (const char* text : {"",
                           "today",
                           "2026",
                           "2026-11",
                           "2026-11-31",
                           "2026-02-29",
                           "2026-13-01",
                           "2026-00-10",
                           "26-11-27",
                           "2026-11-27T",
                           "2026-11-27T24:00",
                           "2026-11-27T08:60",
                           "2026-11-27T08:31:61",
                           "2026-11-27T08:31:02X",
                           "2026-11-27T08:31Z ",
                           "2026-11-27T08:31+15:00",
                           "27-11-2026",
                           "2026/11/27",
                           "1969-12-31",
                           "-026-11-27"})
    EXPECT_EQ(shown(text), "none") << text;
}

TEST(Dates, TheDateOfAWebServer) {
  EXPECT_EQ(iso_time(*parse_http_date("Fri, 27 Nov 2026 03:01:02 GMT")), "2026-11-27T03:01:02.000Z");
  for (const char* text : {"", "Fri, 27 Nov 2026", "Fri, 31 Feb 2026 03:01:02 GMT", "Fri, 27 Now 2026 03:01:02 GMT",
                           "Fri, 27 Nov 2026 03:01:02 IST", "Fri, 27 Nov 2026 25:01:02 GMT", "2026-11-27"})
    EXPECT_FALSE(parse_http_date(text)) << text;
}

TEST(Dates, TheDayIsThatOfTheClocks) {
  const std::int64_t evening = *parse_iso_time("2026-11-27T20:00Z", 0);
  EXPECT_EQ(iso_day(day_at(evening, 0)), "2026-11-27");
  EXPECT_EQ(iso_day(day_at(evening, kIndia)), "2026-11-28");
  EXPECT_EQ(iso_day(day_at(-kHourNs, 0)), "1969-12-31");
}

}  // namespace
}  // namespace gw
