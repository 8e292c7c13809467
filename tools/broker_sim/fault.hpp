// The faults that the stand-in plays, until a request changes them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/base/result.hpp"
#include "core/websocket/connection.hpp"
#include "tools/broker_sim/http_text.hpp"

namespace sim {

class Broker;

// The answer to an upgrade in place of 101.
struct UpgradeFault {
  int status = 403;
  std::vector<gw::websocket::Header> headers;
  std::optional<std::string> body;  // unset: the broker's own, with the headers that belong to it
  std::string content_type;
  Unfinished unfinished = Unfinished::no;
  std::string raw;         // not empty: all of the answer's bytes
  bool stays = false;      // the connection stays open after the answer
  std::int64_t left = -1;  // how many more upgrades it hits; below 0: all
};

struct RefusedSubscriptions {
  std::set<std::string> tokens;  // as the books name them; empty: all
  std::set<std::string> modes;   // empty: the subscription as such
  std::string code;              // angel's; empty: E1001
};

// Instruments whose exchange times are behind.
struct OldTimes {
  std::map<std::string, double> seconds;
  bool still = false;  // they have last values, and no ticks
};

// The answer to subscribes and changes of mode while there are no ticks.
enum class Snapshots {
  none,
  once,   // newer values, once for each instrument and mode of a connection
  still,  // the last values from before
  moving  // newer values each time
};

// Heartbeats and pongs, but no ticks.
struct MuteFault {
  std::set<std::string> tokens;  // as the books name them; empty: all
  Snapshots snapshots = Snapshots::none;
};

struct PingFlood {
  double per_second = 0;
  std::size_t bytes = 0;  // of each ping's payload
  bool reads = false;     // whether the client is read meanwhile
};

// How a request for the profile is answered.
struct ProfileFault {
  int status = 403;
  std::optional<std::string> body;  // unset: the broker's own for this status
  std::string content_type;
};

struct ListMeta {
  std::string etag;
  std::int64_t count;
};

struct Fault {
  std::optional<UpgradeFault> upgrade;
  std::size_t connections_limit = 0;  // of an account; 0: the broker's own
  bool refuse_connections = false;
  std::chrono::milliseconds handshake_delay{0};

  std::optional<MuteFault> mute;
  bool silence = false;    // nothing from the broker; the WebSocket still answers pings
  bool half_open = false;  // nothing at all
  double drops_per_second = 0;
  std::uint32_t drops_seed = 1;

  PingFlood pings;
  std::optional<ListMeta> list_meta;  // sent to each new connection; unset: that of the list which is served
  std::optional<ProfileFault> profile;

  std::size_t instruments_limit = 0;  // of a connection; 0: the broker's own
  std::optional<RefusedSubscriptions> refused;
  std::chrono::milliseconds request_delay{0};

  OldTimes times;
  std::optional<std::set<std::string>> books_only;  // instruments of which only the book changes; empty: all

  double lag_seconds = 0;
  double frames_per_second = 0;  // of a connection; 0: no bound
  bool duplicate = false;
  bool out_of_order = false;
  // Each hits one in this many data frames of a connection; 0: none.
  std::uint64_t truncated = 0;
  std::uint64_t corrupted = 0;
  std::uint64_t unknown = 0;
  std::uint64_t oversized = 0;
  std::size_t oversized_bytes = 0;

  bool stops_ticks() const { return (mute && mute->tokens.empty()) || stops_all(); }
  bool stops_all() const { return silence || half_open; }
};

// Checks {"fault":NAME, …} and returns the action that plays the fault.
using FaultAction = std::function<gw::Result<void>(Broker&)>;
gw::Result<FaultAction> read_fault(const nlohmann::json& request);

}  // namespace sim
