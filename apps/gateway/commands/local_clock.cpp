#include "apps/gateway/commands/local_clock.hpp"

#include <cstdio>
#include <ctime>

namespace gw::app {
namespace {

std::string formatted(std::int64_t wall_ns, const char* format) {
  const std::time_t seconds = static_cast<std::time_t>(wall_ns / 1'000'000'000);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  char text[64];
  return {text, std::strftime(text, sizeof text, format, &local)};
}

}  // namespace

std::string local_clock(std::int64_t wall_ns) { return formatted(wall_ns, "%H:%M:%S %Z"); }

std::string local_time(std::int64_t wall_ns) {
  char milliseconds[8];
  std::snprintf(milliseconds, sizeof milliseconds, ".%03d", static_cast<int>(wall_ns / 1'000'000 % 1000));
  return formatted(wall_ns, "%Y-%m-%dT%H:%M:%S") + milliseconds + formatted(wall_ns, "%z");
}

}  // namespace gw::app
