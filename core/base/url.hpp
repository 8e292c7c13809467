// The rule of where this program may connect to: TLS anywhere, plain only to this machine.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace gw {

// `scheme` is the plain one, "ws" or "http"; that of TLS has an s behind it. The error shows no secrets.
Result<void> check_url(std::string_view url, std::string_view scheme);
// "host:port" as it is written; for a URL that check_url finds nothing wrong with.
std::string_view authority_of(std::string_view url);
// A host without port, as written in a URL or alone.
bool is_loopback(std::string_view host);
// For people: without the query, and with *** for a user name and password.
std::string without_secrets(std::string_view url);

}  // namespace gw
