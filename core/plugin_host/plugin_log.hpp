// What one broker's plugin can fill the log with, each kind of line within a limit of its own. All adapter objects of
// the broker share it, and their contexts, which outlive the link, keep it. [any]
#pragma once

#include "core/base/log_limit.hpp"

namespace gw::plugin_host {

// The most of one line of a plugin's own words: leaves room for the name before them and for what is said of a cut.
inline constexpr std::size_t kMaxSaid = log::kMaxMessage - 512;

struct PluginLog {
  log::Limited said{"plugin", "thread", {.lines_per_second = 10, .bytes_per_second = 8 * 1024}};  // by its own words
  log::Limited failed_calls{"plugin", "function"};
  log::Limited misplaced_calls{"plugin", "function"};
  log::Limited refused_frames{"plugin", "socket"};
  log::Limited ended_sockets{"broker", "socket"};
  log::Limited refused_subscriptions{"broker", "instrument"};
};

}  // namespace gw::plugin_host
