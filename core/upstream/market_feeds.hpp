// The feeds of one broker's exchanges, as the link judged them, and when routing heard of each. [routing]
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bus/records.hpp"
#include "core/upstream/witness.hpp"

namespace gw::upstream {

// What the ticks of one of a broker's connections say of an exchange's feed.
struct ConnectionFeed {
  std::int64_t last_live_ns = 0;   // a tick that proves life; monotonic, 0: never
  Witness witness;                 // what the connection should have shown, by another broker's values
  std::int64_t proof_sent_ns = 0;  // when the link was last told that the witness proves it silent; monotonic
};

// What speaks for and against a feed, as the link said it.
struct FeedVerdict {
  bus::FeedState state = bus::FeedState::unknown;
  bus::FeedEvidence evidence = bus::FeedEvidence::none;
  std::int64_t since_ns = 0;  // wall
  std::string message;
};

struct MarketFeed : FeedVerdict {
  std::string exchange;
  std::int32_t said = 0;  // BGW_MARKET_*: what the broker itself says of the exchange, in this login; 0: nothing
  bool halted = false;    // the exchange is halted: a silence here that is not proved is no fault of this broker
  // Monotonic; 0: never.
  std::int64_t judged_ns = 0;               // when routing heard the state
  std::int64_t well_since_ns = 0;           // when it last stopped being stale
  std::int64_t last_live_ns = 0;            // a tick that proves life, on any connection
  std::int64_t live_second = 0;             // the whole second of the last live tick
  std::uint32_t live_seconds = 0;           // seconds that had live ticks, each within a minute of the one before
  std::vector<ConnectionFeed> connections;  // by number
  std::uint64_t suspect_order = 0;          // values up to here may have been overtaken while it was stale
  std::optional<FeedVerdict> link_says;     // while the broker's plugin hangs: what the link says

  ConnectionFeed& on_connection(std::uint32_t number) {
    if (number >= connections.size()) connections.resize(number + 1);
    return connections[number];
  }
  void on_live(std::uint32_t connection, std::int64_t now_ns);
  // Another broker has shown something that should have come here too by now.
  bool is_missing_something(std::int64_t now_ns) const;
  // The feed ticks, whatever the calendar says: a few ticks that come late after the close do not count.
  bool ticks_steadily(std::int64_t now_ns) const;
  // The state as clients see it.
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
  std::vector<std::string> exchanges;  // exchanges that are in this state; empty when live
  friend bool operator==(const Feed&, const Feed&) = default;
};

class MarketFeeds {
 public:
  // The index of the exchange's feed, which is made when new.
  std::uint32_t at(std::string_view exchange);
  MarketFeed& operator[](std::uint32_t index) { return feeds_[index]; }
  const MarketFeed& operator[](std::uint32_t index) const { return feeds_[index]; }
  const MarketFeed* find(std::string_view exchange) const;  // null: nothing was ever wanted of it
  MarketFeed* find(std::string_view exchange);
  const std::vector<MarketFeed>& all() const { return feeds_; }
  std::vector<MarketFeed>& all() { return feeds_; }

  Feed worst() const;
  bool any_stale() const;
  // The login is over in which the broker said what it said.
  void forget_said() {
    for (MarketFeed& feed : feeds_) feed.said = 0;
  }
  // The broker's adapter is gone: no state of a feed is known any more.
  void forget();

  // ---- the broker's plugin hangs: whatever the link said before, every feed is stale, and that is proved
  void begin_hang(std::int64_t since_ns, std::string message, std::int64_t now_ns);
  void end_hang(std::int64_t now_ns);  // what the link says counts again

 private:
  void lay_over(MarketFeed& feed) const;

  std::vector<MarketFeed> feeds_;
  std::optional<FeedVerdict> hang_;
};

}  // namespace gw::upstream
