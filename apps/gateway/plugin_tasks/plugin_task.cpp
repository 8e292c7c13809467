#include "apps/gateway/plugin_tasks/plugin_task.hpp"

#include <filesystem>
#include <optional>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/text.hpp"
#include "core/feed_process/log_relay.hpp"
#include "core/feed_process/message_socket.hpp"
#include "core/plugin_host/library_copy.hpp"

namespace gw::app {
namespace {

using feed_process::MessageSocket;
using feed_process::Packer;
using feed_process::Process;
using feed_process::Unpacker;

constexpr int kLookMs = 100;

// The end of a task, watched by the thread that waits for it.
class Watch {
 public:
  Watch(const TaskOptions& options, std::string plugin, const MessageSocket& socket, Process process)
      : options_(options), socket_(socket), process_(std::move(process)), relay_(std::move(plugin)) {}

  Result<void> wait(const std::function<void(Said, Unpacker&)>& take) {
    std::int64_t last_ns = monotonic_ns();
    for (;;) {
      const auto received = socket_.receive(kLookMs);
      relay();
      if (received && !received->is_over) {
        last_ns = monotonic_ns();
        Unpacker from(received->message);
        const auto said = from.take<Said>();
        if (said == Said::done)
          if (std::string problem = from.take_text(); !problem.empty()) return Error{std::move(problem)};
        take(said, from);
        if (said == Said::done) return from.is_whole() ? Result<void>{} : Error{"its process said something else"};
        continue;
      }
      if (auto ended = process_.ended()) return Error{"its process " + *ended};
      if (received) process_.kill();  // its end of the socket is closed, and nothing can come of it
      if (options_.is_wanted && !options_.is_wanted()) return Error{"the gateway ends it"};
      if (monotonic_ns() - last_ns > options_.silence_ns)
        return Error{"its process said nothing for " + seconds_text(options_.silence_ns) + " and was killed"};
    }
  }

 private:
  void relay() {
    for (std::string said = process_.read_output(); !said.empty(); said = process_.read_output()) relay_.take(said);
  }

  const TaskOptions& options_;
  const MessageSocket& socket_;
  Process process_;  // killed where it has not ended
  feed_process::LogRelay relay_;
};

}  // namespace

Result<void> run_task(const plugin_host::Library& library, const TaskOptions& options, Task task,
                      const Packer& question, const std::function<void(Said said, Unpacker& from)>& take) {
  auto sockets = MessageSocket::make_pair();
  if (!sockets) return sockets.error();
  Packer first;
  first.put(task);
  first.put_text(library.path());
  first.put_text(library.descriptor().broker);
  first.put(options.level);
  first.put(options.limits);
  first.put_text(question.bytes());
  if (!sockets->first.send(first.bytes())) return Error{"its process can be told nothing"};
  const int copy = library.copy();
  const int socket = sockets->second.descriptor();
  auto begun =
      Process::begin({"broker-gateway", kTaskWord, std::to_string(socket), std::to_string(copy)}, {socket, copy});
  sockets->second.close();
  if (!begun) return begun.error();
  Watch watch(options, std::filesystem::path(library.path()).filename().string(), sockets->first, std::move(*begun));
  return watch.wait(take);
}

}  // namespace gw::app
