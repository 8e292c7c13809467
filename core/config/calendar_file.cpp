#include "core/config/calendar_file.hpp"

#include <algorithm>
#include <set>

#include "core/config/document.hpp"
#include "core/config/units.hpp"

namespace gw::config {
namespace {

using calendar::Calendar;
using calendar::Day;
using calendar::Exception;
using calendar::Exchange;
using calendar::Hours;
using calendar::LocalClock;
using calendar::MarketStatus;
using calendar::TimeZone;

const std::vector<std::string> kWeekdays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

// Nothing: the key is absent, or its value is no text, for which a problem is noted.
std::optional<std::string> given_text(MappingReader& r, const char* key) {
  const YAML::Node node = r.any(key);
  if (!node.IsDefined()) return std::nullopt;
  std::string text;
  r.text(key, text);
  if (text.empty() && !(node.IsScalar() && node.Scalar().empty())) return std::nullopt;
  return text;
}

// One zone tells for all: a system has those of its package tzdata, or none.
std::string zone_expected() {
  static const bool kHasZones = TimeZone::find("Asia/Kolkata").has_value();
  if (kHasZones) return "a zone that this system's tzdata has, like Asia/Kolkata";
  return "a zone like Asia/Kolkata, of which this system has none: install the package tzdata";
}

std::optional<TimeZone> read_zone(MappingReader& r, const char* key) {
  const auto name = given_text(r, key);
  if (!name) return std::nullopt;
  const auto zone = TimeZone::find(*name);
  if (!zone) r.wrong(key, name->empty() ? "nothing" : *name, zone_expected());
  return zone;
}

void read_clock(MappingReader& r, LocalClock& out) {
  const auto text = given_text(r, "utc_offset");
  const auto zone = read_zone(r, "time_zone");
  if (text && zone) return r.wrong("time_zone", "utc_offset as well", "one of the two");
  if (zone) out.zone = zone;
  if (!text) return;
  if (const auto minutes = parse_utc_offset(*text))
    out = {*minutes, std::nullopt};
  else
    r.wrong("utc_offset", text->empty() ? "nothing" : *text, "hours and minutes east of UTC, like +05:30");
}

std::vector<YAML::Node> items_of(const YAML::Node& node) {
  if (!node.IsSequence()) return {node};
  return {node.begin(), node.end()};
}

void read_hours(Context& c, MappingReader& r, const char* key, MarketStatus status, std::vector<Hours>& out) {
  const YAML::Node node = r.any(key);
  if (!node.IsDefined()) return;
  for (const YAML::Node& item : items_of(node)) {
    const auto span = item.IsScalar() ? parse_span(item.Scalar()) : std::nullopt;
    if (span)
      out.push_back({status, span->first, span->second});
    else
      c.add(item.IsNull() ? r.line_at(key) : line_of(item), r.full(key), shown(item),
            "times like 09:15-15:30, the second later than the first (at most 24:00), or a list of them");
  }
}

std::vector<Hours> read_sessions(Context& c, MappingReader& r) {
  std::vector<Hours> hours;
  const std::size_t before = c.problems.size();
  read_hours(c, r, "pre_open", MarketStatus::pre_open, hours);
  read_hours(c, r, "open", MarketStatus::open, hours);
  read_hours(c, r, "auction", MarketStatus::auction, hours);
  if (hours.empty() && c.problems.size() == before)
    r.wrong("open", "no session", "the hours of trading, like 09:15-15:30");
  return hours;
}

// Hours of winter, and of single kinds of instruments. Of exceptions the last one counts: the hours of a kind come
// after winter's, because they hold all year.
std::vector<Exception> read_exceptions(Context& c, MappingReader& r) {
  std::vector<Exception> all;
  std::vector<Exception> of_kinds;
  r.mapping("kinds", [&](const YAML::Node& node, const std::string& prefix) {
    MappingReader kinds(c, node, prefix);
    for (const auto& [key, kind] :
         {std::pair{"shares_with_derivatives", InstrumentKind::share_with_derivatives},
          std::pair{"futures", InstrumentKind::future}, std::pair{"agricultural", InstrumentKind::agricultural}})
      kinds.mapping(key, [&, of = kind](const YAML::Node& hours, const std::string& of_kind) {
        MappingReader one(c, hours, of_kind);
        if (one.is_mapping()) of_kinds.push_back({of, std::nullopt, read_sessions(c, one)});
      });
  });
  r.mapping("winter", [&](const YAML::Node& node, const std::string& prefix) {
    MappingReader winter(c, node, prefix);
    if (!winter.is_mapping()) return;
    const std::size_t before = c.problems.size();
    const auto zone = read_zone(winter, "of");
    if (!zone && c.problems.size() == before)
      winter.wrong("of", "nothing", "the zone whose winter time counts, like America/New_York");
    all.push_back({std::nullopt, zone, read_sessions(c, winter)});
  });
  all.insert(all.end(), of_kinds.begin(), of_kinds.end());
  return all;
}

std::uint8_t read_weekdays(Context& c, MappingReader& r) {
  std::vector<std::string> names;
  r.texts("weekdays", names);
  if (names.empty()) return calendar::kMondayToFriday;
  unsigned days = 0;
  for (const std::string& name : names) {
    const auto found = std::find(kWeekdays.begin(), kWeekdays.end(), name);
    if (found == kWeekdays.end())
      c.add(r.line_at("weekdays"), r.full("weekdays"), name, one_of(kWeekdays, name));
    else
      days |= 1U << (found - kWeekdays.begin());
  }
  return static_cast<std::uint8_t>(days);
}

void read_exchanges(Context& c, const YAML::Node& node, Calendar& out) {
  if (node.IsNull()) return;
  if (!node.IsMap()) return c.add(line_of(node), "exchanges", shown(node), "a mapping of exchange names");
  std::set<std::string> names;
  for (const auto& pair : node) {
    Exchange e;
    e.name = pair.first.IsScalar() ? pair.first.Scalar() : "";
    if (e.name.empty() || e.name.find_first_of(" \t") != std::string::npos) {
      c.add(line_of(pair.first), "exchanges", shown(pair.first), "an exchange's name, like NSE");
      continue;
    }
    if (!names.insert(e.name).second) {
      c.add(line_of(pair.first), "exchanges." + e.name, "the key twice", "each key once");
      continue;
    }
    e.clock = out.clock;
    MappingReader r(c, pair.second, "exchanges." + e.name);
    if (!r.is_mapping()) continue;
    read_clock(r, e.clock);
    const std::uint8_t weekdays = read_weekdays(c, r);
    if (const auto hours = given_text(r, "hours")) {
      e.has_hours = false;
      if (*hours != "unknown")
        r.wrong("hours", hours->empty() ? "nothing" : *hours, "unknown, or pre_open, open and auction");
    } else {
      for (const Hours& open : read_sessions(c, r)) e.sessions.push_back({open, weekdays});
    }
    e.exceptions = read_exceptions(c, r);
    out.exchanges.push_back(std::move(e));
  }
}

std::optional<Day> read_date(Context& c, MappingReader& r) {
  std::string text;
  const std::size_t before = c.problems.size();
  r.text("date", text);
  const auto day = parse_date(text);
  if (!day && c.problems.size() == before) r.wrong("date", text.empty() ? "nothing" : text, "a date, like 2026-12-31");
  return day;
}

// The exchanges that an entry names; all when it names none.
std::vector<Exchange*> read_whom(Context& c, MappingReader& r, Calendar& out) {
  std::vector<std::string> names;
  r.texts("exchanges", names);
  std::vector<std::string> known;
  for (const Exchange& e : out.exchanges) known.push_back(e.name);
  std::vector<Exchange*> whom;
  for (Exchange& e : out.exchanges)
    if (names.empty() || std::find(names.begin(), names.end(), e.name) != names.end()) whom.push_back(&e);
  for (const std::string& name : names)
    if (std::find(known.begin(), known.end(), name) == known.end())
      c.add(r.line_at("exchanges"), r.full("exchanges"), name, one_of(known, name));
  return whom;
}

template <class Read>
void read_list(Context& c, const YAML::Node& node, const std::string& key, Read read) {
  if (!node.IsDefined() || node.IsNull()) return;
  if (!node.IsSequence()) return c.add(line_of(node), key, shown(node), "a list");
  for (const YAML::Node& item : node) {
    MappingReader r(c, item, key);
    std::string for_people;
    r.text("name", for_people);
    if (r.is_mapping()) read(r);
  }
}

void read_calendar(Context& c, const YAML::Node& root, Calendar& out) {
  MappingReader r(c, root, "");
  read_clock(r, out.clock);
  if (const YAML::Node exchanges = r.any("exchanges"); exchanges.IsDefined()) read_exchanges(c, exchanges, out);
  read_list(c, r.any("holidays"), "holidays", [&](MappingReader& holiday) {
    const auto day = read_date(c, holiday);
    for (Exchange* e : read_whom(c, holiday, out))
      if (day) e->holidays.push_back(*day);
  });
  read_list(c, r.any("special_sessions"), "special_sessions", [&](MappingReader& special) {
    const auto day = read_date(c, special);
    const std::vector<Hours> sessions = read_sessions(c, special);
    for (Exchange* e : read_whom(c, special, out))
      for (const Hours& hours : sessions)
        if (day) e->special_sessions.push_back({*day, hours});
  });
}

}  // namespace

LoadedCalendar load_calendar_text(std::string_view text, const std::string& file) {
  LoadedCalendar loaded;
  loaded.file = file;
  Context c{file, {}, loaded.problems, "calendar.yaml"};
  read_document(c, text, [&](const YAML::Node& root) { read_calendar(c, root, loaded.calendar); });
  return loaded;
}

LoadedCalendar load_calendar(const Located& where) {
  const std::filesystem::path folder = where.path.empty() ? where.folder : where.path.parent_path();
  const std::filesystem::path path = folder / "config" / "calendar.yaml";
  std::error_code ec;
  if (std::filesystem::status(path, ec).type() == std::filesystem::file_type::not_found)
    return load_calendar_text(shipped_calendar(), "(built-in calendar.yaml)");
  LoadedCalendar loaded;
  loaded.file = path.string();
  Context c{loaded.file, {}, loaded.problems, "calendar.yaml"};
  const auto text = read_bytes(c, path);
  return text ? load_calendar_text(*text, c.file) : loaded;
}

}  // namespace gw::config
