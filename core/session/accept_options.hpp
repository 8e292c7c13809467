// How a shard's connections are accepted, with TLS and without: turns SessionOptions into options of the WebSocket
// layer, and decides whether a web page may connect. [shard]
#pragma once

#include <memory>
#include <string>

#include "core/session/options.hpp"
#include "core/websocket/connection.hpp"

namespace gw::session {

class AcceptOptions {
 public:
  // `options` are the shard's; set() reads them again.
  explicit AcceptOptions(const SessionOptions& options) : options_(options) {}
  AcceptOptions(const AcceptOptions&) = delete;
  AcceptOptions& operator=(const AcceptOptions&) = delete;

  void set();
  // A certificate for connections from now on; none: there is no TLS listener.
  void set_tls(std::shared_ptr<const websocket::ServerTls> tls) { tls_.tls = std::move(tls); }
  void set_http(websocket::LateHttp answer) { plain_.on_http_later = tls_.on_http_later = std::move(answer); }
  // The address of the client of a request that came from a trusted proxy.
  std::string client_address(const websocket::HttpRequest& request) const;
  const websocket::ServerOptions& of(bool is_tls) const { return is_tls ? tls_ : plain_; }

 private:
  websocket::HttpAnswer check_origin(const websocket::HttpRequest& request) const;

  const SessionOptions& options_;
  websocket::ServerOptions plain_;
  websocket::ServerOptions tls_;
};

}  // namespace gw::session
