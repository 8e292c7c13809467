// What must be true all day. It knows the weather and the market; it asks routing only for what routing says.
//   1  A feed that is mute, of an exchange that is known to tick, is not said to be live after its limit.
//   2  No login for silence without a cause, nor more of them than stated: at once, after 1, 5 and then every 15
//      minutes, less 20 %, all connections of an account together. None for what need not tick.
//   3  Nobody is moved from a connected broker unless that is mute or late for an exchange that is in use, and the
//      other has shown live ticks of it since. Nobody is moved back to one that has not ticked live since it was left.
//   4  A second after a feed is well again it is said to be live.
//   5  Each live tick of the broker that serves reaches every client that holds its instrument, in order.
//   6  What is kept of a session: an instrument ticked in time only if it did so within the limit of a first tick since
//      the open, or since it was subscribed.
//   0  No account has more connections, and no connection more instruments, than the broker allows.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/market_days/account.hpp"
#include "tests/market_days/clients.hpp"
#include "tests/market_days/day_plan.hpp"

namespace gw::market_days {

class Oracle final : public Watcher {
 public:
  using Accounts = std::vector<std::unique_ptr<Account>>;
  // All outlive this.
  Oracle(const DayPlan& plan, support::VirtualClock& clock, const Market& market, const Accounts& accounts,
         const routing::Router& router, Clients& clients, Fault& fault);

  void look();             // each second
  void check_delivered();  // when all that is under way has arrived
  void on_switched(routing::GroupId group, std::string_view why);
  std::uint64_t ticks() const { return ticks_; }
  std::uint64_t switches() const { return switches_; }

  void on_subscribed(Account& account, Session& session, std::size_t instrument, const SessionPointer& before) override;
  void on_tick(Account& account, const Session& session, std::size_t instrument, const Trade& trade,
               bool live) override;

 private:
  // Logins for silence since the last live tick.
  struct Logins {
    std::int64_t first_at = 0;
    std::uint64_t count = 0;
  };
  using Causes = std::array<bool, kExchanges>;  // the exchanges that are a reason for a login
  struct LoginsOfAccount {
    std::vector<std::int64_t> at;  // ascending
    std::uint64_t session = 0;     // the last one
    Causes causes{};               // of that one
  };
  void count_login(const Account& account, const Session& session, const Causes& causes, std::int64_t at_ns);
  void add(int rule, const std::string& what);
  const routing::Broker& table(std::size_t broker) const {
    return router_.brokers()[static_cast<routing::BrokerId>(broker)];
  }
  bool is_connected(std::size_t broker) const;
  void check_mute(const Account& account, const Session& session);
  bool is_well(const Account& account) const;
  void check_well(std::size_t broker);
  bool is_cause(const Account& account, const Session& before, const Shown& shown, Exchange exchange,
                std::int64_t at_ns) const;
  Causes causes(const Account& account, const Session& before, const ShownOfAll& shown, std::int64_t at_ns) const;
  using Since = std::array<std::int64_t, kExchanges>;  // 0: not
  Since bad_since(std::size_t broker) const;
  bool shows(std::size_t broker, Exchange exchange, std::int64_t since) const;
  struct Left {
    std::int64_t at = 0;
    Since bad{};  // for what it was left; nothing: it was not connected
  };

  const DayPlan& plan_;
  support::VirtualClock& clock_;
  const Market& market_;
  const Accounts& accounts_;
  const routing::Router& router_;
  Clients& clients_;
  Fault& fault_;
  std::uint64_t ticks_ = 0;
  std::uint64_t switches_ = 0;

  std::array<LoginsOfAccount, 2> logins_of_account_;
  std::array<std::vector<Logins>, 2> logins_;          // by broker and instrument
  std::array<std::vector<std::uint64_t>, 2> counted_;  // the login that counted last
  std::array<std::int64_t, 2> away_until_{};           // by broker: when it was last not connected
  std::array<std::int64_t, 2> well_since_{};           // 0: not
  std::size_t active_ = 0;
  std::array<Left, 2> left_;
  struct Expected {
    std::size_t holding;
    std::uint64_t trade;
    std::size_t broker;
  };
  std::vector<Expected> expected_;
};

}  // namespace gw::market_days
