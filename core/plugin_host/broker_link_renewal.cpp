// A login anew for a feed that is silent or late: beside the old one where the account has a free place, so that what
// comes there meanwhile is not lost and nothing is lost by a login that is refused; else in its place.
#include <algorithm>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/plugin_host/broker_link.hpp"

namespace gw::plugin_host {

void BrokerLink::renew_what_is_due(std::int64_t now_ns) {
  std::vector<liveness::LoginTurns::Connection> all;
  for (std::size_t i = 0; i < connections_.size(); ++i)
    if (const AdapterInstance* c = connections_[i].get())
      all.push_back({i, c->judge().get(), c->state() == AdapterInstance::State::ready});
  const auto turn = login_turns_.next(all, now_ns);
  if (!turn || is_logging_in() || halted_) return;
  login_turns_.on_login(*turn, now_ns);
  renew(turn->number, turn->market->exchange() + ": " + text_of(*turn->market));
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
