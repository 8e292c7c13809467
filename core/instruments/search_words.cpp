#include "core/instruments/search_words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "core/base/text.hpp"

namespace gw::instruments {
namespace {

constexpr std::string_view kMonths[] = {"JANUARY", "FEBRUARY", "MARCH",     "APRIL",   "MAY",      "JUNE",
                                        "JULY",    "AUGUST",   "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"};
constexpr std::size_t kShortMonth = 3;

constexpr std::pair<std::string_view, WordKind> kKinds[] = {
    {"FUT", WordKind::future},    {"FUTURE", WordKind::future},  {"FUTURES", WordKind::future},
    {"OPT", WordKind::option},    {"OPTION", WordKind::option},  {"OPTIONS", WordKind::option},
    {"CE", WordKind::call},       {"CALL", WordKind::call},      {"CALLS", WordKind::call},
    {"PE", WordKind::put},        {"PUT", WordKind::put},        {"PUTS", WordKind::put},
    {"EQ", WordKind::equity},     {"EQUITY", WordKind::equity},  {"SHARE", WordKind::equity},
    {"STOCK", WordKind::equity},  {"INDEX", WordKind::index},    {"INDICES", WordKind::index},
    {"WEEKLY", WordKind::weekly}, {"MONTHLY", WordKind::monthly}};
// What a run-together word may end with.
constexpr std::pair<std::string_view, WordKind> kEndings[] = {{"CALL", WordKind::call},
                                                              {"PUT", WordKind::put},
                                                              {"FUT", WordKind::future},
                                                              {"CE", WordKind::call},
                                                              {"PE", WordKind::put}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return static_cast<unsigned char>(c) <= ' '; }
bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

// Of at most four digits.
int number_of(std::string_view digits) {
  int number = 0;
  for (const char c : digits.substr(0, 4)) number = number * 10 + (c - '0');
  return number;
}

// 1 to 12 for "DEC", "DECEMBER" and "SEPT"; 0: no month.
int month_of(std::string_view word) {
  if (word == "SEPT") return 9;
  for (std::size_t i = 0; i < std::size(kMonths); ++i)
    if (word == kMonths[i] || word == kMonths[i].substr(0, kShortMonth)) return static_cast<int>(i) + 1;
  return 0;
}

bool is_day(int number) { return number >= 1 && number <= 31; }
bool is_year(int number) { return number >= 2000 && number <= 2099; }

// "29DEC26", "29DEC2026", "29DEC", "DEC26", "DEC2026", "DEC".
std::optional<WrittenDate> date_of(std::string_view word) {
  const auto letters = std::find_if_not(word.begin(), word.end(), is_digit);
  const std::string_view before = word.substr(0, static_cast<std::size_t>(letters - word.begin()));
  std::string_view after = word.substr(before.size());
  const auto end = std::find_if(after.begin(), after.end(), is_digit);
  const std::string_view name = after.substr(0, static_cast<std::size_t>(end - after.begin()));
  after.remove_prefix(name.size());
  WrittenDate date;
  date.month = month_of(name);
  if (date.month == 0 || before.size() > 2 || (!after.empty() && !all_digits(after))) return std::nullopt;
  const int first = number_of(before);
  const int last = number_of(after);
  if (after.size() == 4 && is_year(last))
    date.year = last;
  else if (after.size() == 2)
    (before.empty() ? date.day_or_year : date.year) = before.empty() ? last : 2000 + last;
  else if (!after.empty())
    return std::nullopt;
  if (before.empty()) return date;
  if (!is_day(first)) return std::nullopt;
  (date.year == 0 ? date.day_or_year : date.day) = first;
  return date;
}

// "2026-12-29", "29-12-2026", "29/DEC/26", "29-DEC".
std::optional<WrittenDate> separated_date_of(std::string_view word) {
  std::array<std::string_view, 3> fields;
  std::size_t count = 0;
  for (std::size_t begin = 0; begin <= word.size();) {
    const std::size_t end = std::min(word.find_first_of("-/", begin), word.size());
    if (count == fields.size()) return std::nullopt;
    fields[count++] = word.substr(begin, end - begin);
    begin = end + 1;
  }
  if (count < 2) return std::nullopt;
  if (month_of(fields[0]) != 0 || month_of(fields[1]) != 0)
    return date_of(std::string(fields[0]).append(fields[1]).append(fields[2]));
  if (count != 3 || !std::all_of(fields.begin(), fields.end(), all_digits)) return std::nullopt;
  if (fields[0].size() != 4) std::swap(fields[0], fields[2]);
  WrittenDate date{number_of(fields[2]), number_of(fields[1]), number_of(fields[0]), 0};
  if (fields[0].size() == 2) date.year += 2000;
  const bool is_good = is_day(date.day) && date.month >= 1 && date.month <= 12 && is_year(date.year) &&
                       fields[2].size() <= 2 && fields[1].size() <= 2;
  return is_good ? std::optional(date) : std::nullopt;
}

std::optional<double> decimal_of(std::string_view word) {
  if (word.empty() || !is_digit(word.front()) || !is_digit(word.back())) return std::nullopt;
  double number = 0;
  const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), number, std::chars_format::fixed);
  if (failed != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

// `word`: squeezed, but for points between digits.
SearchWord word_of(std::string_view word) {
  SearchWord w;
  w.text = squeezed(word);
  for (const auto& [text, kind] : kKinds)
    if (w.text == text) w.kind = kind;
  w.date = date_of(w.text);
  w.number = decimal_of(word);
  return w;
}

// The month that `word` ends with is taken off, with the day before it. `digits` stood behind it: a year, a strike, or
// both. False: there is no month.
bool take_month(std::string_view& word, std::string_view& digits, bool is_option, WrittenDate& date) {
  if (word.size() < kShortMonth) return false;
  date.month = month_of(word.substr(word.size() - kShortMonth));
  if (date.month == 0) return false;
  word.remove_suffix(kShortMonth);
  std::size_t count = 0;
  while (count < 2 && count < word.size() && is_digit(word[word.size() - 1 - count])) ++count;
  const int before = number_of(word.substr(word.size() - count));
  if (count != 0 && !is_day(before)) return false;
  word.remove_suffix(count);
  // Behind a day and a month two digits are the year, "29DEC26" and "29DEC2648000", unless no strike would be left.
  const bool has_year = digits.size() == 2 ? !is_option : count != 0 && digits.size() > 2 && digits[2] != '0';
  if (has_year && digits[0] == '2') {
    date.year = 2000 + number_of(digits.substr(0, 2));
    date.day = before;
    digits.remove_prefix(2);
  } else {
    date.day_or_year = before;
  }
  return true;
}

// "BANKNIFTY29DEC2648000CE" into BANKNIFTY, 29DEC26, 48000 and CE. Empty: it is one word.
std::vector<SearchWord> taken_apart(std::string_view word) {
  std::vector<SearchWord> parts;
  bool is_option = false;
  for (const auto& [text, kind] : kEndings) {
    if (word.size() <= text.size() || !word.ends_with(text)) continue;
    parts.push_back(word_of(text));
    is_option = kind != WordKind::future;
    word.remove_suffix(text.size());
    break;
  }
  std::size_t count = 0;
  while (count < word.size() && (is_digit(word[word.size() - 1 - count]) || word[word.size() - 1 - count] == '.'))
    ++count;
  std::string_view digits = word.substr(word.size() - count);
  word.remove_suffix(count);
  WrittenDate date;
  const std::string_view with_date = word;
  const bool has_date = take_month(word, digits, is_option, date);
  if (!digits.empty()) parts.push_back(word_of(digits));
  if (has_date) {
    SearchWord w;
    w.text = squeezed(with_date.substr(word.size()));
    w.date = date;
    parts.push_back(std::move(w));
  } else {
    word = with_date;
  }
  if (!word.empty()) {
    parts.push_back({squeezed(word), true, WordKind::none, {}, {}});
    if (parts.back().text.empty()) parts.pop_back();
  }
  if (parts.size() < 2) parts.clear();
  std::reverse(parts.begin(), parts.end());
  return parts;
}

// "29 dec", "dec 29", "29 dec 2026": one date.
void join_dates(std::vector<SearchWord>& words) {
  const auto whole = [](const SearchWord& w) {
    return w.number && all_digits(w.text) && w.text.size() <= 4 ? number_of(w.text) : 0;
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].date || month_of(words[i].text) == 0) continue;
    WrittenDate& date = *words[i].date;
    const int after = i + 1 < words.size() ? whole(words[i + 1]) : 0;
    const bool has_day = i > 0 && is_day(whole(words[i - 1]));
    const bool has_more = is_year(after) || is_day(after) || (has_day && after > 0 && after < 100);
    if (is_year(after))
      date.year = after;
    else if (has_more && has_day)
      date.year = 2000 + after;
    else if (has_more)
      date.day_or_year = after;
    if (has_more) words.erase(words.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    if (!has_day) continue;
    (date.year == 0 ? date.day_or_year : date.day) = whole(words[i - 1]);
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(i) - 1);
    --i;
  }
}

