// The rule of where an adapter may connect to: TLS anywhere, plain only to this machine.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace gw::transport {

// The error names the URL without its query, which may hold secrets.
Result<void> check_url(std::string_view url);
std::string without_query(std::string_view url);

}  // namespace gw::transport
