// Why a server's certificate was refused, in words. Included by tls_stream.cpp only, because of OpenSSL. [any]
#pragma once

#include <string>

#include <openssl/x509.h>

namespace gw::websocket {

// "its certificate expired on 2026-11-29 10:00 UTC; this machine's clock says 2026-11-30 10:00 UTC", "its certificate
// is for another name: found a.example, expected b.example", "its certificate is not trusted: …". `reason` is one of
// X509_V_ERR_*, `certificate` the one that it is about, null where there is none.
std::string certificate_problem(int reason, X509* certificate, const std::string& host);

}  // namespace gw::websocket
