#include "core/plugin_host/connections.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "core/base/log.hpp"

namespace gw::plugin_host {

Connections::Connections(LinkContext& link, ConnectionOwner& owner) : link_(link), owner_(owner) { at(0); }

BrokerConnection& Connections::at(std::size_t slot) {
  if (slot >= slots_.size()) slots_.resize(slot + 1);
  auto& connection = slots_[slot];
  if (connection == nullptr) connection = std::make_unique<BrokerConnection>(link_, owner_, make_judge());
  return *connection;
}

std::shared_ptr<liveness::FeedJudge> Connections::make_judge() const {
  const LinkOptions& options = link_.options;
  liveness::JudgeServices services;
  services.answers = [this](std::string_view exchange) {
    return first().capabilities().answers_with_snapshot(exchange);
  };
  services.is_open = options.market_open;
  services.has_hours = options.has_hours;
  services.is_expected = options.is_expected;
  services.session_seen = options.trading_session_seen;
  return std::make_shared<liveness::FeedJudge>(
      std::move(services),
      liveness::WatchLimits{link_.stall_limit_ns(), options.lag_limit_ns, options.first_tick_limit_ns});
}

void Connections::for_each(const std::function<void(BrokerConnection&)>& act) const {
  for (const auto& connection : slots_)
    if (connection != nullptr) act(*connection);
}

std::string Connections::name_of(const BrokerConnection& connection) const {
  if (slots_.size() == 1) return {};
  std::size_t slot = 0;
  while (slots_[slot].get() != &connection) ++slot;
  return " (connection " + std::to_string(slot + 1) + " of " + std::to_string(slots_.size()) + ", " +
         std::to_string(connection.carried()) + (connection.carried() == 1 ? " instrument)" : " instruments)");
}

bool Connections::is_needed(const BrokerConnection& connection) const {
  return &connection == slots_.front().get() || connection.carried() != 0;
}

bool Connections::any_unneeded() const {
  return std::any_of(slots_.begin(), slots_.end(), [this](const auto& c) { return c != nullptr && !is_needed(*c); });
}

void Connections::close_unneeded() {
  for (std::size_t i = 1; i < slots_.size(); ++i) {
    if (slots_[i] == nullptr || is_needed(*slots_[i])) continue;
    log::info("broker", link_.options.name + ": connection " + std::to_string(i + 1) + " carries nothing, closed");
    slots_[i]->stop();
    slots_[i].reset();
    if (const auto found = beside_.find(i); found != beside_.end()) {
      found->second->stop();
      beside_.erase(found);
    }
  }
  while (slots_.size() > 1 && slots_.back() == nullptr) slots_.pop_back();
}

BrokerConnection* Connections::next_to_connect() const {
  BrokerConnection* next = nullptr;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    BrokerConnection* connection = slots_[i].get();
    if (connection == nullptr) continue;
    if (connection->state() == BrokerConnection::State::connecting) return nullptr;
    // A connection that logs in beside the old one will replace it, even if the old one is lost meanwhile.
    if (next == nullptr && connection->is_idle() && is_needed(*connection) && !beside_.contains(i)) next = connection;
  }
  return next;
}

bool Connections::all_are_back() const {
  return first().is_ready() && std::all_of(slots_.begin(), slots_.end(), [this](const auto& c) {
           return c == nullptr || c->is_ready() || !c->was_lost || !is_needed(*c);
         });
}

// One login at a time: the account may have just one free slot for a login beside, and several silent connections are
// made anew one after the other, not all at once.
bool Connections::is_logging_in(bool is_waiting) const {
  return !beside_.empty() || std::any_of(slots_.begin(), slots_.end(), [&](const auto& c) {
    if (c == nullptr) return false;
    const bool is_about_to = c->is_idle() && is_needed(*c) && !is_waiting;
    return c->state() == BrokerConnection::State::connecting || is_about_to;
  });
}

// Compares the connections that are open or will be with the number that the account allows.
bool Connections::has_free_slot() const {
  const std::uint32_t allowed = link_.limits().connections_per_account;
  const auto used = std::count_if(slots_.begin(), slots_.end(),
                                  [this](const auto& c) { return c != nullptr && (!c->is_idle() || is_needed(*c)); });
  return allowed == 0 || static_cast<std::size_t>(used) + beside_.size() < allowed;
}

bool Connections::is_slot_borrowed() const {
  const std::uint32_t allowed = link_.limits().connections_per_account;
  const auto open =
      std::count_if(slots_.begin(), slots_.end(), [](const auto& c) { return c != nullptr && !c->is_idle(); });
  return allowed != 0 && !beside_.empty() && static_cast<std::size_t>(open) + beside_.size() >= allowed;
}

BrokerConnection* Connections::begin_beside(std::size_t slot) {
  auto& made = beside_[slot];
  made = std::make_unique<BrokerConnection>(link_, owner_, slots_[slot]->judge());
  if (const auto created = made->create(); created && made->login_problem().empty()) return made.get();
  beside_.erase(slot);
  return nullptr;
}

std::optional<std::size_t> Connections::slot_beside(const BrokerConnection& connection) const {
  for (const auto& [slot, beside] : beside_)
    if (beside.get() == &connection) return slot;
  return std::nullopt;
}

void Connections::take_its_place(std::size_t slot) {
  const std::unique_ptr<BrokerConnection> old = std::move(slots_[slot]);
  slots_[slot] = std::move(beside_.at(slot));
  beside_.erase(slot);
  slots_[slot]->take_over(*old);
  old->stop();
}

void Connections::drop_beside(std::size_t slot) {
  std::shared_ptr<BrokerConnection> gone = std::move(beside_.at(slot));
  beside_.erase(slot);
  boost::asio::post(link_.io, [gone] { gone->stop(); });
}

void Connections::drop_all_beside() {
  for (const auto& [slot, connection] : beside_) connection->stop();
  beside_.clear();
}

}  // namespace gw::plugin_host
