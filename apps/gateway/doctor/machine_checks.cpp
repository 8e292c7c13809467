#include "apps/gateway/doctor/machine_checks.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "apps/gateway/commands/local_clock.hpp"
#include "apps/gateway/doctor/system_probe.hpp"
#include "apps/gateway/options_of.hpp"
#include "core/base/clock.hpp"
#include "core/base/owner.hpp"
#include "core/database/backup.hpp"
#include "core/database/database_file.hpp"
#include "version.hpp"

namespace gw::app {
namespace {

namespace fs = std::filesystem;

struct Port {
  std::string key;
  std::string host;
  int number;
  bool is_ours;  // the running gateway has it
};

void check_port(const Port& port, const std::string& mute, Findings& findings) {
  const std::string subject = port.key;
  const std::string where = port.host + ':' + std::to_string(port.number);
  if (port.number == 0) return findings.ok(subject, "any free one is taken");
  if (port.is_ours) return findings.ok(subject, where + " is served by the running gateway");
  const int failed = try_port(port.host, port.number);
  if (failed == 0) return findings.ok(subject, where + " is free");
  if (failed == EADDRINUSE && !mute.empty())
    return findings.warning(subject, where + " is taken, as it seems by the gateway that runs here (" + mute + ")",
                            "see above what keeps that gateway from answering");
  if (failed == EADDRINUSE)
    return findings.fault(subject, where + " is taken by another program",
                          "find it with: ss -ltnp 'sport = :" + std::to_string(port.number) +
                              "', and end it, or set another " + port.key + " in gateway.yaml");
  if (failed == EACCES)
    return findings.fault(subject, where + " needs privileges that this user lacks",
                          "set a " + port.key + " of 1024 or more");
  findings.fault(subject, where + ": " + (failed < 0 ? "the host has no address" : std::strerror(failed)),
                 "set a host of this machine in gateway.yaml");
}

std::string size_text(std::uintmax_t bytes) {
  constexpr double kGiB = 1024.0 * 1024 * 1024;
  char text[32];
  const double gib = static_cast<double>(bytes) / kGiB;
  std::snprintf(text, sizeof text, gib < 1 ? "%.0f MiB" : "%.1f GiB", gib < 1 ? gib * 1024 : gib);
  return text;
}

// The folder that there is, of a path that may not be there yet.
fs::path existing_folder(const std::string& path) {
  std::error_code ec;
  fs::path folder = fs::absolute(path, ec).parent_path();
  while (!fs::is_directory(folder, ec) && folder != folder.parent_path()) folder = folder.parent_path();
  return folder;
}

void check_disk(const std::string& subject, const std::string& path, Findings& findings) {
  constexpr std::uintmax_t kFull = 64ULL << 20;
  constexpr std::uintmax_t kLow = 512ULL << 20;
  std::error_code ec;
  const fs::path folder = existing_folder(path);
  const fs::space_info space = fs::space(folder, ec);
  const std::string text = size_text(space.available) + " free in " + folder.string();
  if (ec) return findings.fault(subject, folder.string() + ": " + ec.message(), "mount it, or name another folder");
  if (space.available < kFull) return findings.fault(subject, text, "make room: keys and lists cannot be written soon");
  if (space.available < kLow) return findings.warning(subject, text, "make room before it is full");
  findings.ok(subject, text);
}

}  // namespace

void check_clock(Findings& findings) {
  const std::int64_t now = wall_ns();
  const std::string text = local_time(now) + ", local zone " + local_clock(now).substr(9);
  constexpr std::int64_t kBuilt = GW_REVISION_TIME;  // seconds; 0: not known
  if (kBuilt != 0 && now / 1'000'000'000 < kBuilt)
    return findings.fault("clock", text + ": before this program was made, " + iso_time(kBuilt * 1'000'000'000),
                          "set the clock: timedatectl set-ntp true");
  findings.ok("clock", text + "; login.at and the log go by this zone");
}

void check_ports(const config::Loaded& loaded, std::optional<int> served_port, bool serves_zeromq,
                 const std::string& mute, Findings& findings) {
  const config::Server& server = loaded.config.server;
  const bool runs = served_port.has_value();
  if (runs && server.port != 0 && *served_port != server.port)
    findings.warning(
        "server.port",
        "the running gateway serves port " + std::to_string(*served_port) + ", not " + std::to_string(server.port),
        "free the port, then start the gateway anew");
  for (const std::string& host : plain_hosts(server))
    check_port({"server.port", host, server.port, runs && *served_port == server.port}, mute, findings);
  for (const std::string& host : server.host)
    if (server.tls.port != 0) check_port({"server.tls.port", host, server.tls.port, runs}, mute, findings);
  const config::ZeroMq& zeromq = loaded.config.zeromq;
  if (zeromq.enabled) check_port({"zeromq.port", zeromq.host, zeromq.port, runs && serves_zeromq}, mute, findings);
}

void check_database(const std::string& path, const std::string& holder, Findings& findings) {
  const std::string subject = "database";
  if (!database::identity_of(path).exists() && !holder.empty())
    return findings.fault(subject, path + ": its file is gone, and the gateway that runs (" + holder + ") had it",
                          "put it back, or end the gateway and restore a backup");
  if (!database::identity_of(path).exists())
    return findings.ok(subject, path + " is not there yet; the first start makes it");
  if (const int failed = try_file(path); failed != 0)
    return findings.fault(subject, path + ": " + std::strerror(failed) + of_its_owner(path),
                          "run the command and the gateway as that user");
  std::error_code ec;
  const auto others = fs::perms::group_all | fs::perms::others_all;
  if ((fs::status(path, ec).permissions() & others) != fs::perms::none && !ec)
    findings.fault(subject, path + ": others can read it, and with it the hashes of keys", "chmod 600 " + path);
  if (const auto good = database::Backup::check(path); !good) {
    std::string text = good.error().message;
    if (text.starts_with("backup ")) text.erase(0, 7);
    text.resize(std::min(text.find('\n'), text.size()));  // what follows are further damages
    return findings.fault(subject, text, "end the gateway, then: broker-gateway restore FILE, of a backup");
  }
  findings.ok(subject, path + " is whole");
}

void check_disks(const config::Loaded& loaded, Findings& findings) {
  check_disk("disk", loaded.config.database, findings);
  const std::string& log = loaded.config.log.file;
  if (!log.empty() && existing_folder(log) != existing_folder(loaded.config.database))
    check_disk("disk of the log", log, findings);
}

}  // namespace gw::app
