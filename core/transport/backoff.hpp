// How long to wait before the next attempt to connect: doubling, with jitter, up to a number of attempts. Knows no
// clock. [feed]
#pragma once

#include <cstdint>
#include <optional>
#include <random>

namespace gw::transport {

struct BackoffOptions {
  std::int64_t first_ns = 5'000'000'000;
  std::int64_t max_ns = 60'000'000'000;
  int attempts = 10;    // 0: for ever
  double jitter = 0.2;  // either way, of the delay
};

class Backoff {
 public:
  Backoff(const BackoffOptions& options, std::uint64_t seed) : options_(options), random_(seed) {}

  // The next delay in ns; nothing when the attempts are used up.
  std::optional<std::int64_t> next();
  void reset() { made_ = 0; }
  int attempts_made() const { return made_; }

 private:
  BackoffOptions options_;
  std::mt19937_64 random_;
  int made_ = 0;
};

}  // namespace gw::transport
