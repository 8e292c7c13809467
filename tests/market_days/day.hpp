// One day in virtual time: brokers' accounts with their links, the router and clients, until four in the afternoon.
#pragma once

#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "core/plugin_host/broker_link.hpp"
#include "core/routing/router.hpp"
#include "core/trading_sessions/trading_session_history.hpp"
#include "tests/market_days/account.hpp"
#include "tests/market_days/clients.hpp"
#include "tests/market_days/day_plan.hpp"
#include "tests/market_days/oracle.hpp"

namespace gw::market_days {

class Day {
 public:
  explicit Day(DayPlan plan);
  ~Day();

  // Until so long after 9:00, or the first fault.
  void run_until(std::int64_t after_nine_ns);
  void run() { run_until(7 * kHour); }
  // What is wrong, and the day's plan; empty: nothing.
  std::string verdict();

  const Account& account(std::size_t broker) const { return *accounts_[broker]; }
  Account& account(std::size_t broker) { return *accounts_[broker]; }
  plugin_host::BrokerLink& link(std::size_t broker) { return *links_[broker]; }
  routing::Router& router() { return router_; }
  const Oracle& oracle() const { return *oracle_; }
  Clients& clients() { return clients_; }
  support::VirtualClock& clock() { return clock_; }
  const Market& market() const { return market_; }
  std::size_t serving() const { return router_.group(routing::kDefaultGroup).broker(); }
  const std::string& fault() const { return fault_.text(); }
  std::uint64_t steps() const { return steps_; }
  // A link says whether an instrument ticked in time in this session, the first time of the day.
  void note(std::size_t broker, std::string_view symbol, bool in_time);

 private:
  static std::vector<Halt> halts_of(const DayPlan& plan, std::int64_t nine_ns);
  void start(std::size_t broker);
  void remember();
  std::int64_t today() const;
  void plan_clients();
  void plan_weather();
  void subscribe(routing::SessionId session, const ClientPlan& plan);
  void settle();
  void sweep();

  DayPlan plan_;
  support::VirtualClock clock_{Market::kNine};  // first: alarms of all others end before it
  Fault fault_;
  Market market_;
  trading_sessions::TradingSessionHistory history_;
  std::set<std::string> noted_;
  boost::asio::io_context io_{1};
  bus::Doorbell bell_;
  Oracle::Accounts accounts_;
  std::vector<std::unique_ptr<plugin_host::BrokerLink>> links_;
  Encoder encoder_{fault_};
  Clients clients_;
  routing::Router router_;
  std::unique_ptr<Oracle> oracle_;
  support::VirtualClock::Alarm sweep_{clock_, [this] { sweep(); }};
  std::uint64_t steps_ = 0;
};

}  // namespace gw::market_days
