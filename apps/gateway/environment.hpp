// What every command begins with: the configuration, where things lie, and how a command ends.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/config/load.hpp"
#include "core/config/settings.hpp"
#include "core/database/database.hpp"
#include "core/plugin_host/scanner.hpp"

namespace gw::app {

inline constexpr int kDone = 0;
inline constexpr int kCouldNot = 1;
inline constexpr int kWrong = 2;

struct Options {
  std::optional<std::string> config;
  std::optional<std::string> socket;  // the control socket; not given: the one beside the database
  bool json = false;
};

// What `run` takes besides.
struct RunRequest {
  std::optional<std::string> ready_file;
  std::optional<std::string> record;  // the folder of recordings
};

// Loads the configuration. On problems prints them all to standard error and returns nothing.
std::optional<config::Loaded> load_config(const Options& options);
std::string plugin_folder(const config::Config& config);
// The Unix socket beside the database.
std::string control_path(const std::string& database);
std::string local_key_path(const Options& options);
// Opens the database where there is one; makes none.
Result<std::unique_ptr<database::Database>> open_database(const config::Config& config);
// The same for a command: the error says, too, what makes a database.
Result<std::unique_ptr<database::Database>> open_for_command(const std::string& database);

// The plugin of that name; null: not there, or refused.
std::shared_ptr<const plugin_host::Library> find_plugin(const std::vector<plugin_host::ScanEntry>& entries,
                                                        const std::string& name);
std::vector<config::SettingRule> setting_rules(const plugin_host::Library& library);

// Prints a sentence to standard output; returns kDone.
int say(const std::string& sentence);
// Prints to standard error; returns the exit status.
int fail(const std::string& message, int status = kCouldNot);

}  // namespace gw::app
