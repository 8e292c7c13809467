// How many unsent bytes one session of a shard may have before its updates are conflated: less than its own limit while
// all sessions together have more than theirs, so that the largest ones conflate first. [shard]
#pragma once

#include <algorithm>
#include <cstddef>

namespace gw::session {

class OutputBudget {
 public:
  // `total`: of all sessions of this shard.
  void set_limits(std::size_t per_session, std::size_t total) {
    per_session_ = per_session;
    total_ = total;
    set_limit();
  }
  std::size_t limit() const { return limit_; }
  std::size_t backlog() const { return backlog_; }  // unsent bytes of all sessions
  std::size_t blocked() const { return blocked_; }  // sessions that have some
  // A session that was counted with `before` unsent bytes has `now`.
  void note_backlog(std::size_t before, std::size_t now) {
    if (before == now) return;
    backlog_ += now - before;
    blocked_ += static_cast<std::size_t>(now != 0) - static_cast<std::size_t>(before != 0);
    set_limit();
  }

 private:
  static constexpr std::size_t kMinLimit = 64 * 1024;

  void set_limit() {
    limit_ = per_session_;
    if (backlog_ > total_) limit_ = std::clamp(total_ / blocked_, std::min(kMinLimit, limit_), limit_);
  }

  std::size_t per_session_ = 0;
  std::size_t total_ = 0;
  std::size_t limit_ = 0;
  std::size_t backlog_ = 0;  // of all sessions
  std::size_t blocked_ = 0;  // sessions that have unsent bytes
};

}  // namespace gw::session
