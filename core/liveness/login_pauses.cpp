#include "core/liveness/login_pauses.hpp"

#include <algorithm>

namespace gw::liveness {
namespace {

constexpr std::int64_t kMinute = 60'000'000'000;
// A dead login is most often cured by a new one, at once. A silence that this did not cure is the broker's or the
// exchange's: the next logins wait a minute, then five, then fifteen, so that an outage of four hours costs fewer than
// twenty.
constexpr std::int64_t kPauses[] = {0, kMinute, 5 * kMinute, 15 * kMinute};
// Many gateways lose the same broker at the same moment; they must not all come back at the same one.
constexpr double kJitter = 0.2;
// A feed that lived for less than the shortest pause has not been cured: it may die as soon after the next login.
constexpr std::int64_t kCured = kMinute;
// A feed that is not heard, and not missed either, says nothing of the last login. If logins were forgotten sooner than
// after the longest pause, a feed that is missed now and then would get its logins sooner than one that is missed all
// the time.
constexpr std::int64_t kWell = 15 * kMinute;

}  // namespace

bool LoginPauses::may_log_in(std::int64_t now_ns, bool proved) {
  well_since_ns_ = cured_since_ns_ = 0;
  if (logins_ == 0 && proved) return true;
  if (next_ns_ == 0) {
    logins_ = std::max(logins_, 1U);
    next_ns_ = now_ns + pause_ns(logins_);
  }
  return now_ns >= next_ns_;
}

void LoginPauses::on_login(std::int64_t now_ns) {
  ++logins_;
  next_ns_ = now_ns + pause_ns(logins_);
}

bool LoginPauses::on_well(std::int64_t now_ns, bool cured) {
  if (well_since_ns_ == 0) well_since_ns_ = now_ns;
  if (!cured)
    cured_since_ns_ = 0;
  else if (cured_since_ns_ == 0)
    cured_since_ns_ = now_ns;
  const bool is_over = now_ns - well_since_ns_ >= kWell || (cured && now_ns - cured_since_ns_ >= kCured);
  if (!is_over) return false;
  logins_ = 0;
  next_ns_ = 0;
  return true;
}

std::int64_t LoginPauses::pause_ns(std::uint32_t logins) {
  const std::int64_t pause = kPauses[std::min<std::size_t>(logins, std::size(kPauses) - 1)];
  std::uniform_real_distribution<double> around(1.0 - kJitter, 1.0 + kJitter);
  return static_cast<std::int64_t>(static_cast<double>(pause) * around(random_));
}

}  // namespace gw::liveness
