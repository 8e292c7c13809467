// What passes between a gateway and the process of one broker's link, beside the shared memory: commands and their
// answers on one socket, questions of the link and their answers on another. Both are processes of the same executable.
// [any]
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bgw/abi.h"
#include "core/base/log.hpp"
#include "core/base/outgoing.hpp"
#include "core/feed_process/packing.hpp"
#include "core/feed_process/process.hpp"
#include "core/plugin_host/link_options.hpp"
#include "core/plugin_host/link_report.hpp"
#include "core/registry/capabilities.hpp"
#include "core/transport/backoff.hpp"

namespace gw::feed_process {

// The first value of each message.
enum class Kind : std::uint32_t {
  // ---- gateway to link
  prepare,  // Setup; answered by `prepared`
  start,
  relogin,  // number of the login, settings
  retry,    // number of the login
  report,   // number; answered by `reported`
  stop,
  // ---- link to gateway
  prepared,        // Prepared
  reported,        // number, then the report
  list_announced,  // etag
  session_seen,    // symbol, exchange, time, whether in time
  // ---- questions of the link, each answered by one bool
  is_open,      // exchange, kind, time
  has_hours,    // exchange
  is_expected,  // symbol, exchange, time
};

// Which of the processes' descriptors are which; by number, as the child inherits them.
struct Descriptors {
  int commands = -1;
  int questions = -1;
  int memory = -1;
  int adapter_bell = -1;
  int routing_bell = -1;
  int library = -1;
};

// Everything that a link is made with.
struct Setup {
  std::string file;    // of the plugin, for people
  std::string broker;  // of that file
  log::Level level = log::Level::info;
  Limits limits;
  // Of these: name, settings, reconnect, outgoing, record_folder, limits. What is a function there asks the gateway,
  // where it has one.
  plugin_host::LinkOptions options;
  bool asks_market = false;  // whether options.market_open and has_hours are there
};

// What the link's first adapter object says.
struct Prepared {
  std::string problem;  // empty: the link can be started
  std::vector<bgw_capability> capabilities;
  registry::Limits limits;
  std::int64_t stall_limit_ns = 0;
};

std::string pack(const Setup& setup);
Setup unpack_setup(Unpacker& from);
std::string pack(const Prepared& prepared);
Prepared unpack_prepared(Unpacker& from);
void put_settings(Packer& to, const std::vector<plugin_host::AdapterSetting>& settings);
std::vector<plugin_host::AdapterSetting> take_settings(Unpacker& from);
void put_report(Packer& to, const std::optional<plugin_host::LinkReport>& report);
std::optional<plugin_host::LinkReport> take_report(Unpacker& from);

// What the capabilities say, without their flags, which are the descriptor's.
std::vector<bgw_capability> declared(const registry::Capabilities& capabilities);

}  // namespace gw::feed_process
