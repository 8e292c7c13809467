#include "core/calendar/calendar.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace gw::calendar {
namespace {

using namespace std::chrono;

constexpr year_month_day kFriday{year(2027), month(3), day(12)};
constexpr year_month_day kHoliday{year(2027), month(3), day(10)};  // of this test: a Wednesday like any other

// The wall clock when India's clocks show this time of 2027-03-`of_month`.
std::int64_t at(unsigned of_month, int hour, int minute, int second = 0) {
  const auto utc = sys_days(year(2027) / month(3) / day(of_month)) + hours(hour) + minutes(minute) + seconds(second) -
                   minutes(kIndia);
  return duration_cast<nanoseconds>(utc.time_since_epoch()).count();
}

Calendar calendar() {
  Exchange cash{.name = "CASH",
                .clock = {},
                .sessions = {},
                .exceptions = {},
                .holidays = {sys_days(kHoliday)},
                .special_sessions = {}};
  cash.sessions = {{{MarketStatus::pre_open, 9 * 60, 9 * 60 + 15}}, {{MarketStatus::open, 9 * 60 + 15, 15 * 60 + 30}}};
  Exchange metal = cash;
  metal.name = "METAL";
  metal.sessions = {{{MarketStatus::open, 9 * 60, 23 * 60 + 30}}};
  metal.special_sessions = {{sys_days(kHoliday), {MarketStatus::open, 17 * 60, 23 * 60 + 30}}};
  Exchange night{
      .name = "NIGHT", .clock = {}, .sessions = {}, .exceptions = {}, .holidays = {}, .special_sessions = {}};
  constexpr std::uint8_t kMonday = 1;
  constexpr std::uint8_t kTuesday = 2;
  night.sessions = {{{MarketStatus::open, 22 * 60, kMinutesOfDay}, kMonday},
                    {{MarketStatus::open, 0, 2 * 60}, kTuesday}};
  Exchange always{.name = "ALWAYS",
                  .clock = {0, std::nullopt},
                  .sessions = {},
                  .exceptions = {},
                  .holidays = {},
                  .special_sessions = {}};
  always.sessions = {{{MarketStatus::open, 0, kMinutesOfDay}, 0b1111111}};
  return {{}, {cash, metal, night, always}};
}

struct Moment {
  const char* exchange;
  unsigned day;  // of March 2027; the 8th is a Monday
  int hour, minute, second;
  MarketStatus expected;
};

TEST(TheDay, IsWhatTheExchangesClocksShow) {
  const auto of = [](const char* exchange, std::int64_t wall_ns) { return calendar().day(exchange, wall_ns); };
  EXPECT_EQ(of("CASH", at(12, 0, 0)), sys_days(kFriday));
  EXPECT_EQ(of("CASH", at(12, 23, 59, 59)), sys_days(kFriday));
  EXPECT_EQ(of("ALWAYS", at(12, 5, 29)), sys_days(kFriday) - days(1)) << "its clocks show UTC";
  EXPECT_EQ(of("ALWAYS", at(12, 5, 30)), sys_days(kFriday));
  EXPECT_EQ(of("NOWHERE", at(12, 0, 0)), sys_days(kFriday)) << "the calendar's own clock";
}

class Status : public testing::TestWithParam<Moment> {};

TEST_P(Status, AtThatMoment) {
  const Moment& m = GetParam();
  EXPECT_EQ(calendar().status(m.exchange, at(m.day, m.hour, m.minute, m.second)), m.expected)
      << m.exchange << " on the " << m.day << ". at " << m.hour << ':' << m.minute << ':' << m.second;
}

constexpr auto kClosed = MarketStatus::closed;
constexpr auto kPreOpen = MarketStatus::pre_open;
constexpr auto kOpen = MarketStatus::open;

INSTANTIATE_TEST_SUITE_P(OfADay, Status,
                         testing::Values(Moment{"CASH", 8, 0, 0, 0, kClosed}, Moment{"CASH", 8, 8, 59, 59, kClosed},
                                         Moment{"CASH", 8, 9, 0, 0, kPreOpen}, Moment{"CASH", 8, 9, 14, 59, kPreOpen},
                                         Moment{"CASH", 8, 9, 15, 0, kOpen}, Moment{"CASH", 8, 15, 29, 59, kOpen},
                                         Moment{"CASH", 8, 15, 30, 0, kClosed},
                                         Moment{"CASH", 8, 23, 59, 59, kClosed}));

INSTANTIATE_TEST_SUITE_P(Weekend, Status,
                         testing::Values(Moment{"CASH", 12, 12, 0, 0, kOpen}, Moment{"CASH", 13, 12, 0, 0, kClosed},
                                         Moment{"CASH", 14, 12, 0, 0, kClosed}, Moment{"CASH", 15, 12, 0, 0, kOpen}));

INSTANTIATE_TEST_SUITE_P(HolidayWithAnEveningSession, Status,
                         testing::Values(Moment{"CASH", 10, 12, 0, 0, kClosed}, Moment{"METAL", 10, 12, 0, 0, kClosed},
                                         Moment{"METAL", 10, 16, 59, 59, kClosed}, Moment{"METAL", 10, 17, 0, 0, kOpen},
                                         Moment{"METAL", 10, 23, 30, 0, kClosed}, Moment{"METAL", 11, 9, 0, 0, kOpen}));

INSTANTIATE_TEST_SUITE_P(AcrossMidnight, Status,
                         testing::Values(Moment{"NIGHT", 8, 1, 0, 0, kClosed}, Moment{"NIGHT", 8, 22, 0, 0, kOpen},
                                         Moment{"NIGHT", 8, 23, 59, 59, kOpen}, Moment{"NIGHT", 9, 0, 0, 0, kOpen},
                                         Moment{"NIGHT", 9, 2, 0, 0, kClosed}, Moment{"ALWAYS", 13, 0, 0, 0, kOpen}));

TEST(Calendar, AnExchangeThatItDoesNotHaveIsOpen) {
  EXPECT_EQ(calendar().status("ELSEWHERE", at(13, 3, 0)), MarketStatus::open);
}

TEST(Calendar, TheDayIsTheExchangesOwn) {
  Calendar one = calendar();
  one.exchanges[3].holidays = {sys_days(kFriday)};  // ALWAYS lives in UTC: its Friday begins at 05:30 in India
  EXPECT_EQ(one.status("ALWAYS", at(12, 5, 29, 59)), MarketStatus::open);
  EXPECT_EQ(one.status("ALWAYS", at(12, 5, 30)), MarketStatus::closed);
}

TEST(Calendar, WhereSessionsOverlapOpenWins) {
  Calendar one = calendar();
  one.exchanges[0].special_sessions = {{sys_days(kFriday), {MarketStatus::pre_open, 10 * 60, 16 * 60}}};
  EXPECT_EQ(one.status("CASH", at(12, 10, 0)), MarketStatus::open);
  EXPECT_EQ(one.status("CASH", at(12, 15, 30)), MarketStatus::pre_open);
}

TEST(Calendar, AKindMayHaveHoursOfItsOwn) {
  Calendar one = calendar();
  one.exchanges[0].exceptions = {
      {InstrumentKind::share_with_derivatives,
       std::nullopt,
       {{MarketStatus::open, 9 * 60 + 15, 15 * 60 + 15}, {MarketStatus::auction, 15 * 60 + 15, 15 * 60 + 35}}}};
  const auto status = [&](InstrumentKind kind, int hour, int minute) {
    return one.status("CASH", kind, at(8, hour, minute));
  };
  EXPECT_EQ(status(InstrumentKind::share_with_derivatives, 9, 0), kPreOpen)
      << "what the exception does not name is as ever";
  EXPECT_EQ(status(InstrumentKind::share_with_derivatives, 15, 14), kOpen);
  EXPECT_EQ(status(InstrumentKind::share_with_derivatives, 15, 15), MarketStatus::auction);
  EXPECT_EQ(status(InstrumentKind::other, 15, 15), kOpen);
  EXPECT_EQ(status(InstrumentKind::other, 15, 30), kClosed);
  EXPECT_EQ(one.status("CASH", at(8, 15, 29)), kOpen) << "some trade";
  EXPECT_EQ(one.status("CASH", at(8, 15, 30)), MarketStatus::auction);
  EXPECT_EQ(one.status("CASH", at(8, 15, 35)), kClosed);
  EXPECT_EQ(one.status("CASH", at(10, 15, 20)), kClosed) << "nor on a holiday";
  EXPECT_EQ(one.status("CASH", at(13, 15, 20)), kClosed) << "nor on a Saturday";
}

TEST(Calendar, WinterMayHaveHoursOfItsOwn) {
  Calendar one = calendar();
  const auto new_york = TimeZone::find("America/New_York");
  ASSERT_TRUE(new_york);
  one.exchanges[1].exceptions = {{std::nullopt, new_york, {{MarketStatus::open, 9 * 60, 23 * 60 + 55}}}};
  EXPECT_EQ(one.status("METAL", at(12, 23, 54)), kOpen);
  EXPECT_EQ(one.status("METAL", at(12, 23, 55)), kClosed);
  EXPECT_EQ(one.status("METAL", at(15, 23, 29)), kOpen);
  EXPECT_EQ(one.status("METAL", at(15, 23, 30)), kClosed) << "since the 14th New York has summer time";
}

// The tz database has Dublin's summer as its standard time, and Melbourne's winter is in July.
TEST(Calendar, WinterIsWhenTheClocksAreBack) {
  for (const auto& [zone, july, january] :
       {std::tuple{"Europe/Dublin", false, true}, std::tuple{"America/New_York", false, true},
        std::tuple{"Australia/Melbourne", true, false}, std::tuple{"Asia/Kolkata", true, true}}) {
    const auto found = TimeZone::find(zone);
    ASSERT_TRUE(found);
    constexpr std::int64_t kDay = 86'400'000'000'000;
    EXPECT_EQ(found->has_winter_time((sys_days(year(2027) / 7 / 1)).time_since_epoch().count() * kDay), july) << zone;
    EXPECT_EQ(found->has_winter_time((sys_days(year(2027) / 1 / 1)).time_since_epoch().count() * kDay), january)
        << zone;
  }
}

TEST(Calendar, WithoutHoursItCountsAsOpenAndHasNone) {
  Calendar one = calendar();
  one.exchanges[0].has_hours = false;
  EXPECT_EQ(one.status("CASH", at(13, 3, 0)), kOpen);
  EXPECT_FALSE(one.has_hours("CASH"));
  EXPECT_TRUE(one.has_hours("METAL"));
  EXPECT_FALSE(one.has_hours("NOWHERE"));
}

TEST(Calendar, AZonesClocksAreSetForwardAndBack) {
  Calendar one = calendar();
  one.exchanges[0].clock.zone = TimeZone::find("America/New_York");
  ASSERT_TRUE(one.exchanges[0].clock.zone);
  EXPECT_EQ(one.status("CASH", at(12, 19, 44)), kPreOpen) << "winter: ten and a half hours behind India";
  EXPECT_EQ(one.status("CASH", at(12, 19, 45)), kOpen);
  EXPECT_EQ(one.status("CASH", at(15, 18, 45)), kOpen) << "summer: nine and a half";
  EXPECT_FALSE(TimeZone::find("Asia/Nowhere"));
  EXPECT_FALSE(TimeZone::find(""));
}

TEST(Calendar, AnyWallClockGetsAnAnswer) {
  const Calendar c = calendar();
  for (const std::int64_t ns : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0},
                                std::numeric_limits<std::int64_t>::max()}) {
    static_cast<void>(c.status("CASH", ns));
    EXPECT_EQ(c.status("ALWAYS", ns), kOpen);
  }
}

}  // namespace
}  // namespace gw::calendar
