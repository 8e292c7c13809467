// Thousands of days, each drawn from a seed.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "core/base/log.hpp"
#include "tests/market_days/day.hpp"
#include "tests/property/seeds.hpp"
#include "tests/support/footprint.hpp"

namespace gw::market_days {
namespace {

// More than a thousand in each run of the tests, many more in a long one, and as many as there is time for where a
// sanitizer looks at each step.
std::uint64_t weather_days() {
  if (!support::kMemoryIsOurs) return 60;
  const char* long_run = std::getenv("GW_LONG");
  return long_run != nullptr && std::string_view(long_run) == "1" ? 3'000 : 1'200;
}

class Totals {
 public:
  ~Totals() {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began_;
    std::cout << days_ << " days in " << took.count() << " s: " << ticks_ << " ticks shown, " << logins_ << " logins, "
              << drops_ << " drops, " << switches_ << " moves, " << steps_ << " steps\n";
  }
  void add(const Day& day, std::size_t brokers) {
    ++days_;
    steps_ += day.steps();
    ticks_ += day.oracle().ticks();
    switches_ += day.oracle().switches();
    for (std::size_t i = 0; i < brokers; ++i) {
      logins_ += day.account(i).logins();
      drops_ += day.account(i).drops();
    }
  }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::uint64_t days_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t ticks_ = 0;
  std::uint64_t logins_ = 0;
  std::uint64_t drops_ = 0;
  std::uint64_t switches_ = 0;
};

TEST(MarketDays, CalmOnesCostNoLoginAndNoMove) {
  log::set_level(std::getenv("GW_LOG") != nullptr ? log::Level::debug : log::Level::error);
  Totals totals;
  property::for_each_seed(weather_days() / 5, [&totals](std::uint64_t seed) {
    const DayPlan plan = draw(seed, true);
    Day day(plan);
    day.run();
    totals.add(day, plan.brokers);
    std::string wrong = day.verdict();
    for (std::size_t i = 0; i < plan.brokers && wrong.empty(); ++i) {
      const std::uint64_t logins = day.link(i).counts().recycles.load();
      // Twenty contracts that nobody trades are missed after a minute, whatever they are. For those the pauses hold,
      // which begin anew after each tick: rule 2.
      if (logins != 0 && !day.account(i).was_slow())
        wrong = std::to_string(logins) + " logins for silence at broker " + std::to_string(i);
    }
    if (wrong.empty() && day.oracle().switches() != 0) wrong = "a move";
    return wrong.empty() || wrong.find('\n') != std::string::npos ? wrong : wrong + "\n  " + text_of(plan);
  });
}

TEST(MarketDays, WithAnyWeatherKeepTheRules) {
  log::set_level(std::getenv("GW_LOG") != nullptr ? log::Level::debug : log::Level::error);
  Totals totals;
  property::for_each_seed(weather_days(), [&totals](std::uint64_t seed) {
    const DayPlan plan = draw(seed, false);
    Day day(plan);
    day.run();
    totals.add(day, plan.brokers);
    return day.verdict();
  });
}

}  // namespace
}  // namespace gw::market_days
