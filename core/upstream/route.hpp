// One token of a broker, and what is wanted of it. Instruments that share a token share its route; a handle stands for
// one token for as long as it lives. [routing]
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/exponents.hpp"
#include "core/base/instrument_kind.hpp"
#include "core/base/prefetch.hpp"
#include "core/upstream/connection_allocator.hpp"
#include "core/upstream/ids.hpp"
#include "core/upstream/instrument_key.hpp"
#include "core/upstream/last_value.hpp"

namespace gw::upstream {

// The broker's word that it does not give one stream of a token.
struct Refusal {
  std::uint32_t mode = 0;
  std::uint32_t depth = 0;
  std::string reason;
  std::int64_t at_ns = 0;        // monotonic
  std::uint32_t under_mode = 0;  // what the token was subscribed in: a richer mode may bring the stream all the same
  bool disproved = false;        // data came all the same: it counts no more, and the next login asks again
};

struct Route {
  // What every update looks at, in one line of the cache: the interests that have this route as their source, and those
  // that have it as their standby.
  std::vector<InterestId> served;
  std::vector<InterestId> standing_by;
  std::unique_ptr<LastValue> last_value;  // null: nothing came yet
  std::uint32_t demanded_depth = 0;       // what was last asked of the adapter
  std::uint16_t demanded_mode = 0;
  std::uint16_t market = 0;  // index of its exchange's feed in Broker::feeds

  // The instrument that asked first, or another one of `names` where that one has lost the token; described as in the
  // instrument list in use, or in the last list that had it.
  std::string symbol;
  std::string exchange;
  std::string broker_symbol;
  std::string broker_exchange;
  std::string token;
  std::int64_t tick_size = 0;  // 0: not known
  std::int64_t lot_size = 0;   // 0: not known
  Exponents exponents{};
  InstrumentKind kind = InstrumentKind::other;

  std::vector<InstrumentName> names;  // of all instruments that have the token, as RouteTable knows them
  bool in_use = false;
  std::uint32_t wanted_mode = 0;
  std::uint32_t wanted_depth = 0;
  ConnectionAllocator::Allocation allocation;
  std::uint32_t demanded_connection = 0;  // on which it was asked
  std::int64_t demanded_ns = 0;           // since when something is asked of it; monotonic
  std::uint32_t releases_expected = 0;    // `released` records still to come
  std::vector<Refusal> refused;           // in this login of the broker, and not asked for again since
  bool ask_again = false;                 // ask once more for what is wanted, though nothing of it has changed
  bool describe_again = false;            // tell the link what the list says of it now; asks the broker nothing
  bool has_successor = false;             // the broker's next link has the handle: it stays this token's
  bool dirty = false;                     // in BrokerDemand's list of changed routes

  bool is_held() const { return !served.empty() || !standing_by.empty(); }
};

static_assert(offsetof(Route, symbol) <= kCacheLine);

}  // namespace gw::upstream
