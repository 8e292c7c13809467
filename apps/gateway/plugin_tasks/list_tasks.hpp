// Instrument lists through a plugin, inside this process or in one of its own: both do the same. Threads: any, which
// waits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "apps/gateway/list_download.hpp"
#include "apps/gateway/plugin_tasks/plugin_task.hpp"
#include "core/feed_process/message_socket.hpp"
#include "core/instruments/import.hpp"

namespace gw::app {

// Calls of bgw.instruments/1 of one plugin.
class ListCalls {
 public:
  // `library` has the extension and outlives this. `process`: what a process of its own may do; nothing: called inside
  // this one.
  ListCalls(const plugin_host::Library& library, std::optional<TaskOptions> process);

  // As Import::read_file and Import::read_builtin.
  Result<void> read_file(instruments::Import& into, const std::string& file,
                         const instruments::Import::Progress& progress) const;
  Result<void> read_builtin(instruments::Import& into) const;
  // What the plugin says of a download. This outlives the functions.
  ListPages pages() const;

 private:
  Result<std::optional<std::string>> next_page(const std::string& file, std::uint32_t pages) const;
  std::string judge(int status, const std::string& body) const;
  Result<void> read(instruments::Import& into, Task task, const std::string& file,
                    const instruments::Import::Progress& progress) const;

  const plugin_host::Library& library_;
  const bgw_instruments& extension_;
  std::optional<TaskOptions> process_;
};

// Does such a task in the process that was begun for it, and says all of it but `done`. The error is that of the
// plugin, or of what it was given.
Result<void> do_list_task(Task task, const plugin_host::Library& library, feed_process::Unpacker& question,
                          const feed_process::MessageSocket& socket, feed_process::Packer& answer);

}  // namespace gw::app
