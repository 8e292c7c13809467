#include "apps/gateway/update_schedule.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace gw::app {
namespace {

constexpr int kQuarterToNine = 8 * 60 + 45;
constexpr int kOffset = 5 * 60 + 30;

// The wall clock when clocks of that offset show this time of 2027-03-`day`.
std::int64_t at(unsigned day, int hour, int minute) {
  using namespace std::chrono;
  const auto utc =
      sys_days(year(2027) / month(3) / std::chrono::day(day)) + hours(hour) + minutes(minute) - minutes(kOffset);
  return duration_cast<nanoseconds>(utc.time_since_epoch()).count();
}

class Schedule : public testing::Test {
 protected:
  UpdateSchedule schedule_{kQuarterToNine, {kOffset, std::nullopt}};
};

TEST(ScheduleOfAZone, KeepsItsTimeOfDayWhenClocksAreSetForward) {
  UpdateSchedule new_york(kQuarterToNine, {0, calendar::TimeZone::find("America/New_York")});
  new_york.imported(at(13, 20, 0));  // 09:30 there; on the 14th its clocks are set forward
  EXPECT_EQ(new_york.next_ns(), at(14, 18, 15));
}

TEST_F(Schedule, WhereThereIsNoListItIsDownloadedAtOnce) { EXPECT_LE(schedule_.next_ns(), at(1, 0, 0)); }

TEST_F(Schedule, AListIsDownloadedAtTheNextDailyTimeAfterItsImport) {
  schedule_.imported(at(9, 8, 44));
  EXPECT_EQ(schedule_.next_ns(), at(9, 8, 45));
  schedule_.succeeded(at(9, 8, 45));
  EXPECT_EQ(schedule_.next_ns(), at(10, 8, 45));
  schedule_.imported(at(9, 23, 59));
  EXPECT_EQ(schedule_.next_ns(), at(10, 8, 45));
  schedule_.imported(at(10, 0, 1));
  EXPECT_EQ(schedule_.next_ns(), at(10, 8, 45)) << "the day is the exchanges', not that of UTC";
}

TEST_F(Schedule, AListFromBeforeTheLastDailyTimeIsOverdue) {
  schedule_.imported(at(8, 20, 0));
  EXPECT_EQ(schedule_.next_ns(), at(9, 8, 45));
  EXPECT_LT(schedule_.next_ns(), at(9, 9, 10));
}

TEST_F(Schedule, FailuresAreTriedAgainEverMoreSlowlyButAtLeastHourly) {
  schedule_.imported(at(8, 20, 0));
  std::int64_t now = at(9, 8, 45);
  for (const int minutes : {5, 10, 20, 40, 60, 60, 60}) {
    EXPECT_EQ(schedule_.failed(now), minutes * 60'000'000'000);
    EXPECT_EQ(schedule_.next_ns(), now + minutes * 60'000'000'000);
    now = schedule_.next_ns();
  }
  for (int i = 0; i < 100; ++i) EXPECT_EQ(schedule_.failed(now), 60 * 60'000'000'000);
}

TEST_F(Schedule, TheSameOldListDoesNotEndTheTries) {
  schedule_.imported(at(8, 20, 0));
  schedule_.failed(at(9, 8, 45));
  schedule_.imported(at(8, 20, 0));
  EXPECT_EQ(schedule_.next_ns(), at(9, 8, 50));
}

TEST_F(Schedule, AListImportedByHandEndsThem) {
  schedule_.imported(at(8, 20, 0));
  schedule_.failed(at(9, 8, 45));
  schedule_.imported(at(9, 8, 48));
  EXPECT_EQ(schedule_.next_ns(), at(10, 8, 45));
  EXPECT_EQ(schedule_.failed(at(10, 8, 45)), 5 * 60'000'000'000) << "and the next failure is a first one";
}

}  // namespace
}  // namespace gw::app
