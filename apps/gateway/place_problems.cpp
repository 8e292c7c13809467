#include "apps/gateway/place_problems.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>

#include <unistd.h>

#include "apps/gateway/environment.hpp"
#include "apps/gateway/options_of.hpp"
#include "apps/gateway/own_files.hpp"
#include "core/proxy/listener.hpp"

namespace gw::app {
namespace {

namespace fs = std::filesystem;

enum class Kind { file, stream };  // a stream is only appended to: it may be a terminal, or what standard error is

// Why what is at `path` is nothing to be written as that; empty: it is.
std::string why_not_of_kind(const fs::path& path, Kind kind) {
  if (path.filename().empty()) return "is a folder";
  std::error_code ec;
  const fs::file_type type = fs::status(path, ec).type();
  if (type == fs::file_type::directory) return "is a folder";
  if (type == fs::file_type::block) return "is a device";
  if (type == fs::file_type::character) return kind == Kind::stream ? "" : "is a device";
  // Opening a named pipe waits for its reader, and a socket cannot be opened. One that this process has open already
  // has a name in these folders.
  const std::string text = path.string();
  if (kind == Kind::stream && (text.starts_with("/dev/") || text.starts_with("/proc/self/"))) return {};
  if (type == fs::file_type::fifo) return "is a named pipe";
  return type == fs::file_type::socket ? "is a socket" : "";
}

// Why no file can be written at `path`, whose missing folders would be made; empty: nothing is known against it.
std::string why_not_written(const fs::path& path, Kind kind) {
  std::error_code ec;
  if (const std::string why = why_not_of_kind(path, kind); !why.empty()) return why;
  if (fs::exists(path, ec)) return ::access(path.c_str(), W_OK) == 0 ? "" : std::strerror(errno);
  fs::path folder = path.parent_path();
  while (!folder.empty() && !fs::exists(folder, ec) && folder != folder.parent_path()) folder = folder.parent_path();
  if (!fs::is_directory(folder, ec)) return folder.string() + " is not a folder";
  // What the mode and the user say is not all: there are read-only and virtual file systems.
  std::string trial = (folder / ".broker-gateway-XXXXXX").string();
  const int fd = ::mkstemp(trial.data());
  if (fd < 0) return std::strerror(errno) + (" in " + folder.string());
  ::close(fd);
  ::unlink(trial.c_str());
  return {};
}

}  // namespace

std::string why_not_stored(const std::string& path) { return why_not_written(path + ".new", Kind::file); }

namespace {

// True: something is wrong.
bool check_written(const config::Loaded& loaded, const char* key, const std::string& path, Kind kind,
                   std::vector<config::Problem>& problems) {
  if (path.empty()) return false;
  const std::string why = why_not_written(path, kind);
  if (!why.empty())
    problems.push_back(
        {loaded.file, loaded.line_of(key), key, path + " (" + why + ")", "a file that the gateway can write"});
  return !why.empty();
}

// `what` is at `file`, which is `path` itself, or goes with it as `how` says.
config::Problem not_alone(const config::Loaded& loaded, const char* key, const std::string& path,
                          const std::string& file, const char* how, const std::string& what) {
  const std::string which = file == path ? "" : file + how;
  return {loaded.file, loaded.line_of(key), key, path + " (" + which + "is " + what + ")",
          "a file of its own, because the gateway writes it"};
}

void check_database_is_alone(const config::Loaded& loaded, const OwnFiles& own,
                             std::vector<config::Problem>& problems) {
  const std::string& path = loaded.config.database;
  const std::vector<std::string> files = files_of_database(path);
  for (const std::string& file : files) {
    // Of a log that is the database, it is the log's key that is wrong.
    const std::string what = own.what_is_at(file, {"database", "log.file"});
    if (what.empty()) continue;
    const std::string& named = file == files.front() ? path : file;
    return problems.push_back(not_alone(loaded, "database", path, named, ", which belongs to it, ", what));
  }
}

void check_log_is_alone(const config::Loaded& loaded, const OwnFiles& own, std::vector<config::Problem>& problems) {
  const config::Log& log = loaded.config.log;
  if (log.file.empty()) return;
  for (int number = 0; number <= log.rotate.keep; ++number) {
    std::string file = log.file;
    if (number != 0) file.append(".").append(std::to_string(number));
    const std::string what = own.what_is_at(file, {"log.file"});
    if (what.empty()) continue;
    return problems.push_back(not_alone(loaded, "log.file", log.file, file, ", which rotation writes, ", what));
  }
}

}  // namespace

std::vector<config::Problem> written_file_problems(const config::Loaded& loaded) {
  std::vector<config::Problem> problems;
  const OwnFiles own(loaded);
  if (!check_written(loaded, "database", loaded.config.database, Kind::file, problems))
    check_database_is_alone(loaded, own, problems);
  const std::size_t others = problems.size();
  check_log_is_alone(loaded, own, problems);
  if (problems.size() == others) check_written(loaded, "log.file", loaded.config.log.file, Kind::stream, problems);
  return problems;
}

std::vector<config::Problem> listen_problems(const config::Loaded& loaded) {
  const config::Server& server = loaded.config.server;
  std::vector<config::Problem> problems;
  const auto check = [&](const std::vector<std::string>& hosts, int port, const char* port_key) {
    for (const std::string& host : hosts) {
      const proxy::ListenProblem problem = proxy::check_address(host, static_cast<std::uint16_t>(port));
      const bool is_known = std::any_of(problems.begin(), problems.end(),
                                        [&](const config::Problem& p) { return p.found.starts_with(host + " ("); });
      if (problem.fault == proxy::ListenFault::host && !is_known)
        problems.push_back({loaded.file, loaded.line_of("server.host"), "server.host", host + " (" + problem.why + ')',
                            "an address of this machine"});
      if (problem.fault == proxy::ListenFault::port)
        problems.push_back({loaded.file, loaded.line_of(port_key), port_key,
                            std::to_string(port) + " (" + problem.why + " at " + host + ')',
                            "a port that this user may open, like 8765"});
    }
  };
  check(plain_hosts(server), server.port, "server.port");
  if (server.tls.port != 0) check(server.host, server.tls.port, "server.tls.port");
  return problems;
}

std::vector<config::Problem> plugin_folder_problems(const config::Loaded& loaded) {
  const std::string folder = plugin_folder(loaded.config);
  std::error_code failed;
  const fs::directory_iterator readable(folder, failed);
  if (!failed) return {};
  constexpr const char* kKey = "plugins.directory";
  return {{loaded.file, loaded.line_of(kKey), kKey, folder + " (" + failed.message() + ")",
           "the folder with the brokers' plugins"}};
}

std::vector<config::Problem> plugin_problems(const config::Loaded& loaded,
                                             const std::vector<plugin_host::ScanEntry>& plugins) {
  if (!plugin_folder_problems(loaded).empty()) return {};
  std::set<std::string> known;
  for (const plugin_host::ScanEntry& entry : plugins)
    if (entry.library != nullptr) known.insert(entry.library->descriptor().broker);
  std::string names;
  for (const std::string& name : known) names += (names.empty() ? "" : ", ") + name;
  std::vector<config::Problem> problems;
  for (const config::Broker& broker : loaded.config.brokers) {
    if (!broker.enabled || known.contains(broker.plugin)) continue;
    const std::string key = "brokers." + broker.name + ".plugin";
    const std::string file = broker.plugin + ".so";
    std::string found =
        broker.plugin + ", and " + (fs::path(plugin_folder(loaded.config)) / file).string() + " is not there";
    for (const plugin_host::ScanEntry& entry : plugins)
      if (entry.file == file && entry.library == nullptr) found = broker.plugin + ", and " + entry.refusal;
    const int line = loaded.line_of(key) != 1 ? loaded.line_of(key) : broker.line;
    problems.push_back({loaded.file, line, key, std::move(found),
                        names.empty() ? "a plugin of plugins.directory, which has none" : "one of " + names});
  }
  return problems;
}

}  // namespace gw::app
