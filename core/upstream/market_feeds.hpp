// The feeds of one broker's exchanges, as the link judged them, and when routing heard of each. [routing]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/bus/records.hpp"
#include "core/upstream/witness.hpp"

namespace gw::upstream {

// What the ticks of one of a broker's connections say of an exchange's feed.
struct ConnectionFeed {
  std::int64_t last_live_ns = 0;   // a tick that proves life; monotonic, 0: never
  Witness witness;                 // that the connection should have shown more
  std::int64_t proof_sent_ns = 0;  // that another broker's values prove it dead
};

struct MarketFeed {
  std::string exchange;
  bus::FeedState state = bus::FeedState::unknown;
  bus::FeedEvidence evidence = bus::FeedEvidence::none;
  std::int64_t since_ns = 0;  // wall
  std::string message;
  bool halted = false;  // nobody ticks: what is merely missed here is missed everywhere
  // Monotonic; 0: never.
  std::int64_t judged_ns = 0;               // when the state was said
  std::int64_t well_since_ns = 0;           // when it was stale last
  std::int64_t last_live_ns = 0;            // a tick that proves life, on any connection
  std::int64_t live_second = 0;             // of the last live tick, since when the clock began
  std::uint32_t live_seconds = 0;           // with live ticks, not more than a minute apart
  std::vector<ConnectionFeed> connections;  // by number
  std::uint64_t suspect_order = 0;          // values up to here may have been overtaken while it was stale

  ConnectionFeed& on_connection(std::uint32_t number) {
    if (number >= connections.size()) connections.resize(number + 1);
    return connections[number];
  }
  void on_live(std::uint32_t connection, std::int64_t now_ns);
  // Another broker has shown something that should have come here by now.
  bool is_missing_something(std::int64_t now_ns) const;
  // Ticks, whatever the calendar says: a few that come late after the close are no trading.
  bool ticks_steadily(std::int64_t now_ns) const;
  // As clients see it.
  bus::FeedState shown() const {
    const bool is_quiet = state == bus::FeedState::stale && halted && evidence != bus::FeedEvidence::proved;
    return is_quiet ? bus::FeedState::quiet : state;
  }
  bool is_stale() const { return shown() == bus::FeedState::stale; }
  // Ticks should come, and none do.
  bool is_silent() const {
    return state == bus::FeedState::stale || (state == bus::FeedState::quiet && evidence != bus::FeedEvidence::none);
  }
};

// All exchanges together: the worst, since when, and which they are.
struct Feed {
  bus::FeedState state = bus::FeedState::unknown;
  std::int64_t since_ns = 0;  // wall
  std::string message;
  std::vector<std::string> exchanges;  // that are so; empty when live
  friend bool operator==(const Feed&, const Feed&) = default;
};

class MarketFeeds {
 public:
  // The place of the exchange, made when new.
  std::uint32_t at(std::string_view exchange);
  MarketFeed& operator[](std::uint32_t place) { return feeds_[place]; }
  const MarketFeed& operator[](std::uint32_t place) const { return feeds_[place]; }
  const MarketFeed* find(std::string_view exchange) const;  // null: nothing was ever wanted of it
  MarketFeed* find(std::string_view exchange);
  const std::vector<MarketFeed>& all() const { return feeds_; }
  std::vector<MarketFeed>& all() { return feeds_; }

  Feed worst() const;
  bool any_stale() const;
  // The broker's adapter is gone: what was live may be so no more.
  void forget();

 private:
  std::vector<MarketFeed> feeds_;
};

}  // namespace gw::upstream
