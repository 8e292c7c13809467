// The records that travel between an adapter and routing: updates and events up, demand down. Plain data without
// pointers, so that the two sides may be different processes.
#pragma once

#include <cstdint>

#include "bgw/abi.h"
#include "core/base/exponents.hpp"
#include "core/base/instrument_kind.hpp"

namespace gw::bus {

enum class RecordKind : std::uint32_t {
  update = 1,
  link = 2,
  confirm = 3,
  refuse = 4,
  released = 5,
  feed = 6,
  quiet = 7,
  suspect = 8
};

// Followed by: bgw_tick, bgw_tick_rare when has_rare, bgw_value[value_count], bgw_level[bid_count],
// bgw_level[ask_count].
struct UpdateRecord {
  RecordKind kind;
  std::uint8_t has_rare;
  std::uint8_t value_count;
  std::uint8_t book_flags;  // BGW_BOOK_*
  std::uint8_t is_live;     // 1: proves that the feed lives: in time, and neither a snapshot nor equal to one
  std::uint32_t bid_count;
  std::uint32_t ask_count;
  std::uint32_t book_present;
  std::uint32_t asked_depth;  // the depth level that the adapter had been asked for when it published
  std::int64_t received_ns;   // wall clock: when the frame was read
  std::int64_t book_time_ns;
  std::uint32_t login;  // grows with each login of the broker's connections; arrival order counts within one login
  Exponents exponents;
  std::uint16_t reserved;
};
static_assert(sizeof(UpdateRecord) == 48);

// The words that clients see; see docs/protocol.md.
enum class LinkState : std::uint32_t { connecting, connected, reconnecting, disconnected, auth_expired, failed };

// The broker's link as a whole, whatever the number of its connections.
struct LinkRecord {
  RecordKind kind;
  LinkState state;
  std::uint32_t by_choice;  // 1: the gateway itself logs in anew, for the sake of the feed
  char message[240];
};

// What is known of one exchange's feed at a broker. Unknown: nothing is wanted of it, or the market has just opened and
// nothing has come yet. Quiet: no tick comes, and nothing says that one should have. Stale: ticks were missed, should
// have come, or come late.
enum class FeedState : std::uint32_t { unknown, live, quiet, stale };

// What speaks against a feed that is not live. Expected: some instruments that are carried should have ticked by now;
// perhaps nobody gets ticks of them. Proved: ticks were missed, or come late.
enum class FeedEvidence : std::uint32_t { none, expected, proved };

// The feed of one exchange at one broker, all its connections together.
struct FeedRecord {
  RecordKind kind;
  FeedState state;
  FeedEvidence evidence;
  std::uint32_t reserved;
  std::int64_t since_ns;  // wall clock
  char exchange[16];
  char message[240];
};

// `released`: the adapter has let go of the handle; no older update of it follows. `quiet`: nothing has come for it
// since it was subscribed. `confirm` and `refuse` are about one of its streams. `suspect`: what came of its modes
// (bits) is not kept up to date until new data comes.
struct HandleRecord {
  RecordKind kind;
  std::uint32_t instrument;
  std::uint32_t mode;
  std::uint32_t depth_level;
  std::int32_t code;  // of a refusal
  char message[240];
};

// What is wanted of one instrument from now on; mode 0: nothing. Followed by five NUL-terminated texts: symbol,
// exchange, broker_symbol, broker_exchange, token.
struct DemandRecord {
  std::uint32_t instrument;
  std::uint32_t mode;
  std::uint32_t depth_level;
  std::uint32_t connection;  // which of the broker's connections carries it, from 0
  std::uint32_t text_size;
  InstrumentKind kind;
  std::uint32_t is_description;  // 1: only what the instrument list says has changed; nothing is asked of the broker
  Exponents exponents;
  std::uint16_t reserved;
  std::int64_t tick_size;  // 0: not known
  std::int64_t lot_size;   // quantity; 0: not known
};

const char* word(LinkState state) noexcept;
const char* word(FeedState state) noexcept;  // what clients see; unknown is quiet

}  // namespace gw::bus
