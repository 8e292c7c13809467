// The words of the command line: which commands there are, what each takes, and what help says of it. The one table of
// them: help, the manual page and the completions are made from it. [main]
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "apps/gateway/commands/commands.hpp"

namespace gw::app {

// What was read from the words; a plain record.
struct CommandLine {
  Options options;
  RunRequest run;
  KeyRequest key;
  WatchRequest watch;
  SearchRequest search;
  TailRequest tail;
  SubsRequest subs;
  LoginRequest login;
  BrokerRequest asked;
  PluginRequest plugin;
  BrokersOfUser brokers;
  std::string key_id;
  std::string user, broker, file;
  std::optional<std::string> date;
  bool force = false;
  std::function<int()> action;  // of the command that was named; returns the exit status
};

using RunGateway = std::function<int(const Options& options, const RunRequest& request)>;
// `c` outlives the result, whose parse() fills it. `run` is what the command `run` does.
std::unique_ptr<CLI::App> make_command_line(CommandLine& c, RunGateway run);

// ---- the parts of it
// Adds a subcommand that takes --config, and --json if `reads`.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& help, Options& options, bool reads);
void add_account_commands(CLI::App& app, CommandLine& c);
void add_file_commands(CLI::App& app, CommandLine& c);
void add_running_commands(CLI::App& app, CommandLine& c);
void add_client_commands(CLI::App& app, CommandLine& c);

}  // namespace gw::app
