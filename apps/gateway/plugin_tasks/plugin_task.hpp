// One call into a plugin that the gateway does not make itself: a process begins for it, answers, and ends. Threads:
// any, which waits.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/base/log.hpp"
#include "core/base/result.hpp"
#include "core/feed_process/packing.hpp"
#include "core/feed_process/process.hpp"
#include "core/plugin_host/library.hpp"

namespace gw::app {

// The command that the gateway runs its own executable with; two descriptors follow: the socket, and the library.
inline constexpr const char* kTaskWord = "plugin-task";

enum class Task : std::uint32_t { parse_list, built_in_list, next_page, judge_list, log_in };
// What the process says, the first value of each message. After `done` it ends.
enum class Said : std::uint32_t { place_word, rows, skipped, progress, done };

struct TaskOptions {
  feed_process::Limits limits;
  log::Level level = log::Level::info;
  std::int64_t silence_ns = 10'000'000'000;  // a process that says nothing for so long is killed
  std::function<bool()> is_wanted;           // false: the process is killed; empty: it is wanted [the same thread]
};

// Has `task` done with `question`, and gives all that the process says to `take`, `done` among it. An error: the
// process did not come to the end of it.
Result<void> run_task(const plugin_host::Library& library, const TaskOptions& options, Task task,
                      const feed_process::Packer& question,
                      const std::function<void(Said said, feed_process::Unpacker& from)>& take);

}  // namespace gw::app
