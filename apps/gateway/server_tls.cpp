#include "apps/gateway/server_tls.hpp"

#include <filesystem>
#include <fstream>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/websocket/server_certificate.hpp"

namespace gw::app {
namespace {

bool is_readable(const std::string& path) { return std::ifstream(path).peek() != std::ifstream::traits_type::eof(); }

}  // namespace

std::vector<config::Problem> server_tls_problems(const config::Loaded& loaded) {
  const config::Tls& tls = loaded.config.server.tls;
  if (tls.port == 0 || tls.certificate.empty() || tls.key.empty()) return {};
  if (!is_readable(tls.certificate))
    return {{loaded.file, tls.certificate_line, "server.tls.certificate", tls.certificate + ", which cannot be read",
             "a PEM file with the certificate and its chain"}};
  if (!is_readable(tls.key))
    return {{loaded.file, tls.key_line, "server.tls.key", tls.key + ", which cannot be read",
             "a PEM file with the certificate's private key"}};
  const auto read = websocket::load_server_tls(tls.certificate, tls.key);
  if (read) return {};
  if (read.error().message.starts_with("found no certificate"))
    return {{loaded.file, tls.certificate_line, "server.tls.certificate", "no certificate in " + tls.certificate,
             "a PEM file with the certificate and its chain"}};
  if (read.error().message.starts_with("found an encrypted key"))
    return {{loaded.file, tls.key_line, "server.tls.key", "an encrypted key in " + tls.key,
             "a PEM file with the certificate's private key, without a passphrase"}};
  return {{loaded.file, tls.key_line, "server.tls.key", "no key of " + tls.certificate + " in " + tls.key,
           "a PEM file with the certificate's private key"}};
}

std::vector<std::string> server_tls_warnings(const config::Loaded& loaded) {
  const config::Tls& tls = loaded.config.server.tls;
  if (tls.port == 0 || tls.certificate.empty() || tls.key.empty()) return {};
  if (!server_tls_problems(loaded).empty()) return {};  // first things first
  std::vector<std::string> warnings;
  const auto where = [&](int line, const char* key) {
    return loaded.file + ':' + std::to_string(line) + ": " + key + ": ";
  };
  if (const std::string found = websocket::server_certificate_warning(tls.certificate, wall_ns()); !found.empty())
    warnings.push_back(where(tls.certificate_line, "server.tls.certificate") + "found " + tls.certificate + ", which " +
                       found +
                       ", expected one that clients accept; put a new one there and run: broker-gateway reload");
  namespace fs = std::filesystem;
  std::error_code failed;
  const fs::perms mode = fs::status(tls.key, failed).permissions();
  if (!failed && (mode & (fs::perms::others_read | fs::perms::others_write)) != fs::perms::none)
    warnings.push_back(
        where(tls.key_line, "server.tls.key") + "found " + tls.key +
        ", which every user of this machine can read or write, expected mode 0600, or 0640 with a group; "
        "run: chmod o-rwx " +
        tls.key);
  return warnings;
}

Result<std::shared_ptr<const websocket::ServerTls>> load_certificate(const config::Loaded& loaded) {
  if (const auto problems = server_tls_problems(loaded); !problems.empty()) return Error{problems.front().text()};
  const config::Tls& tls = loaded.config.server.tls;
  auto read = websocket::load_server_tls(tls.certificate, tls.key);
  if (!read) return Error{"server.tls: " + read.error().message};
  // event: the gateway's own certificate is over or soon will be, or others can read its key: where, and what to do
  for (const std::string& warning : server_tls_warnings(loaded)) log::warning("config", warning);
  return read;
}

}  // namespace gw::app
