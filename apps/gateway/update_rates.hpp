// How many updates a second each broker's link brings: of the last seconds, from its counts as they are looked at
// several times a second. Thread: control.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

namespace gw::app {

class UpdateRates {
 public:
  // `count`: of all updates so far; a smaller one than before is that of a new link.
  void look(const std::string& broker, std::uint64_t count, std::int64_t now_ns);
  // A second; zero where nothing is known yet.
  double of(const std::string& broker) const;

 private:
  static constexpr std::int64_t kSpanNs = 5'000'000'000;
  std::map<std::string, std::deque<std::pair<std::int64_t, std::uint64_t>>> seen_;  // time and count, oldest first
};

}  // namespace gw::app
