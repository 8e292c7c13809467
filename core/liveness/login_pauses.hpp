// When a link of which a feed is silent or late may log in anew. Knows no clock.
#pragma once

#include <cstdint>
#include <random>

namespace gw::liveness {

class LoginPauses {
 public:
  explicit LoginPauses(std::uint64_t seed) : random_(seed) {}

  // Something speaks for a login. Proved: the first one is made at once. Whether one is due now.
  bool may_log_in(std::int64_t now_ns, bool proved);
  void on_login(std::int64_t now_ns);
  // Nothing speaks for one. True: that has lasted, and the next silence is a new one. Cured: what the last login was
  // made for ticks.
  bool on_well(std::int64_t now_ns, bool cured);

 private:
  std::int64_t pause_ns(std::uint32_t logins);

  std::mt19937_64 random_;
  std::uint32_t logins_ = 0;        // of this silence
  std::int64_t next_ns_ = 0;        // 0: not known yet
  std::int64_t well_since_ns_ = 0;  // 0: it is not
  std::int64_t cured_since_ns_ = 0;
};

}  // namespace gw::liveness
