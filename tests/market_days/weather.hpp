// What goes wrong at a broker, and when.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gw::market_days {

struct Spell {
  enum class Kind {
    mute,           // nothing of some exchanges is shown
    lag,            // all comes later
    ahead,          // one packet is stamped 50 minutes ahead
    drop,           // one connection, or all, are lost
    refuse_logins,  // for a while, without a reason
    slow_logins     // never answered
  };
  enum class Snapshots { move, stand_still, none };  // meanwhile, of what is mute

  Kind kind = Kind::mute;
  std::size_t broker = 0;
  std::int64_t from = 0;  // virtual
  std::int64_t until = 0;
  unsigned exchanges = 0;       // mute: one bit each
  bool of_one_login = false;    // mute, drop: of one connection, and so until the next login
  bool cured_by_login = false;  // mute of the account
  Snapshots snapshots = Snapshots::move;
  std::int64_t lag_ns = 0;
};

}  // namespace gw::market_days
