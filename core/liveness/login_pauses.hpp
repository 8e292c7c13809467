// When a link with a silent or late feed may log in anew. Knows no clock. Thread: feed.
#pragma once

#include <cstdint>
#include <random>

namespace gw::liveness {

class LoginPauses {
 public:
  explicit LoginPauses(std::uint64_t seed) : random_(seed) {}

  // Called while a login is wanted. True: it may be made now. `proved`: the first one is made at once.
  bool may_log_in(std::int64_t now_ns, bool proved);
  void on_login(std::int64_t now_ns);
  // Called while no login is wanted. True: that has lasted, and the next silence is a new one. `cured`: the feed
  // for which the last login was made is live.
  bool on_well(std::int64_t now_ns, bool cured);

 private:
  std::int64_t pause_ns(std::uint32_t logins);

  std::mt19937_64 random_;
  std::uint32_t logins_ = 0;        // of this silence
  std::int64_t next_ns_ = 0;        // 0: not known yet
  std::int64_t well_since_ns_ = 0;  // since when no login is wanted; 0: one is
  std::int64_t cured_since_ns_ = 0;
};

}  // namespace gw::liveness
