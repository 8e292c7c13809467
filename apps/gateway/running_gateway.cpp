#include "apps/gateway/running_gateway.hpp"

#include <chrono>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "core/control/control_socket.hpp"
#include "core/database/database_file.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

std::string process(const Json& served) { return database::DatabaseLock::holder(served.value("database", "")); }

bool is_same(const Json& served, const database::FileIdentity& file) {
  return database::FileIdentity{served.value("device", 0ULL), served.value("inode", 0ULL)} == file;
}

}  // namespace

std::optional<RunningGateway> RunningGateway::find(const Options& options) {
  const auto where = config::locate(options.config);
  if (!where) {
    fail(where.error().message);
    return std::nullopt;
  }
  RunningGateway found;
  found.file_ = where->path.string();
  config::Loaded loaded = config::load(*where);
  if (loaded.problems.empty()) {
    found.database_ = loaded.config.database;
    found.loaded_ = std::move(loaded);
  } else {
    found.database_ = config::database_line(*where);
    std::fprintf(stderr, "broker-gateway: %s cannot be used (%s); the database is taken to be %s\n",
                 loaded.file.c_str(), loaded.problems.front().text().c_str(), found.database_.c_str());
  }
  found.socket_ = options.socket ? *options.socket : control_path(found.database_);
  return found;
}

std::string RunningGateway::holder() const { return database::DatabaseLock::holder(database_); }

std::string RunningGateway::why_unreachable() const {
  if (control::is_served(socket_)) return {};
  const std::string process = holder();
  if (process.empty()) return {};
  const std::string what = "a gateway runs here (" + process + " holds database " + database_ + "), but nobody serves ";
  if (database::identity_of(socket_).exists()) return what + socket_ + "; is it just starting or ending?";
  return what + "its control socket: found no " + socket_ +
         ". It is just starting or ending, or the file was removed: then the gateway makes it anew within a second, or "
         "its "
         "log says why it cannot";
}

Result<Json> RunningGateway::ask(const Json& request, int patience_s) const {
  const auto answer = control::ask(socket_, request.dump(), std::chrono::seconds(patience_s));
  if (!answer) {
    const std::string why = why_unreachable();
    return why.empty() ? answer.error() : Error{why};
  }
  const Json parsed = Json::parse(*answer, nullptr, false);
  if (!parsed.is_object())
    return Error{"the gateway's answer cannot be read: is it of another version than this command?"};
  if (!parsed.value("ok", false)) return Error{parsed.value("error", "the gateway refused, and did not say why")};
  return parsed;
}

Result<std::optional<Json>> RunningGateway::served() const {
  if (const std::string why = why_unreachable(); !why.empty()) return Error{"nothing was changed: " + why};
  if (!control::is_served(socket_)) return std::optional<Json>();
  auto answer = ask({{"command", "look"}});
  if (!answer) return with_context("nothing was changed", answer.error());
  return std::optional<Json>(std::move(*answer));
}

Result<std::unique_ptr<database::Database>> RunningGateway::open_database(database::IfAbsent if_absent) const {
  const auto gateway = served();
  if (!gateway) return gateway.error();
  const auto differs = [&](const database::FileIdentity& file) { return *gateway && !is_same(**gateway, file); };
  const Error other{"nothing was changed: the running gateway" +
                    (*gateway ? " (" + process(**gateway) + ") serves database " + (*gateway)->value("database", "")
                              : std::string()) +
                    ", which is another file than " + database_};
  if (differs(database::identity_of(database_))) return other;  // opening would make a file where there is none
  auto opened =
      if_absent == database::IfAbsent::make ? database::Database::open(database_) : open_for_command(database_);
  if (opened && differs((*opened)->identity())) return other;
  return opened;
}

Result<std::unique_ptr<database::Database>> RunningGateway::read_database() const {
  auto opened = open_for_command(database_);
  if (opened || database::identity_of(database_).exists() || !control::is_served(socket_)) return opened;
  const auto answer = ask({{"command", "look"}});
  return answer ? std::move(opened) : Result<std::unique_ptr<database::Database>>(answer.error());
}

Result<bool> RunningGateway::tell(const database::Database& written) const {
  if (!control::is_served(socket_) && holder().empty()) return false;
  const auto answer = ask({{"command", "look"}});
  const std::string what = "written to " + database_ + ", but the running gateway ";
  if (!answer) return Error{what + "has not taken it up: " + answer.error().message};
  if (!is_same(*answer, written.identity()))
    return Error{what + "(" + process(*answer) + ") serves database " + answer->value("database", "") +
                 ", which is another file"};
  return true;
}

}  // namespace gw::app
