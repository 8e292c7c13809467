#include "apps/gateway/environment.hpp"

#include <cstdio>
#include <filesystem>

#include "core/base/text.hpp"
#include "core/database/database_file.hpp"

namespace gw::app {

namespace fs = std::filesystem;

int say(const std::string& sentence) {
  std::printf("%s\n", without_controls(sentence).c_str());
  return kDone;
}

int fail(const std::string& message, int status) {
  std::fprintf(stderr, "broker-gateway: %s\n", without_controls(message).c_str());
  return status;
}

std::optional<config::Loaded> load_config(const Options& options) {
  const auto where = config::locate(options.config);
  if (!where) {
    fail(where.error().message);
    return std::nullopt;
  }
  config::Loaded loaded = config::load(*where);
  if (loaded.problems.empty()) return loaded;
  for (const config::Problem& problem : loaded.problems) std::fprintf(stderr, "%s\n", problem.text().c_str());
  return std::nullopt;
}

std::string plugin_folder(const config::Config& config) {
  if (!config.plugins.directory.empty()) return config.plugins.directory;
  std::error_code ec;
  const fs::path executable = fs::read_symlink("/proc/self/exe", ec);
  const fs::path beside = executable.parent_path().parent_path() / "plugins";
  if (fs::is_directory(beside, ec)) return beside.string();
  // Installed: /usr/bin/broker-gateway and /usr/lib/broker-gateway/plugins.
  const fs::path installed = executable.parent_path().parent_path() / "lib" / "broker-gateway" / "plugins";
  return fs::is_directory(installed, ec) ? installed.string() : beside.string();
}

std::string control_path(const std::string& database) {
  return fs::path(database::real_path(database)).replace_extension(".sock").string();
}

std::string local_key_path(const Options& options) {
  const auto where = config::locate(options.config);
  const fs::path folder = where ? where->folder : fs::current_path();
  return (folder / "state" / "local.key").string();
}

Result<std::unique_ptr<database::Database>> open_database(const config::Config& config) {
  return database::Database::open(config.database, database::IfAbsent::fail);
}

Result<std::unique_ptr<database::Database>> open_for_command(const std::string& database) {
  auto opened = database::Database::open(database, database::IfAbsent::fail);
  if (opened || database::identity_of(database).exists()) return opened;
  return Error{opened.error().message +
               "; run and keys create make one, restore puts a backup there, and --config names another gateway.yaml"};
}

std::shared_ptr<const plugin_host::Library> find_plugin(const std::vector<plugin_host::ScanEntry>& entries,
                                                        const std::string& name) {
  for (const plugin_host::ScanEntry& entry : entries)
    if (entry.library != nullptr && name == entry.library->descriptor().broker) return entry.library;
  return nullptr;
}

std::vector<config::SettingRule> setting_rules(const plugin_host::Library& library) {
  const bgw_plugin_descriptor& d = library.descriptor();
  std::vector<config::SettingRule> rules;
  for (std::uint32_t i = 0; i < d.setting_count; ++i) {
    const bgw_setting& s = d.settings[i];
    config::SettingRule rule;
    rule.name = s.name;
    rule.type = static_cast<config::SettingType>(s.type);
    rule.required = (s.flags & BGW_SETTING_REQUIRED) != 0;
    rule.secret = (s.flags & BGW_SETTING_SECRET) != 0;
    if (s.default_value != nullptr) rule.default_value = s.default_value;
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace gw::app
