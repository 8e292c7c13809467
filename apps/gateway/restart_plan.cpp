#include "apps/gateway/restart_plan.hpp"

#include <algorithm>

namespace gw::app {

std::optional<std::int64_t> RestartPlan::note_death(const config::Restart& rules, std::int64_t now_ns) {
  // One that lived for longer than the longest pause begins with the first pause again.
  const bool was_well = deaths_.empty() || now_ns - deaths_.back() > rules.max.count() + pause_ns_;
  pause_ns_ = was_well ? rules.first.count() : std::min(2 * pause_ns_, rules.max.count());
  deaths_.push_back(now_ns);
  while (now_ns - deaths_.front() > rules.breaker.within.count() && deaths_.size() > 1) deaths_.pop_front();
  is_broken_ = rules.breaker.deaths != 0 && deaths_.size() >= static_cast<std::size_t>(rules.breaker.deaths);
  planned_ns_.reset();
  if (is_broken_) return std::nullopt;
  planned_ns_ = now_ns + pause_ns_;
  return pause_ns_;
}

bool RestartPlan::take_planned(std::int64_t now_ns) {
  if (!planned_ns_ || now_ns < *planned_ns_) return false;
  planned_ns_.reset();
  return true;
}

void RestartPlan::forget() {
  deaths_.clear();
  pause_ns_ = 0;
  is_broken_ = false;
  planned_ns_.reset();
}

}  // namespace gw::app
