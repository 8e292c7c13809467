#include "apps/gateway/own_files.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "apps/gateway/environment.hpp"

namespace gw::app {
namespace {

constexpr std::array kParts = {
    std::pair{"", "the database"},
    std::pair{"-wal", "the database's write-ahead log"},
    std::pair{"-shm", "the database's shared memory"},
    std::pair{"-journal", "the database's journal"},
    std::pair{".lock", "the database's lock"},
};

}  // namespace

OwnFiles::OwnFiles(const std::string& file, const std::string& database) {
  if (!file.empty()) {
    add("", file, "the configuration file");
    const auto folder = std::filesystem::path(file).parent_path();
    add("", (folder / "config" / "calendar.yaml").string(), "the calendar");
  }
  const std::string real = database::real_path(database);
  for (const auto& [part, what] : kParts) add("database", real + part, what);
  add("database", control_path(database), "the control socket");
}

OwnFiles::OwnFiles(const config::Loaded& loaded)
    : OwnFiles(loaded.is_built_in ? std::string() : loaded.file, loaded.config.database) {
  const config::Config& config = loaded.config;
  add("log.file", config.log.file, "the log");
  add("server.tls.certificate", config.server.tls.certificate, "the file of server.tls.certificate");
  add("server.tls.key", config.server.tls.key, "the file of server.tls.key");
  for (const config::Broker& broker : config.brokers)
    for (const config::Setting& setting : broker.settings)
      for (const config::Value& value : setting.values)
        if (value.source == config::Value::Source::file)
          add(setting_key(broker, setting.key), value.text, "the file of " + setting_key(broker, setting.key));
}

void OwnFiles::add(std::string key, const std::string& path, std::string what) {
  if (path.empty()) return;
  files_.push_back({std::move(key), database::real_path(path), database::identity_of(path), std::move(what)});
}

std::string OwnFiles::what_is_at(const std::string& path, const std::vector<std::string>& ignored) const {
  const std::string real = database::real_path(path);
  const database::FileIdentity identity = database::identity_of(path);
  for (const File& file : files_) {
    const bool counts = file.key.empty() || std::find(ignored.begin(), ignored.end(), file.key) == ignored.end();
    if (counts && (file.real_path == real || (identity.exists() && file.identity == identity))) return file.what;
  }
  return {};
}

std::vector<std::string> files_of_database(const std::string& database) {
  const std::string real = database::real_path(database);
  std::vector<std::string> files;
  files.reserve(kParts.size() + 1);
  for (const auto& [part, what] : kParts) files.push_back(real + part);
  files.push_back(control_path(database));
  return files;
}

std::string setting_key(const config::Broker& broker, const std::string& setting) {
  return "brokers." + broker.name + ".settings." + setting;
}

}  // namespace gw::app
