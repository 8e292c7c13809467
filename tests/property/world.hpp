// One run: two brokers with their links, lists and books, the clients, and the router between them. What happens is
// drawn from a seed; the first fault is said in words.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "core/instruments/expiries.hpp"
#include "core/plugin_host/broker_link.hpp"
#include "core/routing/router.hpp"
#include "tests/property/model_broker.hpp"
#include "tests/property/model_clients.hpp"
#include "tests/property/model_list.hpp"

namespace gw::property {

class World {
 public:
  // Limited: the brokers take few subscriptions on a connection.
  World(std::uint64_t seed, bool limited);

  // Something happens: steps.cpp.
  void step();
  // All brokers serve again and all that is under way arrives. Then checks what must hold at a quiet moment.
  void settle();
  // All links log in anew, so that nothing has been refused yet.
  void log_in_anew();
  // The brokers refuse nothing from now on.
  void take_everything();
  // The first thing that was wrong; empty: nothing.
  const std::string& fault() const { return fault_.text; }

 private:
  using Brokers = std::array<bool, 2>;

  std::size_t pick(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  bool chance(std::size_t one_in) { return pick(one_in) == 0; }
  routing::SessionId any_session() { return static_cast<routing::SessionId>(pick(kSessions)); }
  const routing::Broker& table(std::size_t broker) const {
    return router_.brokers()[static_cast<routing::BrokerId>(broker)];
  }
  Held any_stream();
  routing::GroupId any_group();

  // world.cpp
  static instruments::Expiries expiries_at(int half_days);
  void start(std::size_t broker);
  routing::BrokerSetup setup(std::size_t broker);
  void open(routing::SessionId session);
  bool progress(std::size_t n);
  void run_until_quiet();
  void tick(std::size_t broker, Books::Connection& connection, bool richest);
  void tick_all();

  // steps.cpp
  void subscribe();
  void unsubscribe();
  void close();
  void move();
  void replay();
  void look();
  void drop();
  void change_weather();
  void change_refusals();
  void change_list();
  void next_day();
  void pass_time();
  void replace(std::size_t broker);

  // verdict.cpp
  std::optional<std::uint32_t> route(std::size_t broker, int symbol) const;
  bool has(std::size_t broker, int symbol) const;
  std::optional<std::size_t> server_of(const routing::BrokerGroup& group, int symbol) const;
  bool has_source(const routing::BrokerGroup& group, int symbol, const Brokers& but_for = {}) const;
  std::size_t said_to_serve(routing::SessionId session, const Held& what) const;
  const routing::BrokerGroup& group_of(routing::SessionId session) const {
    return router_.group(router_.clients()[session].group);
  }
  bool is_over(int symbol) const;
  bool is_wanted(std::size_t broker, int symbol) const;
  // `all_refused`: the tokens of which the broker has refused all that is wanted.
  using Refused = std::map<int, std::set<std::uint32_t>>;  // the modes that are held, by token
  std::map<int, Demand> expected(std::size_t broker, Refused& all_refused) const;
  std::map<int, Demand> expected_within_limits(std::size_t broker) const;
  void check_books(std::size_t broker);
  void check_streams(routing::SessionId session);
  void check_ledger(routing::SessionId session);

  static constexpr std::size_t kNoBroker = 2;
  static constexpr bgw_depth_limit kDeep{20, 1, 2, 0};
  std::mt19937_64 random_;
  bool limited_;
  bool mixed_;  // what the active broker lacks is served by another one
  boost::asio::io_context io_;
  std::int64_t monotonic_ = 1'000'000'000'000;
  std::int64_t packets_ = 0;
  int half_days_ = 0;
  std::array<std::string, kSymbols> expiries_;
  std::array<ModelList, 2> lists_{ModelList(false), ModelList(true)};
  std::array<Books, 2> books_{Books(lists_[0]), Books(lists_[1])};
  std::array<std::shared_ptr<plugin_host::Library>, 2> libraries_;
  bus::Doorbell bell_;
  std::array<std::unique_ptr<plugin_host::BrokerLink>, 2> links_;
  std::array<std::uint64_t, kSessions> forgotten_{};  // updates that earlier sessions of this number got
  Fault fault_;
  ModelEncoder encoder_{lists_, fault_};
  ModelClients clients_{lists_, fault_};
  routing::Router router_{encoder_,
                          clients_,
                          {[] { return std::int64_t{1}; }, [this] { return monotonic_; }},
                          [] { return std::string("epoch"); },
                          1 << 14};
};

}  // namespace gw::property
