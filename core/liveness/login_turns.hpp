// Which of a link's connections logs in anew for its feed, and when: they share the account, and so the pauses. Knows
// no clock. [feed]
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "core/liveness/feed_judge.hpp"
#include "core/liveness/login_pauses.hpp"

namespace gw::liveness {

class LoginTurns {
 public:
  explicit LoginTurns(std::uint64_t seed) : pauses_(seed) {}

  struct Connection {
    std::size_t number = 0;
    const FeedJudge* judge = nullptr;
    bool is_ready = false;  // logged in; a connection that is not gets no login for its feed
  };
  struct Turn {
    std::size_t number = 0;
    const MarketWatch* market = nullptr;  // for which the login is made
  };
  // The login to make now; nothing: none. `all`: the link's connections. Called once in a period.
  std::optional<Turn> next(std::span<const Connection> all, std::int64_t now_ns);
  void on_login(const Turn& turn, std::int64_t now_ns);

 private:
  struct Candidate;
  bool goes_before(const Candidate& a, const Candidate& b) const;
  bool is_cured(std::span<const Connection> all) const;

  LoginPauses pauses_;
  std::map<std::size_t, std::int64_t> last_ns_;  // the last login of each connection
  std::size_t made_for_ = 0;                     // connection and exchange of the last login
  std::string made_for_exchange_;
};

}  // namespace gw::liveness
