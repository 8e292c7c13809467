// When a broker's unattended login is due, and when it is given up. A pure class: the caller brings the wall clock.
// Thread: login.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "core/login/login.hpp"

namespace gw::app {

class LoginSchedule {
 public:
  // Minutes of the local day; `offset_at` is how far local time is ahead of UTC at a moment, in minutes.
  LoginSchedule(int at, int deadline, std::function<int(std::int64_t wall_ns)> offset_at)
      : at_(at), window_ns_((deadline - at) * kMinuteNs), offset_at_(std::move(offset_at)) {}

  // Whether to log in now. `token_ns`: when the oldest of the tokens was written; 0: one is missing. `is_expired`: the
  // broker refuses the tokens. A token from before the last `at` is too old. An expiry leads to one login, and to none
  // within a quarter of an hour of the one before, until the broker has taken a token again.
  bool is_time(std::int64_t wall_ns, std::int64_t token_ns, bool is_expired);
  void taken() { answered_expiry_ = false; }  // the broker took the tokens

  // What a run led to.
  enum class Next { done, again, gave_up };
  Next ended(const login::Outcome& outcome, std::int64_t wall_ns);
  std::int64_t next_try_ns() const { return next_try_ns_; }  // after `again`
  // The last moment at which local clocks showed `at`.
  std::int64_t last_at(std::int64_t wall_ns) const;

 private:
  static constexpr std::int64_t kMinuteNs = 60'000'000'000;

  int at_;
  std::int64_t window_ns_;
  std::function<int(std::int64_t wall_ns)> offset_at_;
  std::optional<std::int64_t> series_end_ns_;  // of the tries that are under way
  std::int64_t next_try_ns_ = 0;
  int failures_ = 0;                     // of these tries
  std::int64_t gave_up_ns_ = INT64_MIN;  // when tries last ended without a login
  std::int64_t begun_ns_ = INT64_MIN;    // when tries were last begun
  bool answered_expiry_ = false;
};

}  // namespace gw::app
