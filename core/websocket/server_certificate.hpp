// Until when this server's own certificate is good. [any]
#pragma once

#include <cstdint>
#include <string>

namespace gw::websocket {

// "expired on 2026-11-29 10:00 UTC", "expires on …, in 6 days" within two weeks before, "is valid from … on" before its
// time; empty: it is good, or cannot be read, which load_server_tls says.
std::string server_certificate_warning(const std::string& certificate_file, std::int64_t wall_ns);

}  // namespace gw::websocket
