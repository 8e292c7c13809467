// What a command knows of a running gateway: where its socket is, and whether it serves the database that the command
// changes. Works also while gateway.yaml is half edited. Any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "apps/gateway/environment.hpp"
#include "core/base/result.hpp"
#include "core/config/load.hpp"
#include "core/database/database.hpp"

namespace gw::app {

class RunningGateway {
 public:
  // Finds database and socket. From a gateway.yaml that cannot be used only the line `database:` counts, and standard
  // error says so. Nothing: there is no such file; that is printed.
  static std::optional<RunningGateway> find(const Options& options);

  const std::string& database() const { return database_; }
  // The path of gateway.yaml; empty: there is none.
  const std::string& file() const { return file_; }
  const std::string& socket() const { return socket_; }
  // Nothing: gateway.yaml cannot be used.
  const std::optional<config::Loaded>& loaded() const { return loaded_; }

  // How it is that a gateway runs here, and nobody can ask it; empty: none runs, or its socket is served.
  std::string why_unreachable() const;
  // The process that holds the database, "process 4711"; empty: no gateway runs here.
  std::string holder() const;
  // Sends a request and returns the answer; a refusal is an error.
  Result<nlohmann::json> ask(const nlohmann::json& request, int patience_s = 10) const;
  // Opens the database to be changed. Where a gateway runs, it must serve the very file: otherwise it would go on with
  // the keys of another one.
  Result<std::unique_ptr<database::Database>> open_database(database::IfAbsent if_absent) const;
  // Opens the database to be read, and makes none. Where it is gone under a running gateway, the error is the
  // gateway's own.
  Result<std::unique_ptr<database::Database>> read_database() const;
  // Has the running gateway, if there is one, take up at once what was written. Returns whether there is one.
  Result<bool> tell(const database::Database& written) const;

 private:
  RunningGateway() = default;
  // The file that the running gateway serves; nothing: no gateway runs.
  Result<std::optional<nlohmann::json>> served() const;

  std::string file_;
  std::string database_;
  std::string socket_;
  std::optional<config::Loaded> loaded_;
};

}  // namespace gw::app
