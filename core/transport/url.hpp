// The rule of where an adapter may connect to: TLS anywhere, plain only to this machine.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace gw::transport {

Result<void> check_url(std::string_view url);
// For people: without the query, and with *** for a user name and password.
std::string without_secrets(std::string_view url);

}  // namespace gw::transport
