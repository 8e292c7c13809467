// The form of an `Origin`, as browsers and client libraries write it. [any]
#pragma once

#include <string>
#include <string_view>

namespace gw {

// What an allowed origin should be in place of `text`; empty: it is one. Browsers send no path, not even a slash, no
// port that the scheme has anyhow, and names beyond ASCII in their coded form. Pages from files have the origin "null",
// and "file://" in programs that are built on a browser.
std::string expected_origin(std::string_view text);
// The same for the name of a host, without scheme, port and brackets: "gw.example.com", "2001:db8::7".
std::string expected_host_name(std::string_view text);

// In lower case, without the port that its scheme has anyhow, and an address in its shortest form.
std::string normal_origin(std::string_view origin);
// The name of a host in lower case, without brackets and the root's dot; an address in its shortest form.
std::string normal_host_name(std::string_view name);
// The host of an origin or of a Host header, as normal_host_name() writes it. Empty: it has none, as "null", or is
// written as no browser writes it.
std::string host_of_origin(std::string_view origin);
std::string host_of_authority(std::string_view authority);

}  // namespace gw
