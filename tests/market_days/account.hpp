// One broker's side of a day: the logins of one account, what each connection carries, the values that the broker
// knows, and how it shows them. It keeps what the oracle needs to know of each login.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bgw/adapter.hpp"
#include "tests/market_days/market.hpp"
#include "tests/market_days/weather.hpp"

namespace gw::market_days {

struct Traits {
  std::uint32_t places = 1;          // connections of the account at one time
  std::uint32_t per_connection = 0;  // instruments; 0: no bound
  bool declares_snapshots = true;    // BGW_SNAPSHOT_ON_SUBSCRIBE
  bool sends_snapshots = true;       // always, when it declares them
  std::int64_t delay_ns = 100'000'000;
  std::int64_t resolution_ns = 1'000'000;  // of its exchange times
  std::int64_t login_ns = 300'000'000;
  bool busy_are_known = false;  // to the gateway: they ticked in time in their last sessions
};

// What one login shows of one exchange.
struct Shown {
  std::array<std::size_t, kPaces> carried{};  // instruments
  std::int64_t begun_at = 0;                  // the first of them was subscribed
  std::int64_t silent_since = 0;              // then, or, after a login that the gateway ended, as of that one
  std::int64_t unproved_since = 0;            // the same, where what can be taken for an answer ends no silence
  std::int64_t expected_since = 0;            // an index, one that is known to tick, or twenty; 0: not
  std::int64_t grown_at = 0;                  // one was added later
  std::int64_t last_live = 0;                 // a tick within the lag limit, other than a snapshot; 0: none
  std::int64_t last_proof = 0;                // of those, one that cannot be taken for an answer
  std::int64_t proof_before = 0;              // the one before that, of an earlier moment
  std::uint64_t live = 0;

  // The last proof that routing can know of at `now_ns`: what is shown at this moment is on its way to it.
  std::int64_t known_proof(std::int64_t now_ns) const { return last_proof == now_ns ? proof_before : last_proof; }
  std::size_t total() const;
  Pace fastest() const;
  bool is_slow() const;  // it may be silent for longer than a minute
  std::int64_t silence_began() const { return std::max(last_live, silent_since); }
  std::int64_t unproved() const { return std::max(last_proof, unproved_since); }
};
using ShownOfAll = std::array<Shown, kExchanges>;

struct Subscribed {
  std::uint32_t handle = 0;
  std::uint32_t mode = 0;
  std::uint32_t depth = 0;
  std::uint64_t asks = 0;  // which request
  bool is_unanswered = false;
  std::int64_t begun_at = 0;  // held since then, but for moments
  bool held = false;
  bool counted = false;  // in Shown: a moment longer than it is held, for what is asked again
  std::int64_t ended_at = 0;
  std::int64_t answers_until = 0;  // until then a tick may be taken for the answer to the request
};

struct Session {
  enum class State { connecting, in, ended };
  std::uint64_t number = 0;  // of the account's logins, from 1
  State state = State::connecting;
  bool ended_by_broker = false;  // or it never was logged in
  std::int64_t begun_at = 0;
  std::int64_t ready_at = 0;
  std::int64_t ended_at = 0;
  const bgw_host* host = nullptr;
  std::map<std::size_t, Subscribed> carried;  // by instrument
  ShownOfAll shown;
  std::map<std::uint64_t, ShownOfAll> beside;  // of the logins that were there when this one began
};
using SessionPointer = std::shared_ptr<Session>;

class Account;

// Told of what happens, after it did.
class Watcher {
 public:
  virtual void on_subscribed(Account& account, Session& session, std::size_t instrument,
                             const SessionPointer& before) = 0;
  // A tick that is no snapshot. `live`: within the lag limit.
  virtual void on_tick(Account& account, const Session& session, std::size_t instrument, const Trade& trade,
                       bool live) = 0;

 protected:
  ~Watcher() = default;
};

class Account {
 public:
  // An adapter object.
  struct Connection {
    Account* account;
    const bgw_host* host;
    SessionPointer session;
  };

  Account(std::size_t number, Traits traits, std::int64_t lag_limit_ns, std::uint64_t seed,
          support::VirtualClock& clock, Market& market);
  void serve(Watcher& watcher) { watcher_ = &watcher; }

