#include "apps/gateway/server_tls.hpp"

#include <fstream>

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

Result<std::shared_ptr<const websocket::ServerTls>> load_certificate(const config::Loaded& loaded) {
  if (const auto problems = server_tls_problems(loaded); !problems.empty()) return Error{problems.front().text()};
  const config::Tls& tls = loaded.config.server.tls;
  auto read = websocket::load_server_tls(tls.certificate, tls.key);
  if (!read) return Error{"server.tls: " + read.error().message};
  return read;
}

}  // namespace gw::app
