#include "core/plugin_host/digests.hpp"

#include <cstdio>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace gw::plugin_host {
namespace {

const EVP_MD* algorithm_of(std::uint32_t algorithm) {
  switch (algorithm) {
    case BGW_DIGEST_SHA1:
      return EVP_sha1();
    case BGW_DIGEST_SHA256:
      return EVP_sha256();
    case BGW_DIGEST_SHA512:
      return EVP_sha512();
    default:
      return nullptr;
  }
}

bgw_status failed(bgw_error* error, bgw_status status, const char* why) {
  if (error != nullptr) {
    error->code = status;
    std::snprintf(error->message, sizeof error->message, "%s", why);
  }
  return status;
}

}  // namespace

bgw_status make_digest(void* /*context*/, std::uint32_t algorithm, const void* data, std::size_t length,
                       std::uint8_t* out, bgw_error* error) noexcept {
  const EVP_MD* md = algorithm_of(algorithm);
  if (md == nullptr || out == nullptr || (data == nullptr && length != 0))
    return failed(error, BGW_E_INVALID, "found an unknown algorithm, no data or no room, expected all of them");
  return EVP_Digest(data, length, out, nullptr, md, nullptr) == 1
             ? bgw_status{BGW_OK}
             : failed(error, BGW_E_FATAL, "the digest cannot be made");
}

bgw_status make_hmac(void* /*context*/, std::uint32_t algorithm, const void* key, std::size_t key_length,
                     const void* data, std::size_t length, std::uint8_t* out, bgw_error* error) noexcept {
  const EVP_MD* md = algorithm_of(algorithm);
  if (md == nullptr || out == nullptr || (key == nullptr && key_length != 0) || (data == nullptr && length != 0))
    return failed(error, BGW_E_INVALID, "found an unknown algorithm, no key, no data or no room, expected all of them");
  // The pointer of an empty span may be null, which OpenSSL refuses even where nothing is to be read.
  if (key_length == 0) key = "";
  if (length == 0) data = "";
  const auto* made =
      HMAC(md, key, static_cast<int>(key_length), static_cast<const unsigned char*>(data), length, out, nullptr);
  return made != nullptr ? bgw_status{BGW_OK} : failed(error, BGW_E_FATAL, "the digest cannot be made");
}

}  // namespace gw::plugin_host
