#include "core/download/curl_handle.hpp"

#include <cstdlib>

#include <openssl/x509_vfy.h>

#include "core/base/clock.hpp"
#include "core/base/dates.hpp"
#include "core/base/url.hpp"
#include "core/base/version.hpp"

namespace gw::download {
namespace {

bool is_line(const std::string& text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == 127) return false;
  return true;
}

// Which addresses of the server are used. `bind_address` reaches only those of its own family.
long families_of(const Outgoing& outgoing) {
  if (outgoing.family == AddressFamily::ipv4) return CURL_IPRESOLVE_V4;
  if (outgoing.family == AddressFamily::ipv6) return CURL_IPRESOLVE_V6;
  if (outgoing.bind_address.empty()) return CURL_IPRESOLVE_WHATEVER;
  return outgoing.bind_address.find(':') == std::string::npos ? CURL_IPRESOLVE_V4 : CURL_IPRESOLVE_V6;
}

}  // namespace

Result<void> check_request(const std::string& url, const std::vector<std::string>& headers) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) return Error{std::string("libcurl: ") + curl_easy_strerror(initialised)};
  if (const auto allowed = check_url(url, "http"); !allowed) return allowed.error();
  for (const std::string& line : headers)
    if (!is_line(line))
      return Error{"header " + line.substr(0, line.find(':')) +
                   ": found a control character, expected one line of text"};
  return {};
}

CurlHandle::CurlHandle(const Outgoing& outgoing)
    : handle_(curl_easy_init()), bind_address_(outgoing.bind_address), families_(families_of(outgoing)) {
  set(CURLOPT_NOSIGNAL, 1L);  // this is one thread of several
  set(CURLOPT_ERRORBUFFER, &error_[0]);
  set(CURLOPT_USERAGENT, user_agent().c_str());
  set(CURLOPT_IPRESOLVE, families_);
  if (!bind_address_.empty()) set(CURLOPT_INTERFACE, ("host!" + bind_address_).c_str());
#if LIBCURL_VERSION_NUM >= 0x075700
  // A request that is ended must not wait for a name server that does not answer.
  set(CURLOPT_QUICK_EXIT, 1L);
#endif
  // libcurl does not read SSL_CERT_FILE by itself; OpenSSL does, for the rest of this program.
  if (const char* file = std::getenv("SSL_CERT_FILE"); file != nullptr && *file != '\0') set(CURLOPT_CAINFO, file);
}

void CurlHandle::aim_at(const std::string& url, const std::vector<std::string>& headers) {
  url_ = url;
  const bool tls = url.starts_with("https://");
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, tls ? "https" : "http");
  if (!tls) set(CURLOPT_PROXY, "");  // no proxy of the environment between this machine and itself
  curl_slist* list = nullptr;
  for (const std::string& line : headers) list = curl_slist_append(list, line.c_str());
  set(CURLOPT_HTTPHEADER, list);
  headers_.reset(list);
}

CURLcode CurlHandle::perform() {
  error_[0] = '\0';
  return handle_ == nullptr ? CURLE_FAILED_INIT : curl_easy_perform(handle_.get());
}

// Why the server's certificate was refused. libcurl looks at the name by itself, for which it has no code.
std::string CurlHandle::certificate_problem() const {
  long reason = X509_V_OK;
  curl_easy_getinfo(handle_.get(), CURLINFO_SSL_VERIFYRESULT, &reason);
  const std::string now = "; this machine's clock says " + utc_minute(wall_ns());
  if (reason == X509_V_ERR_CERT_HAS_EXPIRED) return "its certificate has expired" + now;
  if (reason == X509_V_ERR_CERT_NOT_YET_VALID) return "its certificate is not valid yet" + now;
  const std::string said = &error_[0];
  const bool is_name = said.find("target host name") != std::string::npos;
  return std::string("its certificate is ") + (is_name ? "for another name" : "not trusted") + " (" + said + ')';
}

Error CurlHandle::error_of(CURLcode code) const {
  if (code == CURLE_PEER_FAILED_VERIFICATION) return failed("TLS failed: " + certificate_problem());
  if (code == CURLE_OPERATION_TIMEDOUT) return failed("timed out: no answer, or hardly any data");
  const std::string what = error_[0] != '\0' ? error_ : curl_easy_strerror(code);
  if (code == CURLE_INTERFACE_FAILED) return failed("cannot connect from " + bind_address_ + ": " + what);
  const bool not_reached = code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT;
  if (!not_reached || families_ == CURL_IPRESOLVE_WHATEVER) return failed(what);
  return failed(what + (families_ == CURL_IPRESOLVE_V4 ? " (tried IPv4 only)" : " (tried IPv6 only)"));
}

Error CurlHandle::failed(const std::string& what) const { return {std::string(authority_of(url_)) + ": " + what}; }

long CurlHandle::status() const {
  long status = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
  return status;
}

std::string CurlHandle::header(const char* name) const {
  curl_header* found = nullptr;
  const auto code = curl_easy_header(handle_.get(), name, 0, CURLH_HEADER, -1, &found);
  return code == CURLHE_OK ? std::string(found->value) : std::string();
}

std::vector<std::pair<std::string, std::string>> CurlHandle::headers() const {
  std::vector<std::pair<std::string, std::string>> all;
  curl_header* header = nullptr;
  while ((header = curl_easy_nextheader(handle_.get(), CURLH_HEADER, -1, header)) != nullptr)
    all.emplace_back(header->name, header->value);
  return all;
}

std::string CurlHandle::redirect() const {
  const char* target = nullptr;
  curl_easy_getinfo(handle_.get(), CURLINFO_REDIRECT_URL, &target);
  return target == nullptr ? std::string() : std::string(target);
}

}  // namespace gw::download
