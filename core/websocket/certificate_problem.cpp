#include "core/websocket/certificate_problem.hpp"

#include <algorithm>
#include <memory>

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <boost/asio/ip/address.hpp>

#include "core/base/clock.hpp"
#include "core/base/dates.hpp"

namespace gw::websocket {
namespace {

constexpr std::size_t kMaxNames = 5;

std::string text_of(const ASN1_TIME* time) {
  const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> zero(ASN1_TIME_set(nullptr, 0), ASN1_TIME_free);
  int days = 0;
  int seconds = 0;
  if (time == nullptr || ASN1_TIME_diff(&days, &seconds, zero.get(), time) != 1) return "an unknown day";
  return utc_minute((static_cast<std::int64_t>(days) * 86'400 + seconds) * 1'000'000'000);
}

std::string name_of(const GENERAL_NAME& name) {
  if (name.type == GEN_DNS) {
    const ASN1_STRING* text = name.d.dNSName;
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
            static_cast<std::size_t>(ASN1_STRING_length(text))};
  }
  if (name.type != GEN_IPADD) return {};
  const ASN1_STRING* bytes = name.d.iPAddress;
  const unsigned char* data = ASN1_STRING_get0_data(bytes);
  if (ASN1_STRING_length(bytes) == 4) {
    boost::asio::ip::address_v4::bytes_type v4;
    std::copy_n(data, v4.size(), v4.begin());
    return boost::asio::ip::address_v4(v4).to_string();
  }
  if (ASN1_STRING_length(bytes) != 16) return {};
  boost::asio::ip::address_v6::bytes_type v6;
  std::copy_n(data, v6.size(), v6.begin());
  return boost::asio::ip::address_v6(v6).to_string();
}

// The names and addresses that the certificate is for.
std::string names_of(X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  std::string names;
  std::size_t count = 0;
  for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const std::string name = name_of(*sk_GENERAL_NAME_value(all.get(), i));
    if (name.empty()) continue;
    if (++count > kMaxNames) continue;
    names += (names.empty() ? "" : ", ") + name;
  }
  if (count > kMaxNames) names += " and " + std::to_string(count - kMaxNames) + " more";
  return names.empty() ? "no name" : names;
}

}  // namespace

std::string certificate_problem(int reason, X509* certificate, const std::string& host) {
  const std::string now = "; this machine's clock says " + utc_minute(wall_ns());
  switch (reason) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "its certificate expired on " + text_of(X509_get0_notAfter(certificate)) + now;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "its certificate is valid from " + text_of(X509_get0_notBefore(certificate)) + " on" + now;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "its certificate is for another name: found " + names_of(certificate) + ", expected " + host;
    default:
      return std::string("its certificate is not trusted: ") + X509_verify_cert_error_string(reason);
  }
}

}  // namespace gw::websocket
