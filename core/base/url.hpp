// The rule where this program may connect to: with TLS anywhere, without only to this machine. [any]
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace gw {

// `scheme` is the one without TLS, "ws" or "http"; with TLS it has an s at the end. At most 4,096 bytes, none of them a
// blank or a control character. The error shows no secrets.
Result<void> check_url(std::string_view url, std::string_view scheme);
// The "host:port" of a URL that check_url accepts, as it is written.
std::string_view authority_of(std::string_view url);
// A host without port, as written in a URL or alone.
bool is_loopback(std::string_view host);
// Whether a host that a browser or another program names is this machine: RFC 6761, section 6.3, keeps localhost and
// the names under it for that, with or without the root's dot.
bool is_loopback_name(std::string_view host);
// Where programs of this machine reach a server that listens on `host`, a name or an address without brackets; an
// address that means all becomes the loopback address of its family: "ws://[::1]:8765/".
std::string server_url(std::string_view scheme, std::string_view host, int port);
// "127.0.0.1:8765", "[::1]:8765"
std::string with_port(std::string_view host, int port);
// The URL for logs and errors: without the query, and with *** for a user name and password.
std::string without_secrets(std::string_view url);

}  // namespace gw
