// Who a request is from that reverse proxies have handed on. Pure functions. [any]
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/networks.hpp"

namespace gw::admission {

// The address of the client. `lines`: the values of all X-Forwarded-For header lines, in their order; each proxy adds
// at the end where it got the request from. `peer`: the address that the connection comes from.
//
// Going from the peer backwards, the first address that is not of a trusted proxy is the client's. An entry that is no
// address ends the search, because nothing before it can be believed: then the client is the proxy that wrote it. An
// empty one is none (RFC 9110, 5.6.1).
std::string client_address(const std::vector<std::string_view>& lines, std::string_view peer,
                           const std::vector<Network>& trusted);

}  // namespace gw::admission
