#include "apps/gateway/plugin_quarantine.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <nlohmann/json.hpp>

#include "core/base/clock.hpp"
#include "core/base/dates.hpp"
#include "core/base/log.hpp"
#include "core/base/version.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kShownDigits = 12;
constexpr std::size_t kMinDigits = 4;

}  // namespace

std::string PluginQuarantine::path_beside(const std::string& database) {
  return std::filesystem::path(database).replace_extension(".quarantine").string();
}

PluginQuarantine::PluginQuarantine(const std::string& database) : path_(path_beside(database)) {
  std::ifstream in(path_);
  for (std::string line; std::getline(in, line);) {
    const Json one = Json::parse(line, nullptr, false);
    if (!one.is_object()) continue;
    const auto text = [&one](const char* key) {
      const auto found = one.find(key);
      return found != one.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    all_.push_back({text("sha256"), text("file"), text("since"), text("reason"), text("version")});
  }
}

const Quarantined* PluginQuarantine::find(const std::string& sha256) const {
  const auto found = std::find_if(all_.begin(), all_.end(), [&sha256](const Quarantined& one) {
    return one.sha256 == sha256 && (one.version.empty() || one.version == version());
  });
  return found == all_.end() ? nullptr : &*found;
}

void PluginQuarantine::add(const std::string& sha256, const std::string& file, const std::string& reason,
                           bool is_refused) {
  if (sha256.empty()) return;
  std::erase_if(all_, [&sha256](const Quarantined& one) { return one.sha256 == sha256; });
  all_.push_back({sha256, file, iso_time(wall_ns()), log::redacted(reason), is_refused ? version() : ""});
  // event: a plugin's file is put into quarantine, and why
  log::error("plugin", file + ": " + text(all_.back()));
  write();
}

Result<Quarantined> PluginQuarantine::remove(const std::string& digits) {
  const auto is_meant = [&digits](const Quarantined& one) {
    return digits.size() >= kMinDigits && one.sha256.starts_with(digits);
  };
  const auto count = std::count_if(all_.begin(), all_.end(), is_meant);
  if (count != 1)
    return Error{"found " + std::to_string(count) + " files in quarantine whose SHA-256 begins with '" + digits +
                 "', expected one (four digits or more)"};
  const auto found = std::find_if(all_.begin(), all_.end(), is_meant);
  Quarantined taken = *found;
  all_.erase(found);
  write();
  log::info("plugin", taken.file + ": taken out of quarantine, SHA-256 " + taken.sha256);
  return taken;
}

std::string PluginQuarantine::text(const Quarantined& one) {
  return "quarantined since " + one.since + ": " + one.reason + "; SHA-256 " + one.sha256 +
         "; it is tried again after: broker-gateway plugins quarantine --remove " + one.sha256.substr(0, kShownDigits);
}

// Whole or not at all: what was there stays when there is no room.
void PluginQuarantine::write() const {
  const std::string fresh = path_ + ".new";
  std::error_code ec;
  {
    std::ofstream out(fresh, std::ios::trunc);
    for (const Quarantined& one : all_)
      out << Json{{"sha256", one.sha256},
                  {"file", one.file},
                  {"since", one.since},
                  {"reason", one.reason},
                  {"version", one.version}}
                 .dump(-1, ' ', false, Json::error_handler_t::replace)
          << '\n';
    if (!out.flush()) ec = std::make_error_code(std::errc::io_error);
  }
  if (!ec) std::filesystem::rename(fresh, path_, ec);
  if (ec) log::warning("plugin", path_ + " cannot be written: after a new start, the quarantine is as it was before");
}

}  // namespace gw::app
