#include "core/plugin_host/link_policy.hpp"

#include <algorithm>

namespace gw::plugin_host {

std::optional<std::int64_t> LinkPolicy::on_loss(std::int64_t now_ns, const Loss& loss) {
  if (connected_since_ns_ && now_ns - *connected_since_ns_ >= steady_ns_) begin_anew();
  connected_since_ns_.reset();
  // A link that had been well is most often cured by a new connection. One that is recycled again soon is not.
  if (loss.recycled && loss.had_lived && !went_at_once_ && backoff_.attempts_made() == 0) {
    went_at_once_ = true;
    return loss.least_ns;
  }
  const auto delay = backoff_.next();
  if (!delay) return std::nullopt;
  return std::max(*delay, loss.least_ns);
}

void LinkPolicy::begin_anew() {
  backoff_.reset();
  went_at_once_ = false;
}

}  // namespace gw::plugin_host
