// How old updates are when a client reads them, by the times in their payloads.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace bench {

class Timing {
 public:
  // "whole" is the age of an update: from the time for which the broker had planned it, its "timestamp", until it is
  // read. The other three are its stages, for payloads with "received_at" and "published_at" (extras): until the
  // gateway had it, until it was published, until it was read.
  static constexpr std::array kNames = {"whole", "broker", "bus", "client"};
  using Stages = std::array<std::vector<float>, kNames.size()>;  // microseconds

  // Call it once for all that is read in one go.
  void begin_read();
  // Records the age of a payload, and returns it in microseconds; 0: the payload has no time.
  std::int64_t take(std::string_view payload);
  void clear();
  const Stages& stages() const { return stages_; }

 private:
  void add(std::size_t stage, std::int64_t micros) { stages_[stage].push_back(static_cast<float>(micros)); }

  std::int64_t now_us_ = 0;  // wall
  Stages stages_;
};

}  // namespace bench
