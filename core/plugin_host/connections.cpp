#include "core/plugin_host/connections.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "core/base/log.hpp"

namespace gw::plugin_host {

Connections::Connections(LinkContext& link, ConnectionOwner& owner) : link_(link), owner_(owner) { at(0); }

BrokerConnection& Connections::at(std::size_t number) {
  if (number >= connections_.size()) connections_.resize(number + 1);
  auto& connection = connections_[number];
  if (connection == nullptr) connection = std::make_unique<BrokerConnection>(link_, owner_, make_judges());
  return *connection;
}

std::shared_ptr<ConnectionJudges> Connections::make_judges() const {
  const LinkOptions& options = link_.options;
  liveness::JudgeServices services;
  services.answers = [this](std::string_view exchange) {
    return first().capabilities().answers_with_snapshot(exchange);
  };
  services.is_open = options.market_open;
  services.has_hours = options.has_hours;
  services.is_expected = options.is_expected;
  services.session_seen = options.trading_session_seen;
  const liveness::WatchLimits limits{link_.stall_limit_ns(), options.lag_limit_ns, options.first_tick_limit_ns};
  return std::make_shared<ConnectionJudges>(
      [services, limits] { return std::make_unique<liveness::FeedJudge>(services, limits); });
}

void Connections::for_each(const std::function<void(BrokerConnection&)>& act) const {
  for (const auto& connection : connections_)
    if (connection != nullptr) act(*connection);
}

std::string Connections::name_of(const BrokerConnection& connection) const {
  if (connections_.size() == 1) return {};
  std::size_t number = 0;
  while (connections_[number].get() != &connection) ++number;
  return " (connection " + std::to_string(number + 1) + " of " + std::to_string(connections_.size()) + ", " +
         std::to_string(connection.carried()) + (connection.carried() == 1 ? " instrument)" : " instruments)");
}

bool Connections::is_needed(const BrokerConnection& connection) const {
  return &connection == connections_.front().get() || connection.carried() != 0;
}

bool Connections::any_unneeded() const {
  return std::any_of(connections_.begin(), connections_.end(),
                     [this](const auto& c) { return c != nullptr && !is_needed(*c); });
}

void Connections::close_unneeded() {
  for (std::size_t i = 1; i < connections_.size(); ++i) {
    if (connections_[i] == nullptr || is_needed(*connections_[i])) continue;
    log::info("broker", link_.options.name + ": connection " + std::to_string(i + 1) +
                            " carries no instruments any more, closed");
    connections_[i]->stop();
    connections_[i].reset();
    if (const auto found = beside_.find(i); found != beside_.end()) {
      found->second->stop();
      beside_.erase(found);
    }
  }
  while (connections_.size() > 1 && connections_.back() == nullptr) connections_.pop_back();
}

BrokerConnection* Connections::next_to_connect() const {
  BrokerConnection* next = nullptr;
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    BrokerConnection* connection = connections_[i].get();
    if (connection == nullptr) continue;
    if (connection->state() == BrokerConnection::State::connecting) return nullptr;
    // A connection that logs in beside the old one will replace it, even if the old one is lost meanwhile.
    if (next == nullptr && connection->is_idle() && is_needed(*connection) && !beside_.contains(i)) next = connection;
  }
  return next;
}

bool Connections::all_are_back() const {
  return first().is_ready() && std::all_of(connections_.begin(), connections_.end(), [this](const auto& c) {
           return c == nullptr || c->is_ready() || !c->was_lost || !is_needed(*c);
         });
}

// One login at a time: the account may have just one free slot for a login beside, and several silent connections are
// made anew one after the other, not all at once.
bool Connections::is_logging_in(bool is_waiting) const {
  return !beside_.empty() || std::any_of(connections_.begin(), connections_.end(), [&](const auto& c) {
    if (c == nullptr) return false;
    const bool is_about_to = c->is_idle() && is_needed(*c) && !is_waiting;
    return c->state() == BrokerConnection::State::connecting || is_about_to;
  });
}

// Compares the connections that are open or will be with the number that the account allows.
bool Connections::has_free_slot() const {
  const std::uint32_t allowed = link_.limits().connections_per_account;
  const auto used = std::count_if(connections_.begin(), connections_.end(),
                                  [this](const auto& c) { return c != nullptr && (!c->is_idle() || is_needed(*c)); });
  return allowed == 0 || static_cast<std::size_t>(used) + beside_.size() < allowed;
}

bool Connections::is_slot_borrowed() const {
  const std::uint32_t allowed = link_.limits().connections_per_account;
  const auto open = std::count_if(connections_.begin(), connections_.end(),
                                  [](const auto& c) { return c != nullptr && !c->is_idle(); });
  return allowed != 0 && !beside_.empty() && static_cast<std::size_t>(open) + beside_.size() >= allowed;
}

BrokerConnection* Connections::begin_beside(std::size_t number) {
  auto& made = beside_[number];
  made = std::make_unique<BrokerConnection>(link_, owner_, connections_[number]->judges());
  if (const auto created = made->create(); created && made->login_problem().empty()) return made.get();
  beside_.erase(number);
  return nullptr;
}

std::optional<std::size_t> Connections::number_beside(const BrokerConnection& connection) const {
  for (const auto& [number, beside] : beside_)
    if (beside.get() == &connection) return number;
  return std::nullopt;
}

void Connections::replace(std::size_t number) {
  const std::unique_ptr<BrokerConnection> old = std::move(connections_[number]);
  connections_[number] = std::move(beside_.at(number));
  beside_.erase(number);
  connections_[number]->take_over(*old);
  old->stop();
}

void Connections::drop_beside(std::size_t number) {
  std::shared_ptr<BrokerConnection> gone = std::move(beside_.at(number));
  beside_.erase(number);
  boost::asio::post(link_.io, [gone] { gone->stop(); });
}

void Connections::drop_all_beside() {
  for (const auto& [number, connection] : beside_) connection->stop();
  beside_.clear();
}

}  // namespace gw::plugin_host
