#include "core/config/calendar_file.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/support.hpp"

namespace gw::config {
namespace {

using calendar::MarketStatus;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

std::vector<std::string> texts_of(const std::vector<Problem>& problems) {
  std::vector<std::string> out;
  for (const Problem& p : problems) out.push_back(p.text());
  return out;
}

// India's wall clock on a date.
std::int64_t on(const char* date, int hour, int minute) {
  std::istringstream in(date);
  int y = 0;
  unsigned m = 0;
  unsigned d = 0;
  char dash = 0;
  in >> y >> dash >> m >> dash >> d;
  using namespace std::chrono;
  const auto utc = sys_days(year(y) / month(m) / day(d)) + hours(hour) + minutes(minute) - minutes(330);
  return duration_cast<nanoseconds>(utc.time_since_epoch()).count();
}

struct BadCalendar {
  const char* text;
  const char* problem;
};

class BadCalendars : public testing::TestWithParam<BadCalendar> {};

TEST_P(BadCalendars, HaveExactlyOneProblemWithItsLine) {
  EXPECT_THAT(texts_of(load_calendar_text(GetParam().text, "c.yaml").problems), ElementsAre(GetParam().problem))
      << GetParam().text;
}

#define GW_HOURS "times like 09:15-15:30, the second later than the first (at most 24:00), or a list of them"

INSTANTIATE_TEST_SUITE_P(
    Values, BadCalendars,
    testing::Values(
        BadCalendar{"utc_offset: IST",
                    "c.yaml:1: utc_offset: found IST, expected hours and minutes east of UTC, like +05:30"},
        BadCalendar{"utc_offset: +15:00",
                    "c.yaml:1: utc_offset: found +15:00, expected hours and minutes east of UTC, like +05:30"},
        BadCalendar{"utc_offset: \"\"",
                    "c.yaml:1: utc_offset: found nothing, expected hours and minutes east of UTC, like +05:30"},
        BadCalendar{"time_zone: \"\"",
                    "c.yaml:1: time_zone: found nothing, expected a zone that this system's tzdata "
                    "has, like Asia/Kolkata"},
        BadCalendar{"holidays: [2026-12-31]",
                    "c.yaml:1: holidays: found 2026-12-31, expected a mapping of keys to values"},
        BadCalendar{"exchanges:\n  X: [a]",
                    "c.yaml:2: exchanges.X: found a list, expected a mapping of keys to values"},
        BadCalendar{"exchanges:\n  X: {open: \"09:00-10:00\", winter: [a]}",
                    "c.yaml:2: exchanges.X.winter: found a list, expected a mapping of keys to values"},
        BadCalendar{"exchanges:\n  X: {open: \"09:00-10:00\", kinds: {futures: 9}}",
                    "c.yaml:2: exchanges.X.kinds.futures: found 9, expected a mapping of keys to values"},
        BadCalendar{"time_zone: Asia/Nowhere",
                    "c.yaml:1: time_zone: found Asia/Nowhere, expected a zone that this system's tzdata has, like "
                    "Asia/Kolkata"},
        BadCalendar{"utc_offset: +05:30\ntime_zone: Asia/Kolkata",
                    "c.yaml:2: time_zone: found utc_offset as well, expected one of the two"},
        BadCalendar{"exchanges:\n  X: {open: \"09:00-10:00\", winter: {open: \"09:00-11:00\"}}",
                    "c.yaml:2: exchanges.X.winter.of: found nothing, expected the zone whose winter time counts, like "
                    "America/New_York"},
        BadCalendar{"exchanges:\n  X: {open: \"09:00-10:00\", kinds: {futures: {}}}",
                    "c.yaml:2: exchanges.X.kinds.futures.open: found no session, expected the hours of trading, like "
                    "09:15-15:30"},
        BadCalendar{
            "exchanges:\n  X: {open: \"09:00-10:00\", kinds: {future: {open: \"09:00-11:00\"}}}",
            "c.yaml:2: exchanges.X.kinds.future: found an unknown key, expected one of shares_with_derivatives, "
            "futures, agricultural (did you mean 'futures'?)"},
        BadCalendar{"exchanges:\n  X: {hours: none}",
                    "c.yaml:2: exchanges.X.hours: found none, expected unknown, or pre_open, open and auction"},
        BadCalendar{"exchanges:\n  X: {open: \"15:30-09:15\"}",
                    "c.yaml:2: exchanges.X.open: found 15:30-09:15, expected " GW_HOURS},
        BadCalendar{"exchanges:\n  X: {open: \"09:15-24:01\"}",
                    "c.yaml:2: exchanges.X.open: found 09:15-24:01, expected " GW_HOURS},
        BadCalendar{"exchanges:\n  X:\n    open:\n      - 09:15-10:00\n      - 9:15-10:00",
                    "c.yaml:5: exchanges.X.open: found 9:15-10:00, expected " GW_HOURS},
        BadCalendar{"exchanges:\n  X:\n    open:\n", "c.yaml:3: exchanges.X.open: found nothing, expected " GW_HOURS},
        BadCalendar{"exchanges:\n  X: {}\n",
                    "c.yaml:2: exchanges.X.open: found no session, expected the hours of trading, like 09:15-15:30"},
        BadCalendar{"exchanges:\n  X: {open: [], weekdays: [mon]}\n",
                    "c.yaml:2: exchanges.X.open: found no session, expected the hours of trading, like 09:15-15:30"},
        BadCalendar{"exchanges:\n  X: {open: \"09:00-10:00\", weekdays: [mom]}",
                    "c.yaml:2: exchanges.X.weekdays: found mom, expected one of mon, tue, wed, thu, fri, sat, sun "
                    "(did you mean 'mon'?)"},
        BadCalendar{"exchanges:\n  X: {open: \"09:00-10:00\"}\n  X: {open: \"09:00-10:00\"}",
                    "c.yaml:3: exchanges.X: found the key twice, expected each key once"},
        BadCalendar{"exchanges: [X]", "c.yaml:1: exchanges: found a list, expected a mapping of exchange names"},
        BadCalendar{"holidays: {date: 2026-12-31}", "c.yaml:1: holidays: found a mapping, expected a list"},
        BadCalendar{"holidays:\n  - {date: 2026-02-30}",
                    "c.yaml:2: holidays.date: found 2026-02-30, expected a date, like 2026-12-31"},
        BadCalendar{"holidays:\n  - {date: 26-2-3}",
                    "c.yaml:2: holidays.date: found 26-2-3, expected a date, like 2026-12-31"},
        BadCalendar{"holidays:\n  - {name: Some day}",
                    "c.yaml:2: holidays.date: found nothing, expected a date, like 2026-12-31"},
        BadCalendar{"exchanges: {NSE: {open: \"09:00-10:00\"}}\nholidays:\n  - {date: 2026-12-31, exchanges: [NSF]}",
                    "c.yaml:3: holidays.exchanges: found NSF, expected one of NSE (did you mean 'NSE'?)"},
        BadCalendar{"special_sessions:\n  - {date: 2026-12-31}",
                    "c.yaml:2: special_sessions.open: found no session, expected the hours of trading, like "
                    "09:15-15:30"}));

INSTANTIATE_TEST_SUITE_P(
    Keys, BadCalendars,
    testing::Values(
        BadCalendar{
            "holiday: []",
            "c.yaml:1: holiday: found an unknown key, expected one of utc_offset, time_zone, exchanges, holidays, "
            "special_sessions (did you mean 'holidays'?)"},
        BadCalendar{
            "exchanges:\n  X: {opens: \"09:00-10:00\", open: \"09:00-10:00\"}",
            "c.yaml:2: exchanges.X.opens: found an unknown key, expected one of utc_offset, time_zone, weekdays, "
            "hours, pre_open, open, auction, kinds, winter (did you mean 'open'?)"},
        BadCalendar{"holidays:\n  - {date: 2026-12-31, exchange: [NSE]}",
                    "c.yaml:2: holidays.exchange: found an unknown key, expected one of name, date, exchanges (did you "
                    "mean 'exchanges'?)"}));

INSTANTIATE_TEST_SUITE_P(
    Files, BadCalendars,
    testing::Values(
        BadCalendar{"[]", "c.yaml:1: calendar.yaml: found an empty list, expected a mapping of keys to values"},
        BadCalendar{"a: &x 1",
                    "c.yaml:1: calendar.yaml: found an anchor or alias (& or *), expected the value itself; "
                    "a text that begins with & or * needs quotes"}));

TEST(CalendarFile, EverythingThatIsWrongIsToldInOrder) {
  std::vector<int> lines;
  for (const Problem& problem :
       load_calendar_text("exchanges:\n  X: {open: no}\nholidays:\n  - {date: no}\nspecial_session: []\n", "c.yaml")
           .problems)
    lines.push_back(problem.line);
  EXPECT_THAT(lines, ElementsAre(2, 4, 5));
}

TEST(CalendarFile, ReadsWhatItSays) {
  const LoadedCalendar loaded = load_calendar_text(
      "utc_offset: +05:30\n"
      "exchanges:\n"
      "  A: {pre_open: 09:00-09:15, open: [09:15-11:00, 12:00-15:30]}\n"
      "  B: {open: 00:00-24:00, weekdays: [sat, sun], utc_offset: \"-01:00\"}\n"
      "holidays:\n"
      "  - {date: 2027-03-10, name: for all}\n"
      "  - {date: 2027-03-11, exchanges: [B]}\n"
      "special_sessions:\n"
      "  - {date: 2027-03-10, exchanges: [A], pre_open: 17:45-18:00, open: 18:00-19:00}\n",
      "c.yaml");
  EXPECT_THAT(texts_of(loaded.problems), ElementsAre());
  const calendar::Calendar& c = loaded.calendar;
  EXPECT_EQ(c.clock.utc_offset, 330);
  EXPECT_EQ(c.status("A", on("2027-03-09", 9, 0)), MarketStatus::pre_open);
  EXPECT_EQ(c.status("A", on("2027-03-09", 11, 0)), MarketStatus::closed);
  EXPECT_EQ(c.status("A", on("2027-03-09", 12, 0)), MarketStatus::open);
  EXPECT_EQ(c.status("A", on("2027-03-10", 12, 0)), MarketStatus::closed);
  EXPECT_EQ(c.status("A", on("2027-03-10", 17, 45)), MarketStatus::pre_open);
  EXPECT_EQ(c.status("A", on("2027-03-10", 18, 0)), MarketStatus::open);
  EXPECT_EQ(c.status("A", on("2027-03-11", 12, 0)), MarketStatus::open);
  ASSERT_EQ(c.exchanges.size(), 2U);
  EXPECT_EQ(c.exchanges[1].clock.utc_offset, -60);
  EXPECT_EQ(c.exchanges[1].holidays.size(), 2U);
  EXPECT_EQ(c.exchanges[1].sessions[0].weekdays, 0b1100000);
}

TEST(CalendarFile, AnEmptyOneKnowsNoExchange) {
  const LoadedCalendar loaded = load_calendar_text("", "c.yaml");
  EXPECT_THAT(texts_of(loaded.problems), ElementsAre());
  EXPECT_TRUE(loaded.calendar.exchanges.empty());
  EXPECT_EQ(loaded.calendar.clock.utc_offset, calendar::kIndia);
}

TEST(CalendarFile, TheShippedOneIsGoodAndHasRegularSessionsOnly) {
  const LoadedCalendar loaded = load_calendar_text(shipped_calendar(), "shipped");
  EXPECT_THAT(texts_of(loaded.problems), ElementsAre());
  std::vector<std::string> names;
  for (const calendar::Exchange& e : loaded.calendar.exchanges) {
    names.push_back(e.name);
    EXPECT_EQ(e.clock.offset_at(on("2027-07-01", 12, 0)), 330);
    EXPECT_TRUE(e.holidays.empty());
    EXPECT_TRUE(e.special_sessions.empty());
  }
  EXPECT_THAT(names, UnorderedElementsAre("NSE", "BSE", "NSE_INDEX", "BSE_INDEX", "NFO", "BFO", "CDS", "BCD",
                                          "CDS_INDEX", "MCX", "MCX_INDEX", "NCO", "NCDEX", "GLOBAL_INDEX"));
  const calendar::Calendar& c = loaded.calendar;
  EXPECT_EQ(c.status("NSE", on("2027-03-09", 9, 0)), MarketStatus::pre_open);
  EXPECT_EQ(c.status("NSE_INDEX", on("2027-03-09", 9, 15)), MarketStatus::open);
  EXPECT_EQ(c.status("NSE", InstrumentKind::share_with_derivatives, on("2027-03-09", 15, 15)), MarketStatus::auction);
  EXPECT_EQ(c.status("BSE", InstrumentKind::share_with_derivatives, on("2027-03-09", 15, 35)), MarketStatus::closed);
  EXPECT_EQ(c.status("NSE", InstrumentKind::other, on("2027-03-09", 15, 29)), MarketStatus::open);
  EXPECT_EQ(c.status("NSE", on("2027-03-09", 15, 34)), MarketStatus::auction);
  EXPECT_EQ(c.status("NSE_INDEX", on("2027-03-09", 15, 20)), MarketStatus::auction);
  EXPECT_EQ(c.status("NFO", InstrumentKind::future, on("2027-03-09", 9, 0)), MarketStatus::pre_open);
  EXPECT_EQ(c.status("NFO", InstrumentKind::other, on("2027-03-09", 9, 0)), MarketStatus::closed);
  EXPECT_EQ(c.status("BFO", InstrumentKind::other, on("2027-03-09", 15, 39)), MarketStatus::open);
  EXPECT_EQ(c.status("MCX", on("2027-03-09", 23, 54)), MarketStatus::open) << "winter in New York";
  EXPECT_EQ(c.status("NCO", on("2027-07-06", 23, 30)), MarketStatus::closed) << "summer";
  EXPECT_EQ(c.status("MCX", InstrumentKind::agricultural, on("2027-03-09", 16, 59)), MarketStatus::open);
  EXPECT_EQ(c.status("MCX", InstrumentKind::agricultural, on("2027-03-09", 17, 0)), MarketStatus::closed)
      << "in winter";
  EXPECT_EQ(c.status("MCX", InstrumentKind::future, on("2027-03-09", 17, 0)), MarketStatus::open);
  EXPECT_EQ(c.status("GLOBAL_INDEX", on("2027-03-07", 3, 0)), MarketStatus::open) << "a Sunday's night";
  EXPECT_FALSE(c.has_hours("GLOBAL_INDEX"));
  EXPECT_FALSE(c.has_hours("NOWHERE"));
  EXPECT_TRUE(c.has_hours("NSE"));
  EXPECT_EQ(c.status("CDS", on("2027-03-09", 16, 59)), MarketStatus::open);
  EXPECT_EQ(c.status("MCX", on("2027-03-09", 23, 29)), MarketStatus::open);
  EXPECT_EQ(c.status("NCDEX", on("2027-03-09", 17, 0)), MarketStatus::closed);
}

class CalendarPlace : public testing::Test {
 protected:
  void write_calendar(std::string_view text) {
    std::filesystem::create_directories(folder_.path() / "config");
    folder_.write("config/calendar.yaml", text);
  }
  const TemporaryFolder folder_;
  const Located where_{folder_.write("gateway.yaml", ""), folder_.path()};
};

TEST_F(CalendarPlace, BesideGatewayYamlItReplacesTheShippedOne) {
  EXPECT_EQ(load_calendar(where_).file, "(built-in calendar.yaml)");
  EXPECT_EQ(load(where_).calendar.exchanges.size(), 14U);
  write_calendar("exchanges: {MINE: {open: \"09:00-10:00\"}}");
  EXPECT_EQ(load_calendar(where_).file, folder_ / "config/calendar.yaml");
  const Loaded loaded = load(where_);
  EXPECT_THAT(texts_of(loaded.problems), ElementsAre());
  ASSERT_EQ(loaded.calendar.exchanges.size(), 1U);
  EXPECT_EQ(loaded.calendar.exchanges[0].name, "MINE");
}

TEST_F(CalendarPlace, ABrokenOneIsAProblemOfTheConfiguration) {
  write_calendar("exchanges: 7");
  EXPECT_THAT(
      texts_of(load(where_).problems),
      ElementsAre((folder_ / "config/calendar.yaml") + ":1: exchanges: found 7, expected a mapping of exchange names"));
}

TEST_F(CalendarPlace, AFolderInItsPlaceIsAProblem) {
  std::filesystem::create_directories(folder_.path() / "config/calendar.yaml");
  EXPECT_THAT(
      texts_of(load(where_).problems),
      ElementsAre((folder_ / "config/calendar.yaml") + ":1: calendar.yaml: found a folder, expected a readable file"));
}

TEST_F(CalendarPlace, WithoutAGatewayYamlItIsLookedForInTheStateFolder) {
  write_calendar("exchanges: {MINE: {open: \"09:00-10:00\"}}");
  EXPECT_EQ(load_calendar({{}, folder_.path()}).calendar.exchanges.size(), 1U);
}

}  // namespace
}  // namespace gw::config
