// The last trading sessions of each instrument: on which days it was carried, and whether its first tick came in time.
// Any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace gw::trading_sessions {

// A day is the exchange's own, in days since 1970. `phase` is the calendar's word for a phase of that day: "open".

struct TradingSession {
  std::int64_t day = 0;
  bool in_time = false;
  friend bool operator==(const TradingSession&, const TradingSession&) = default;
};

struct NameView {
  std::string_view symbol;
  std::string_view exchange;
  std::string_view phase;
  friend auto operator<=>(const NameView&, const NameView&) = default;
};

struct Name {
  std::string symbol;
  std::string exchange;
  std::string phase;
  operator NameView() const { return {symbol, exchange, phase}; }
};

// What is kept under one name; no sessions: nothing is kept any more.
struct Record {
  Name name;
  std::vector<TradingSession> sessions;  // oldest first
};

// Locks for each call; none of them waits for the disk. [any]
class TradingSessionHistory {
 public:
  // Three: the same number of days in a row is unlikely to be chance, and a new contract counts within its first week.
  static constexpr std::size_t kSessions = 3;
  // Three sessions and the longest run of holidays and weekends fit into ten days; what is older says little of today.
  static constexpr std::int64_t kMaxAgeDays = 10;

  // Whether three sessions are kept, all in time, none older than ten days.
  bool is_expected(std::string_view symbol, std::string_view exchange, std::string_view phase, std::int64_t day) const;
  // The first note of a day counts: it is of the open, or of the first subscription after it. A later subscription
  // hears what trades by then, and a slower broker says nothing of the instrument.
  void note(std::string_view symbol, std::string_view exchange, std::string_view phase, std::int64_t day, bool in_time);
  // Drops contracts that are over and instruments whose last session is more than ten days ago. Sessions after
  // `today`, noted by a clock that was wrong, go too. Both functions are called without the lock.
  void drop(const std::function<std::int64_t(std::string_view exchange)>& today,
            const std::function<bool(std::string_view symbol, std::string_view exchange)>& is_over);

  // ---- for TradingSessionStore
  struct Changes {
    std::vector<Record> records;
    std::uint64_t revision = 0;
  };
  // All that has changed since the last saved() revision.
  Changes changes() const;
  void saved(std::uint64_t revision);
  // Replaces everything; nothing of it counts as changed.
  void restore(std::vector<Record> records);

 private:
  struct Less {
    using is_transparent = void;
    bool operator()(const NameView& a, const NameView& b) const { return a < b; }
  };
  struct Entry {
    std::vector<TradingSession> sessions;  // none: dropped, and not yet saved
    std::uint64_t revision = 0;
  };

  mutable std::mutex mutex_;
  std::map<Name, Entry, Less> entries_;
  std::uint64_t revision_ = 0;  // grows with each change
  std::uint64_t saved_ = 0;
};

}  // namespace gw::trading_sessions
