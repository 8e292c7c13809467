// Any bytes as gateway.yaml and as calendar.yaml: no crash, no hang, and every problem on one line with its place.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "core/config/calendar_file.hpp"
#include "core/config/load.hpp"
#include "core/config/settings.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gw::config;
  static const std::vector<SettingRule> kRules = {
      {"seed", SettingType::integer, false, false, "1"},
      {"rate", SettingType::number, false, false, std::nullopt},
      {"poll", SettingType::duration, true, false, std::nullopt},
      {"access_token", SettingType::text, true, true, std::nullopt},
      {"depth_levels", SettingType::integers, false, false, "[5, 20]"},
  };
  const Loaded loaded = load_text({reinterpret_cast<const char*>(data), size}, "gateway.yaml", "/nowhere");
  std::vector<Problem> problems = loaded.problems;
  for (const Broker& broker : loaded.config.brokers)
    for (Problem& problem : check_settings(broker, loaded.file, kRules)) problems.push_back(std::move(problem));
  const LoadedCalendar calendar = load_calendar_text({reinterpret_cast<const char*>(data), size}, "calendar.yaml");
  problems.insert(problems.end(), calendar.problems.begin(), calendar.problems.end());
  for (const gw::calendar::Exchange& exchange : calendar.calendar.exchanges) {
    constexpr std::int64_t kSomeMorning = 1'767'600'000'000'000'000;
    using gw::calendar::MarketStatus;
    const MarketStatus of_all = calendar.calendar.status(exchange.name, kSomeMorning);
    for (const gw::InstrumentKind kind : gw::kInstrumentKinds)
      if (calendar.calendar.status(exchange.name, kind, kSomeMorning) > of_all) std::abort();
  }
  for (const Problem& problem : problems)
    if (problem.line < 1 || problem.text().find('\n') != std::string::npos) std::abort();
  if (loaded.problems.empty() && (loaded.config.brokers.empty() || loaded.config.active_broker.empty())) std::abort();
  return 0;
}
