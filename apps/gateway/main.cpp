// The command line: calls the function of each command, which is in commands/ or gateway.cpp.
#include "apps/gateway/command_line/command_line.hpp"
#include "apps/gateway/command_line/command_words.hpp"
#include "apps/gateway/descriptors.hpp"
#include "apps/gateway/end_watch.hpp"
#include "apps/gateway/gateway.hpp"
#include "apps/gateway/service/service_manager.hpp"
#include "apps/gateway/signals.hpp"
#include "core/base/log.hpp"

namespace {

using namespace gw::app;

int run(const Options& options, const std::optional<std::string>& ready_file) {
  block_signals();
  const ServiceManager manager;
  auto loaded = load_config(options);
  if (!loaded) return kWrong;
  raise_descriptor_limit();
  write_log_on_crash();
  EndWatch end;
  Gateway gateway(options, std::move(*loaded), end, manager);
  if (const auto started = gateway.start(ready_file); !started) {
    gateway.stop();
    gw::log::end_thread();
    gw::log::print_error("broker-gateway: " + started.error().message + '\n');
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
  gw::log::end_thread();
  return kDone;
}

}  // namespace

int main(int argc, char** argv) {
  keep_standard_descriptors();
  CommandLine c;
  const auto app = make_command_line(c, run);
  try {
    app->parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (const std::string unknown = unknown_word(*app, {argv + 1, argv + argc});
        !unknown.empty() && e.get_exit_code() != 0)
      return fail(unknown, kWrong);
    return app->exit(e) == 0 ? kDone : kWrong;
  }
  return c.action();
}
