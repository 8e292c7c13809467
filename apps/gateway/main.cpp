// The command line: calls the function of each command, which is in commands/ or gateway.cpp.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string_view>

#include <CLI/CLI.hpp>

#include "apps/gateway/command_line/command_line.hpp"
#include "apps/gateway/command_line/command_words.hpp"
#include "apps/gateway/descriptors.hpp"
#include "apps/gateway/end_watch.hpp"
#include "apps/gateway/feed_process_command.hpp"
#include "apps/gateway/gateway.hpp"
#include "apps/gateway/plugin_scan.hpp"
#include "apps/gateway/plugin_tasks/plugin_task.hpp"
#include "apps/gateway/plugin_tasks/task_command.hpp"
#include "apps/gateway/service/service_manager.hpp"
#include "apps/gateway/signals.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/feed_process/child.hpp"
#include "core/plugin_host/feed_thread.hpp"
#include "core/recording/recording_file.hpp"

namespace {

using namespace gw::app;

char kHelpOption[] = "--help";
constexpr std::int64_t kRecordingNs = 2'000'000'000;  // for the rest of recordings, at the end

// A thread that a plugin or a name server keeps goes on until the process is gone: what the end of main would destroy
// is still its own.
void end_now_if_a_thread_goes_on(int status) {
  if (!gw::plugin_host::FeedThread::any_goes_on()) return;
  std::fflush(nullptr);
  std::_Exit(status);
}

int run(const Options& options, const RunRequest& request) {
  block_signals();
  EndWatch end;  // already while the configuration is read, whose file system may hang
  const ServiceManager manager;
  auto loaded = load_config(options);
  if (!loaded) return kWrong;
  raise_descriptor_limit();
  write_log_on_crash();
  Gateway gateway(options, std::move(*loaded), end, manager);
  if (const auto started = gateway.start(request); !started) {
    gateway.stop();
    gw::log::end_thread();
    gw::log::print_error("broker-gateway: " + started.error().message + '\n');
    end_now_if_a_thread_goes_on(gateway.config_is_wrong() ? kWrong : kCouldNot);
    return gateway.config_is_wrong() ? kWrong : kCouldNot;
  }
  end.started();
  for (Asked asked = wait_for_signal(); asked != Asked::to_end; asked = wait_for_signal()) {
    gw::log::reopen();
    if (asked == Asked::to_reload) gateway.reload();
  }
  end.begin();
  manager.stopping();
  gateway.stop();
  gw::recording::drain(kRecordingNs);
  gw::log::end_thread();
  end_now_if_a_thread_goes_on(kDone);
  return kDone;
}

}  // namespace

int main(int argc, char** argv) {
  keep_standard_descriptors();
  ignore_file_size_limit();
  if (argc > 1 && std::string_view(argv[1]) == gw::feed_process::kProcessWord)
    return feed_process_command({argv + 2, argv + argc});
  if (argc > 1 && std::string_view(argv[1]) == gw::feed_process::kInspectWord)
    return inspect_plugin_command({argv + 2, argv + argc});
  if (argc > 1 && std::string_view(argv[1]) == kTaskWord) return plugin_task_command({argv + 2, argv + argc});
  // "help" and "help status", as many other programs have it.
  if (argc > 1 && std::string_view(argv[1]) == "help") {
    std::rotate(argv + 1, argv + 2, argv + argc);
    argv[argc - 1] = kHelpOption;
  }
  CommandLine c;
  const auto app = make_command_line(c, run);
  try {
    app->parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (const std::string unknown = unknown_word(*app, {argv + 1, argv + argc});
        !unknown.empty() && e.get_exit_code() != 0)
      return fail(unknown, kWrong);
    std::ostringstream wrong;  // it repeats what it was given
    const bool is_good = app->exit(e, std::cout, wrong) == 0;
    std::fputs(gw::without_controls(wrong.str()).c_str(), stderr);
    return is_good ? kDone : kWrong;
  }
  const int status = c.action();
  end_now_if_a_thread_goes_on(status);
  return status;
}
