#include "core/plugin_host/subscription_round.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace gw::plugin_host {

std::string SubscriptionRound::text() const {
  std::string words = grouped(asked - std::min(refused, asked)) + " of " + grouped(asked) + " subscribed, " +
                      grouped(ticking) + " ticking";
  if (confirmed != 0) words += ", " + grouped(confirmed) + " confirmed without a tick yet";
  if (quiet != 0) {
    words += ", " + grouped(quiet) + " quiet: ";
    for (std::size_t i = 0; i < silent.size(); ++i) words += (i == 0 ? "" : ", ") + silent[i];
    if (quiet > silent.size()) words += ", …";
  }
  return words + (refused == 0 ? "" : "; " + grouped(refused) + " refused");
}

}  // namespace gw::plugin_host