// The words between spaces and marks, in upper case. Of the marks only points between digits are left in them, and
// what may be a date's.
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool in_number = i > 0 && i + 1 < text.size() && is_digit(text[i - 1]) && is_digit(text[i + 1]);
    if (text[i] == ',' && in_number) continue;  // 48,000
    if (is_space(text[i]) || std::string_view(",;()\"'").find(text[i]) != std::string_view::npos) {
      if (!words.back().empty()) words.emplace_back();
    } else if (text[i] != '.' || in_number) {
      words.back() += text[i];
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

std::string without_marks(std::string_view word) {
  std::string kept;
  for (const char c : word)
    if (c == '.')
      kept += c;
    else
      kept += squeezed({&c, 1});
  return kept;
}

}  // namespace

std::string squeezed(std::string_view text) {
  std::string kept;
  kept.reserve(text.size());
  for (const char c : text) {
    if (c >= 'a' && c <= 'z')
      kept += static_cast<char>(c - 'a' + 'A');
    else if (is_digit(c) || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) > 127)
      kept += c;
  }
  return kept;
}

bool WrittenDate::fits(std::string_view expiry) const {
  if (expiry.size() != std::string_view("YYYY-MM-DD").size()) return false;
  const int its_year = number_of(expiry.substr(0, 4));
  const int its_day = number_of(expiry.substr(8));
  return number_of(expiry.substr(5, 2)) == month && (day == 0 || day == its_day) && (year == 0 || year == its_year) &&
         (day_or_year == 0 || day_or_year == its_day || 2000 + day_or_year == its_year);
}

