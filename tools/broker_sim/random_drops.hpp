// Drops open connections at random, on average `per_second` each second; the same seed and the same connections give
// the same order.
#pragma once

#include <cstdint>
#include <memory>
#include <random>

namespace sim {

class Broker;

class RandomDrops {
 public:
  explicit RandomDrops(Broker& broker);
  ~RandomDrops();
  // `per_second` 0: no drops. A call that changes neither value lets the present run go on.
  void run(double per_second, std::uint32_t seed);

 private:
  void next();

  struct Timer;
  Broker& broker_;
  std::unique_ptr<Timer> timer_;
  double per_second_ = 0;
  std::uint32_t seed_ = 0;
  std::mt19937 dice_;
};

}  // namespace sim
