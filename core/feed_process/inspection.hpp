// Loads a plugin's file in a short-lived process, which says what the file declares: what its code does there when it
// is loaded, it does to that process alone. POSIX stays in the .cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/feed_process/described_library.hpp"
#include "core/feed_process/process.hpp"
#include "core/plugin_host/library_copy.hpp"

namespace gw::feed_process {

// The command that the gateway runs its own executable with: two descriptors, two limits and the file's name follow.
inline constexpr const char* kInspectWord = "inspect-plugin";

// What became of the file in that process.
struct Inspection {
  std::string refusal = {};  // why the file must not be loaded; empty: it may be
  bool is_harmful = false;   // it ended the process, or did not return: no other gateway could load it either
  Brokers brokers = {};      // of a file that may be loaded; none of them is loaded here
};

// Waits for the outcome, at most `limit_ns`. [any; the process ends when the calling thread does]
Inspection inspect(const std::shared_ptr<plugin_host::LibraryCopy>& copy, const Limits& limits, std::int64_t limit_ns);

// What that process does: takes over both descriptors, loads the copy, and says what came of it. The exit status.
// [main]
int run_inspection(int socket, int library, const Limits& limits, const std::string& file);

}  // namespace gw::feed_process
