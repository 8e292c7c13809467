#include "core/plugin_host/link_policy.hpp"

#include <algorithm>

namespace gw::plugin_host {
namespace {

constexpr int kLossesOfAll = 3;  // after more losses in a row, one connection must last before the others follow

}  // namespace

LinkPolicy::LinkPolicy(const transport::BackoffOptions& backoff, std::int64_t steady_ns, std::int64_t proof_ns,
                       std::uint64_t seed)
    : backoff_(backoff, seed), steady_ns_(steady_ns), proof_ns_(proof_ns) {}

void LinkPolicy::on_login(std::int64_t now_ns) {
  if (proving_ && !proven_at_ns_) proven_at_ns_ = now_ns + proof_ns_;
}

void LinkPolicy::on_connected(std::int64_t now_ns) {
  if (!connected_since_ns_) connected_since_ns_ = now_ns;
}

std::optional<std::int64_t> LinkPolicy::on_loss(std::int64_t now_ns, const Loss& loss) {
  if (connected_since_ns_ && now_ns - *connected_since_ns_ >= steady_ns_) begin_anew();
  connected_since_ns_.reset();
  proven_at_ns_.reset();
  // A new connection cures most silent links, so the first attempt goes at once. It does not cure a link that is silent
  // again soon. But a connection that was logged in before that attempt is lost by the same cause.
  const bool same_cause =
      went_at_once_ns_ && now_ns - loss.lived_ns < *went_at_once_ns_ && backoff_.attempts_made() == 0;
  if (loss.silent && (!went_at_once_ns_ || same_cause)) {
    if (!went_at_once_ns_) went_at_once_ns_ = now_ns;
    return loss.min_ns;
  }
  const auto delay = backoff_.next();
  if (!delay) return std::nullopt;
  // Where logins succeed and do not last, one login per connection for each loss would be too many.
  proving_ = loss.lived_ns > 0 && backoff_.attempts_made() > kLossesOfAll;
  return std::max(*delay, loss.min_ns);
}

std::int64_t LinkPolicy::others_wait(std::int64_t now_ns) const {
  return proving_ && proven_at_ns_ ? std::max<std::int64_t>(0, *proven_at_ns_ - now_ns) : 0;
}

void LinkPolicy::begin_anew() {
  backoff_.reset();
  went_at_once_ns_.reset();
  proving_ = false;
}

}  // namespace gw::plugin_host
