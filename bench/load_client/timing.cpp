#include "timing.hpp"

#include <time.h>

#include <algorithm>
#include <string_view>

namespace bench {
namespace {

// Seconds with up to six decimals behind a key, in microseconds; 0: there is none.
std::int64_t time_at(std::string_view payload, std::string_view key) {
  std::size_t at = payload.find(key);
  if (at == payload.npos) return 0;
  std::int64_t micros = 0;
  int decimals = -1;  // before the decimal point
  for (at += key.size(); at < payload.size(); ++at) {
    const char c = payload[at];
    if (c == '.') {
      decimals = 0;
      continue;
    }
    if (c < '0' || c > '9' || decimals == 6) break;
    micros = micros * 10 + (c - '0');
    if (decimals >= 0) ++decimals;
  }
  for (decimals = std::max(decimals, 0); decimals < 6; ++decimals) micros *= 10;
  return micros;
}

}  // namespace

void Timing::begin_read() {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  now_us_ = time.tv_sec * 1'000'000 + time.tv_nsec / 1000;
}

std::int64_t Timing::take(std::string_view payload) {
  const std::int64_t planned = time_at(payload, "\"timestamp\":");
  if (planned == 0) return 0;
  const std::int64_t age = now_us_ - planned;
  add(0, age);
  const std::int64_t received = time_at(payload, "\"received_at\":");
  const std::int64_t published = time_at(payload, "\"published_at\":");
  if (received == 0 || published == 0) return age;
  add(1, received - planned);
  add(2, published - received);
  add(3, now_us_ - published);
  return age;
}

void Timing::clear() {
  for (auto& stage : stages_) stage.clear();
}

}  // namespace bench
