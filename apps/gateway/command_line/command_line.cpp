#include "apps/gateway/command_line/command_line.hpp"

#include "apps/gateway/command_line/command_documents.hpp"
#include "apps/gateway/command_line/command_examples.hpp"
#include "apps/gateway/command_line/command_words.hpp"
#include "core/base/version.hpp"

namespace gw::app {

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& help, Options& options,
                      bool reads) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->add_option("--config", options.config, "the configuration file (default: ./gateway.yaml)");
  if (reads) command->add_flag("--json", options.json, "machine-readable output");
  return command;
}

std::unique_ptr<CLI::App> make_command_line(CommandLine& c, RunGateway run) {
  auto made =
      std::make_unique<CLI::App>("Market data from stock brokers, over one WebSocket protocol", "broker-gateway");
  CLI::App& app = *made;
  app.formatter(help_formatter());
  app.add_option("--config", c.options.config, "the configuration file (default: ./gateway.yaml)");
  app.set_version_flag("--version", std::string("broker-gateway ") + gw::version());
  app.require_subcommand(1);
  CLI::App* serve = add_command(app, "run", "serves in the foreground", c.options, false);
  serve->add_option("--ready-file", c.run.ready_file, "a file to write as soon as clients are served (default: none)");
  serve->add_option(
      "--record", c.run.record,
      "a folder: keeps there what plugins are given and what they answer, without secrets (default: none)");
  serve->callback([&c, run = std::move(run)] { c.action = [&c, run] { return run(c.options, c.run); }; });
  add_command(app, "check-config", "validates gateway.yaml, plugins' settings included", c.options, true)
      ->callback([&c] { c.action = [&c] { return check_config(c.options); }; });
  add_command(app, "doctor", "looks at all that keeps a gateway from serving, and says what to do", c.options, true)
      ->callback([&c] { c.action = [&c] { return doctor(c.options); }; });
  add_running_commands(app, c);
  add_client_commands(app, c);
  add_account_commands(app, c);
  add_file_commands(app, c);
  add_command(app, "version", "version and what it was built with", c.options, true)->callback([&c] {
    c.action = [&c] { return version(c.options); };
  });
  add_examples(app);
  add_document_commands(app, c);
  return made;
}

}  // namespace gw::app
