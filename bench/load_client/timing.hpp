// How old updates are when a client reads them, by the times in their payloads.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace bench {

class Timing {
 public:
  // Since the time for which the broker had planned the update, as its "timestamp" says; and the stages of that, of
  // payloads that have "received_at" and "published_at" (extras): until the gateway had it, until it was published,
  // until it was read.
  static constexpr std::array kNames = {"whole", "broker", "bus", "client"};
  using Stages = std::array<std::vector<float>, kNames.size()>;  // microseconds

  // Once for all that is read in one go.
  void begin_read();
  // Its age; 0: it says no time.
  std::int64_t take(std::string_view payload);
  void clear();
  const Stages& stages() const { return stages_; }

 private:
  void add(std::size_t stage, std::int64_t micros) { stages_[stage].push_back(static_cast<float>(micros)); }

  std::int64_t now_us_ = 0;  // wall
  Stages stages_;
};

}  // namespace bench
