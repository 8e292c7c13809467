// When a broker's process that died begins again: after ever longer pauses, and not by itself any more once it has died
// too often. Knows no clock. [control]
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "core/config/config.hpp"

namespace gw::app {

class RestartPlan {
 public:
  // The process has died. The pause until it begins again; nothing: it died too often, and only retry() lets it begin.
  std::optional<std::int64_t> note_death(const config::Restart& rules, std::int64_t now_ns);
  // Whether it should begin now; asking clears it.
  bool take_planned(std::int64_t now_ns);
  // An operator has it begun: what it did before is forgotten.
  void forget();
  // It does not run, and begins later or waits for an operator.
  bool is_waiting() const { return planned_ns_ || is_broken_; }

 private:
  std::deque<std::int64_t> deaths_;  // within the breaker's time, or of the present row
  std::int64_t pause_ns_ = 0;        // the last one
  std::optional<std::int64_t> planned_ns_;
  bool is_broken_ = false;
};

}  // namespace gw::app
