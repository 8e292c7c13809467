#include "core/plugin_host/feed_renewal.hpp"

#include <random>

#include "core/base/log.hpp"

namespace gw::plugin_host {

using bus::FeedEvidence;
using bus::FeedState;

void FeedRenewal::look_at(std::size_t slot, std::int64_t now_ns) {
  const liveness::FeedJudge& judge = *connections_.find(slot)->judge();
  auto logins = logins_.find(slot);
  const liveness::MarketWatch* market = judge.wants_login();
  const bool others_live = judge.any_lives();
  // The same values when asked again, while other exchanges tick here: nothing speaks against the connection.
  if (market == nullptr || (market->state() == FeedState::quiet && others_live)) {
    if (logins != logins_.end() && judge.is_well())
      logins->second.pauses.on_well(now_ns, judge.lives(logins->second.made_for));
    return;
  }
  if (logins == logins_.end()) {
    const std::uint64_t seed = link_.options.jitter_seed.value_or(std::random_device{}()) + slot;
    logins = logins_.try_emplace(slot, Logins{liveness::LoginPauses(seed), {}}).first;
  }
  const bool at_once =
      market->evidence() == FeedEvidence::proved || (market->state() == FeedState::stale && !others_live);
  if (connections_.is_logging_in(scheduler_.is_waiting()) || scheduler_.is_halted() ||
      !logins->second.pauses.is_due(now_ns, at_once))
    return;
  logins->second.pauses.on_login(now_ns);
  logins->second.made_for = market->exchange();
  renew(slot, market->exchange() + ": " + report_.text_of(*market));
}

void FeedRenewal::renew(std::size_t slot, const std::string& why) {
  link_.counts.recycles.fetch_add(1, std::memory_order_relaxed);
  if (connections_.has_free_slot()) {
    log::warning("broker", link_.options.name + ": logging in anew beside the present connection: " + why);
    if (BrokerConnection* beside = connections_.begin_beside(slot)) return beside->connect();
  }
  connections_.find(slot)->recycle(why);
}

void FeedRenewal::on_beside_lost(std::size_t slot, const Loss& loss) {
  connections_.drop_beside(slot);
  BrokerConnection& present = *connections_.find(slot);
  const std::string why = "the login beside the present connection failed: " + loss.why;
  if (loss.status == BGW_E_AUTH) return scheduler_.refuse_credentials(why);
  // Lost meanwhile too.
  if (present.is_idle()) return scheduler_.reconnect_later(loss, why);
  // Other programs have the account's other slots, or the broker wants a pause: an exchange that lives here is not
  // given up for that.
  if (loss.status == BGW_E_RATE && !present.judge()->any_lives()) {
    log::warning("broker", link_.options.name + ": " + why + "; logging in in its place");
    return present.recycle(why);
  }
  log::warning("broker", link_.options.name + ": " + why + "; the present connection goes on");
  scheduler_.connect_soon();
}

}  // namespace gw::plugin_host
