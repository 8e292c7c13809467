#include "core/plugin_host/host_table.hpp"

#include <algorithm>
#include <cstring>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/base/log.hpp"
#include "core/plugin_host/adapter_host.hpp"

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

// Nothing may leave these functions as an exception: the caller may be C.

AdapterHost& of(void* context) { return *static_cast<AdapterHost*>(context); }

void publish(void* context, const bgw_update* update) noexcept { of(context).updates().publish(*update); }
void confirm(void* context, const bgw_stream* stream) noexcept { of(context).confirm(*stream); }
void refuse(void* context, const bgw_stream* stream, bgw_status code, const char* text) noexcept {
  of(context).refuse(*stream, code, text);
}
void dropped(void* context, std::uint32_t kind, std::uint64_t count) noexcept { of(context).dropped(kind, count); }
void list_announced(void* context, const char* etag) noexcept { of(context).list_announced(etag); }
void ready(void* context) noexcept { of(context).ready(); }
void fail(void* context, const bgw_error* error) noexcept { of(context).fail(*error); }

bgw_status websocket_open(void* context, const bgw_websocket_request* request, std::uint32_t* connection) noexcept {
  return of(context).open_websocket(*request, *connection);
}
bgw_status websocket_send(void* context, std::uint32_t connection, std::uint32_t opcode, const void* data,
                          std::size_t length) noexcept {
  return of(context).send(connection, opcode, {static_cast<const std::byte*>(data), length});
}
bgw_status websocket_close(void* context, std::uint32_t connection, std::int32_t code) noexcept {
  return of(context).close_websocket(connection, code);
}

bgw_status timer(void* context, std::uint32_t id, std::int64_t after_ns) noexcept {
  of(context).set_timer(id, after_ns);
  return BGW_OK;
}
std::int64_t now_ns(void* context) noexcept { return of(context).wall_ns(); }
std::int64_t steady_ns(void* context) noexcept { return of(context).monotonic_ns(); }

bgw_status setting(void* context, const char* key, char* buffer, std::size_t capacity, std::size_t* length) noexcept {
  *length = 0;
  const AdapterSetting* found = of(context).find_setting(key);
  if (found == nullptr) return BGW_E_INVALID;
  if (found->is_missing) return found->is_secret ? BGW_E_AUTH : BGW_E_INVALID;
  *length = found->text.size();
  if (found->text.size() >= capacity) return BGW_E_INVALID;
  std::memcpy(buffer, found->text.c_str(), found->text.size() + 1);
  return BGW_OK;
}
bgw_status setting_integers(void* context, const char* key, std::int64_t* values, std::size_t capacity,
                            std::size_t* count) noexcept {
  *count = 0;
  const AdapterSetting* found = of(context).find_setting(key);
  if (found == nullptr || found->is_missing) return BGW_E_INVALID;
  *count = found->integers.size();
  if (found->integers.size() > capacity) return BGW_E_INVALID;
  std::copy(found->integers.begin(), found->integers.end(), values);
  return BGW_OK;
}
std::int64_t setting_written_ns(void* context, const char* key) noexcept {
  const AdapterSetting* found = of(context).find_setting(key);
  return found == nullptr ? 0 : found->written_ns;
}

bgw_status set_capabilities(void* context, const bgw_capability* capabilities, std::uint32_t count) noexcept {
  return of(context).set_capabilities({capabilities, count});
}

bgw_status digest(void*, std::uint32_t algorithm, const void* data, std::size_t length, std::uint8_t* out) noexcept {
  const EVP_MD* md = algorithm_of(algorithm);
  if (md == nullptr) return BGW_E_INVALID;
  return EVP_Digest(data, length, out, nullptr, md, nullptr) == 1 ? BGW_OK : BGW_E_FATAL;
}
bgw_status hmac(void*, std::uint32_t algorithm, const void* key, std::size_t key_length, const void* data,
                std::size_t length, std::uint8_t* out) noexcept {
  const EVP_MD* md = algorithm_of(algorithm);
  if (md == nullptr) return BGW_E_INVALID;
  // The pointer of an empty span may be null, which OpenSSL refuses even where nothing is to be read.
  if (key_length == 0) key = "";
  if (length == 0) data = "";
  return HMAC(md, key, static_cast<int>(key_length), static_cast<const unsigned char*>(data), length, out, nullptr) !=
                 nullptr
             ? BGW_OK
             : BGW_E_FATAL;
}

void log_line(void* context, std::int32_t level, const char* text, std::size_t length) noexcept {
  static constexpr log::Level kLevels[] = {log::Level::debug, log::Level::info, log::Level::warning, log::Level::error};
  of(context).write_log(kLevels[std::clamp(level, 0, 3)], {text, length});
}
const void* get_extension(void*, const char*) noexcept { return nullptr; }

}  // namespace

bgw_host make_host_table(AdapterHost& adapter_host) {
  bgw_host host{};
  host.size = sizeof host;
  host.abi_minor = BGW_ABI_MINOR;
  host.context = &adapter_host;
  host.publish = publish;
  host.confirm = confirm;
  host.refuse = refuse;
  host.ready = ready;
  host.fail = fail;
  host.websocket_open = websocket_open;
  host.websocket_send = websocket_send;
  host.websocket_close = websocket_close;
  host.timer = timer;
  host.now_ns = now_ns;
  host.monotonic_ns = steady_ns;
  host.setting = setting;
  host.setting_integers = setting_integers;
  host.set_capabilities = set_capabilities;
  host.digest = digest;
  host.hmac = hmac;
  host.log = log_line;
  host.get_extension = get_extension;
  host.dropped = dropped;
  host.list_announced = list_announced;
  host.setting_written_ns = setting_written_ns;
  return host;
}

}  // namespace gw::plugin_host
