// A login anew for a feed that is silent or late: beside the old one where the account has a free place, so that what
// comes there meanwhile is not lost and nothing is lost by a login that is refused; else in its place.
#include <algorithm>
#include <random>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/plugin_host/broker_link.hpp"

namespace gw::plugin_host {

using bus::FeedEvidence;
using bus::FeedState;

void BrokerLink::renew_what_is_due(std::size_t number, std::int64_t now_ns) {
  AdapterInstance& connection = *connections_[number];
  auto logins = logins_anew_.find(number);
  const liveness::FeedJudge& judge = *connection.judge();
  const liveness::MarketWatch* market = judge.wants_login();
  const bool others_live = judge.any_lives();
  // The same values when asked again, while other exchanges tick here: nothing speaks against the connection.
  if (market == nullptr || (market->state() == FeedState::quiet && others_live)) {
    if (logins != logins_anew_.end() && judge.is_well())
      logins->second.pauses.on_well(now_ns, judge.lives(logins->second.made_for));
    return;
  }
  if (logins == logins_anew_.end()) {
    const std::uint64_t seed = options_.jitter_seed.value_or(std::random_device{}()) + number;
    logins = logins_anew_.try_emplace(number, Logins{liveness::LoginPauses(seed), {}}).first;
  }
  const bool at_once =
      market->evidence() == FeedEvidence::proved || (market->state() == FeedState::stale && !others_live);
  if (is_logging_in() || halted_ || !logins->second.pauses.is_due(now_ns, at_once)) return;
  logins->second.pauses.on_login(now_ns);
  logins->second.made_for = market->exchange();
  renew(number, market->exchange() + ": " + text_of(*market));
}

void BrokerLink::renew(std::size_t number, const std::string& why) {
  counts_.recycles.fetch_add(1, std::memory_order_relaxed);
  if (!has_free_place()) return connections_[number]->recycle(why);
  log::warning("broker", options_.name + ": logging in anew beside the present connection: " + why);
  auto& successor = successors_[number];
  successor = make_connection(connections_[number]->judge());
  if (const auto created = successor->create(); !created || !successor->login_problem().empty()) {
    successors_.erase(number);
    return connections_[number]->recycle(why);
  }
  successor->connect();
}

// One login at a time: the next one may have the place beside that this one leaves, and of several connections that are
// silent one after the other is made anew, not all at once.
bool BrokerLink::is_logging_in() const {
  return !successors_.empty() || std::any_of(connections_.begin(), connections_.end(), [this](const auto& c) {
    if (c == nullptr) return false;
    const bool is_about_to = c->state() == AdapterInstance::State::idle && is_needed(*c) && retry_at_ns_ == 0;
    return c->state() == AdapterInstance::State::connecting || is_about_to;
  });
}

// The connections that are open or will be, and the account's own number of them.
bool BrokerLink::has_free_place() const {
  const std::uint32_t places = library_->descriptor().limits->connections_per_account;
  const auto used = std::count_if(connections_.begin(), connections_.end(), [this](const auto& c) {
    return c != nullptr && (c->state() != AdapterInstance::State::idle || is_needed(*c));
  });
  return places == 0 || static_cast<std::size_t>(used) + successors_.size() < places;
}

// One that is wanted newly waits for the place that a login beside another one has for a moment.
bool BrokerLink::is_place_borrowed() const {
  const std::uint32_t places = library_->descriptor().limits->connections_per_account;
  const auto open = std::count_if(connections_.begin(), connections_.end(), [](const auto& c) {
    return c != nullptr && c->state() != AdapterInstance::State::idle;
  });
  return places != 0 && !successors_.empty() && static_cast<std::size_t>(open) + successors_.size() >= places;
}

std::optional<std::size_t> BrokerLink::find_successor(const AdapterInstance& connection) const {
  for (const auto& [number, successor] : successors_)
    if (successor.get() == &connection) return number;
  return std::nullopt;
}

// The new one is logged in: what the old one carries is subscribed there, and the old one goes.
void BrokerLink::take_its_place(std::size_t number) {
  std::unique_ptr<AdapterInstance> old = std::move(connections_[number]);
  connections_[number] = std::move(successors_.at(number));
  successors_.erase(number);
  connections_[number]->take_over(*old);
  old->stop();
}

void BrokerLink::on_successor_lost(std::size_t number, const Loss& loss) {
  // Not from inside what it says of itself.
  std::shared_ptr<AdapterInstance> gone = std::move(successors_.at(number));
  successors_.erase(number);
  boost::asio::post(io_, [gone] { gone->stop(); });
  const std::string why = "the login beside the present connection failed: " + loss.why;
  // Lost meanwhile too.
  const bool is_alone = connections_[number]->state() == AdapterInstance::State::idle;
  if (is_alone && loss.status != BGW_E_AUTH) return reconnect_later(loss, why);
  switch (loss.status) {
    case BGW_E_AUTH:
      return refuse_credentials(why);
    case BGW_E_RATE:
      // Other programs have the account's other places, or the broker wants a pause: an exchange that lives here is not
      // given up for that.
      if (!connections_[number]->judge()->any_lives()) {
        log::warning("broker", options_.name + ": " + why + "; logging in in its place");
        return connections_[number]->recycle(why);
      }
      [[fallthrough]];
    default:
      log::warning("broker", options_.name + ": " + why + "; the present connection goes on");
      connect_soon();
  }
}

void BrokerLink::drop_successors() {
  for (const auto& [number, successor] : successors_) successor->stop();
  successors_.clear();
}

}  // namespace gw::plugin_host
