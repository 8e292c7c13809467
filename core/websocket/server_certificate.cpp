#include "core/websocket/server_certificate.hpp"

#include <cstdio>
#include <memory>
#include <optional>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "core/base/dates.hpp"

namespace gw::websocket {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr std::int64_t kSoon = 14 * kDay;

std::optional<std::int64_t> wall_of(const ASN1_TIME* time) {
  const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> begin(ASN1_TIME_set(nullptr, 0), ASN1_TIME_free);
  int days = 0;
  int seconds = 0;
  if (time == nullptr || ASN1_TIME_diff(&days, &seconds, begin.get(), time) != 1) return std::nullopt;
  return days * kDay + seconds * kSecond;
}

}  // namespace

std::string server_certificate_warning(const std::string& certificate_file, std::int64_t wall_ns) {
  const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::fopen(certificate_file.c_str(), "re"),
                                                                std::fclose);
  if (file == nullptr) return {};
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(PEM_read_X509(file.get(), nullptr, nullptr, nullptr),
                                                                X509_free);
  if (certificate == nullptr) return {};
  const auto from = wall_of(X509_get0_notBefore(certificate.get()));
  const auto to = wall_of(X509_get0_notAfter(certificate.get()));
  if (to && *to <= wall_ns) return "expired on " + utc_minute(*to);
  if (from && *from > wall_ns) return "is valid from " + utc_minute(*from) + " on";
  if (to && *to - wall_ns < kSoon) {
    const auto days = (*to - wall_ns) / kDay;
    return "expires on " + utc_minute(*to) + ", in " + std::to_string(days) + (days == 1 ? " day" : " days");
  }
  return {};
}

}  // namespace gw::websocket
