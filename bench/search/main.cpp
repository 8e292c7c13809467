// Searches by words over a list of 200,000 rows, beside a plain scan of the same rows, which looks for the longest word
// in each symbol and name. `min_ns` is the scan's time, `ratio` the search's time divided by it.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "core/base/dates.hpp"
#include "core/base/text.hpp"
#include "core/instruments/search.hpp"
#include "core/instruments/suggestions.hpp"

namespace {

using gw::instruments::Expiries;
using gw::instruments::Index;
using gw::instruments::InstrumentView;
using gw::instruments::Search;

constexpr std::size_t kRows = 200'000;
constexpr int kShares = 12'000;
constexpr std::size_t kUnderlyings = 200;
constexpr std::int64_t kToday = 20'788;  // 2026-12-01

// A name of letters, one for each number.
std::string letters(int number) {
  std::string text;
  for (int i = 0; i < 5; ++i, number /= 16) text += static_cast<char>('A' + number % 16 + i);
  return text;
}

std::shared_ptr<const Index> made_list() {
  Index::Builder builder(kRows);
  std::size_t count = 0;
  const auto add = [&](const std::string& symbol, std::string_view exchange, const std::string& name,
                       std::string_view type, const std::string& expiry, std::int64_t strike) {
    InstrumentView row;
    const std::string token = std::to_string(count);
    row.symbol = row.broker_symbol = symbol;
    row.token = token;
    row.exchange = exchange;
    row.name = name;
    row.instrument_type = type;
    row.expiry = expiry;
    row.strike = strike;
    row.exponents = {0, 0};
    builder.add(row);
    ++count;
  };
  std::vector<std::string> underlyings = {"NIFTY", "BANKNIFTY", "FINNIFTY", "RELIANCE"};
  add("NIFTY", "NSE_INDEX", "NIFTY 50", "INDEX", "", 0);
  add("BANKNIFTY", "NSE_INDEX", "NIFTY BANK", "INDEX", "", 0);
  add("RELIANCE", "NSE", "RELIANCE INDUSTRIES", "EQ", "", 0);
  for (int i = 0; i < kShares; ++i) {
    const std::string symbol = letters(i * 7);
    add(symbol, i % 2 == 0 ? "NSE" : "BSE", symbol + " " + letters(i * 11 + 3) + " INDUSTRIES", "EQ", "", 0);
    if (underlyings.size() < kUnderlyings) underlyings.push_back(symbol);
  }
  static constexpr std::string_view kMonths[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                 "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
  for (int week = 1; count < kRows; ++week) {
    const std::string expiry = gw::iso_day(kToday + 7 * week);
    const std::string date = expiry.substr(8) +
                             std::string(kMonths[static_cast<std::size_t>(std::stoi(expiry.substr(5, 2)) - 1)]) +
                             expiry.substr(2, 2);
    for (const std::string& name : underlyings) {
      add(name + date + "FUT", "NFO", name, "FUT", expiry, 0);
      for (int strike = 46'000; strike < 50'000 && count < kRows; strike += 100)
        for (const char* type : {"CE", "PE"})
          add(name + date + std::to_string(strike) + type, "NFO", name, type, expiry, strike);
    }
  }
  return std::make_shared<const Index>(std::move(builder).build());
}

const std::shared_ptr<const Index>& list() {
  static const std::shared_ptr<const Index> list = made_list();
  return list;
}

Expiries today() { return {{}, kToday * 86'400'000'000'000}; }

std::size_t scan(std::string_view word) {
  std::size_t found = 0;
  for (const InstrumentView& row : list()->rows())
    found += row.symbol.find(word) != std::string_view::npos || row.name.find(word) != std::string_view::npos ? 1 : 0;
  return found;
}

// The fastest of some runs, since what disturbs a run only makes it longer.
template <class F>
double least_ns(const F& run) {
  double least = 1e18;
  for (int i = 0; i < 7; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    run();
    least = std::min(least, std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count());
  }
  return least;
}

template <class F>
void beside_scan(benchmark::State& state, const std::string& text, const F& operation) {
  std::string longest;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end - at > longest.size()) longest = gw::upper(text.substr(at, end - at));
    at = end + 1;
  }
  const double least = least_ns([&] { benchmark::DoNotOptimize(scan(longest)); });
  for (auto _ : state) operation();
  state.counters["min_ns"] = least;
  state.counters["ratio"] = least_ns(operation) / least;
  state.counters["index_bytes"] = static_cast<double>(list()->words().bytes());
}

void search(benchmark::State& state, const std::string& text) {
  std::size_t looked_at = 0;
  double least_longest = 1e18;  // of the run with the least disturbance
  beside_scan(state, text, [&] {
    Search search(list(), text, "", 50, today());
    double slice = 0;
    for (bool done = false; !done;) {
      const auto begin = std::chrono::steady_clock::now();
      done = search.look_at(4'096);
      slice =
          std::max(slice, std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count());
    }
    benchmark::DoNotOptimize(search.found().size());
    looked_at = search.looked_at();
    least_longest = std::min(least_longest, slice);
  });
  state.counters["looked_at"] = static_cast<double>(looked_at);
  state.counters["longest_slice_ns"] = least_longest;
}

void suggest(benchmark::State& state, const std::string& symbol) {
  beside_scan(state, symbol, [&] {
    benchmark::DoNotOptimize(gw::instruments::suggestions_for(*list(), symbol, "NSE", today()).size());
  });
}

BENCHMARK_CAPTURE(search, symbol, "banknifty")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(search, name, "reliance industries")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(search, option, "bank nifty 48000 ce")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(search, run_together, "banknifty48000ce")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(search, all_futures, "fut")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(search, all_calls_of_a_month, "dec ce")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(search, nothing, "zzzzzz")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(search, nothing_with_digits, "zzzz99")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(suggest, share, "RELAINCE")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(suggest, option, "NIFTY09DEC2648000CE")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(suggest, unknown, "NOSUCHTHING")->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