  std::size_t number() const { return number_; }
  const Traits& traits() const { return traits_; }
  const std::string& violation() const { return violation_; }
  const std::vector<SessionPointer>& sessions() const { return sessions_; }  // all that are not ended
  // By instrument: the login that subscribed it last; null: none did.
  const std::vector<SessionPointer>& last_sessions() const { return last_session_; }
  // Something of it is not connected, and that is not the gateway's doing.
  bool is_lost() const;
  // For tests of the oracle: of all connections from now on, though the gateway was told another number.
  void allow(std::uint32_t instruments) { traits_.per_connection = instruments; }
  std::uint64_t logins() const { return logins_; }  // that succeeded
  std::uint64_t drops() const { return drops_; }    // by the broker
  // Whether what should tick was at any time so slow that it does not, though all is well.
  bool was_slow() const { return was_slow_; }
  // Whether a login holds the instrument that began so that a tick now is in time.
  bool is_in_time(std::size_t instrument, std::int64_t limit_ns) const;
  std::int64_t last_live(Exchange exchange) const { return last_live_[exchange]; }
  std::int64_t last_proof(Exchange exchange) const { return last_proof_[exchange]; }  // see Shown
  std::int64_t trouble_ended() const { return trouble_ended_; }

  // Weather. The spell lives as long as this.
  void begin(const Spell& spell);
  void end(const Spell& spell);
  // Nothing of it is on for a login that is there, and what it held up has been shown.
  bool is_clear() const;
  // Whether anything of that time hid ticks of the exchange, or made them late, on this login.
  bool was_bad(const Session& session, Exchange exchange, std::int64_t from, std::int64_t to) const;
  // Whether it was mute or late on any login.
  bool had_trouble(Exchange exchange, std::int64_t from, std::int64_t to) const;
  // Until when the values that it knows stood still last, because all comes late: asking again says nothing new there.
  std::int64_t stood_still_until() const;
  // Whether the login is mute and nothing but the ticks of others says so.
  bool is_frozen(const Session& session, Exchange exchange) const;
  // Sends the last value of everything in this mode or richer once more, as a book change would.
  void repeat(std::uint32_t min_mode);
  // Ends connections as a network does.
  void drop(bool all);

  // The plugin's calls.
  bgw_status connect(Connection& connection, bgw_error& error);
  void disconnect(Connection& connection);
  bgw_status subscribe(Connection& connection, const bgw_subscription& wanted);
  void unsubscribe(Connection& connection, std::uint32_t handle);

 private:
  struct Bad {
    const Spell* spell;
    std::uint64_t session;  // 0: all
    std::uint64_t last;     // logins after that are well; 0: none is
    std::int64_t until = support::VirtualClock::kNever;
    std::vector<Trade> frozen;  // the values that snapshots show meanwhile
  };
  void leave(Session& session, bool by_broker);
  static bool is_of(const Bad& bad, const Session& session, Exchange exchange);
  const Bad* mute(const Session& session, Exchange exchange) const;
  void take(std::size_t instrument, const Trade& trade);
  void show_pending();
  void show(std::size_t instrument, const Trade& trade);
  void snapshot(const SessionPointer& session, std::size_t instrument, std::uint64_t asks);
  void publish(const Session& session, const Subscribed& subscribed, std::size_t instrument, const Trade& trade,
               std::int64_t ahead_ns);
  void count(Session& session, std::size_t instrument, bool in);
  void expect(Shown& shown);
  void begin_auction();
  void violate(std::string what);
  std::int64_t between(std::int64_t from, std::int64_t to);

  std::size_t number_;
  Traits traits_;
  std::int64_t lag_limit_ns_;
  std::mt19937_64 random_;
  support::VirtualClock& clock_;
  Market& market_;
  Watcher* watcher_ = nullptr;
  std::vector<SessionPointer> sessions_;
  std::vector<SessionPointer> last_session_;  // by instrument
  std::int64_t refused_at_ = 0;               // when a login was refused, or not answered, last; 0: never
  bool ended_by_broker_ = true;               // the login that ended last, or none has begun
  std::uint64_t logins_ = 0;
  std::uint64_t attempts_ = 0;
  std::uint64_t drops_ = 0;
  std::uint64_t asks_ = 0;
  bool was_slow_ = false;
  std::string violation_;

  std::vector<Trade> cache_;  // by instrument
  struct Pending {
    std::size_t instrument;
    Trade trade;
    std::int64_t at;
  };
  std::deque<Pending> pending_;
  support::VirtualClock::Alarm pending_alarm_;
  std::vector<Bad> bad_;  // of the whole day
  std::int64_t lag_ns_ = 0;
  bool ahead_ = false;
  std::int64_t refused_until_ = 0;
  std::int64_t slow_until_ = 0;
  std::int64_t trouble_ended_ = 0;
  std::int64_t book_changes_ = 0;
  std::array<std::int64_t, kExchanges> last_live_{};
  std::array<std::int64_t, kExchanges> last_proof_{};
};

}  // namespace gw::market_days