SearchWords search_words(std::string_view text) {
  SearchWords all;
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  all.is_too_long = text.size() > SearchWords::kMaxBytes;
  if (all.is_too_long) return all;
  all.typed = text;
  all.text = upper(text);
  bool is_run_together = false;
  for (const std::string& word : split(all.text)) {
    if (const auto date = separated_date_of(word)) {
      all.words.push_back({squeezed(word), false, WordKind::none, date, {}});
      all.parts.push_back(all.words.back());
      continue;
    }
    const std::string kept = without_marks(word);
    SearchWord w = word_of(kept);
    if (w.text.empty()) continue;
    std::vector<SearchWord> parts;
    if (w.kind == WordKind::none && !w.date && !w.number) parts = taken_apart(kept);
    is_run_together |= !parts.empty();
    if (parts.empty()) parts.push_back(w);
    std::move(parts.begin(), parts.end(), std::back_inserter(all.parts));
    all.words.push_back(std::move(w));
  }
  join_dates(all.words);
  join_dates(all.parts);
  all.is_too_long = std::max(all.words.size(), all.parts.size()) > SearchWords::kMaxWords;
  if (all.is_too_long) all.words.clear();
  if (all.is_too_long || !is_run_together) all.parts.clear();
  return all;
}

}  // namespace gw::instruments
