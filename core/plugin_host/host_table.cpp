#include "core/plugin_host/host_table.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/base/log.hpp"
#include "core/plugin_host/adapter_instance.hpp"

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

}  // namespace

// Nothing may leave these functions as an exception: the caller may be C.
struct HostTable {
  static AdapterInstance& of(void* context) { return *static_cast<AdapterInstance*>(context); }

  static void publish(void* context, const bgw_update* update) noexcept { of(context).publish(*update); }
  // A handle that was let go may serve another instrument by now: a late word about it must not reach that one.
  static bool is_stale(AdapterInstance& self, std::uint32_t instrument) noexcept {
    if (self.is_live(instrument)) return false;
    self.counts_.updates_invalid.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  static void confirm(void* context, const bgw_stream* stream) noexcept {
    AdapterInstance& self = of(context);
    if (is_stale(self, stream->instrument)) return;
    self.answered(stream->instrument);
    self.writer_.confirmed(*stream);
  }
  static void refuse(void* context, const bgw_stream* stream, bgw_status code, const char* text) noexcept {
    AdapterInstance& self = of(context);
    if (is_stale(self, stream->instrument)) return;
    self.answered(stream->instrument);
    if (text == nullptr) text = "";
    log::warning("broker", self.options_.name + ": a subscription was refused: " + text);
    self.counts_.subscriptions_refused.fetch_add(1, std::memory_order_relaxed);
    self.writer_.refused(*stream, code, log::redacted(text));
  }
  static void dropped(void* context, std::uint32_t kind, std::uint64_t count) noexcept {
    if (kind < BGW_DROP_KINDS) of(context).counts_.dropped[kind].fetch_add(count, std::memory_order_relaxed);
  }
  static void list_announced(void* context, const char* etag) noexcept {
    AdapterInstance& self = of(context);
    if (self.options_.list_announced != nullptr && etag != nullptr) self.options_.list_announced(etag);
  }
  static std::int64_t setting_written_ns(void* context, const char* key) noexcept {
    const AdapterSetting* found = of(context).find_setting(key);
    return found == nullptr ? 0 : found->written_ns;
  }
  static void ready(void* context) noexcept {
    AdapterInstance& self = of(context);
    self.ready_asked_ = true;
    if (self.calls_ == 0) self.after_call();
  }
  static void fail(void* context, const bgw_error* error) noexcept {
    AdapterInstance& self = of(context);
    self.failure_ = *error;
    if (self.calls_ == 0) self.after_call();
  }

  static void fail_for(AdapterInstance& self, const std::string& why) {
    bgw_error error{BGW_E_TRANSIENT, 0, 0, {}};
    std::snprintf(error.message, sizeof error.message, "%s", why.c_str());
    fail(&self, &error);
  }

  static bgw_status websocket_open(void* context, const bgw_websocket_request* request,
                                   std::uint32_t* connection) noexcept {
    try {
      return of(context).open_websocket(*request, *connection);
    } catch (const std::exception& e) {
      log::error("broker", of(context).options_.name + ": cannot open a WebSocket: " + e.what());
      return BGW_E_TRANSIENT;
    }
  }
  static bgw_status websocket_send(void* context, std::uint32_t connection, std::uint32_t opcode, const void* data,
                                   std::size_t length) noexcept {
    AdapterInstance& self = of(context);
    if (connection != self.connection_ || self.socket_ == nullptr) return BGW_E_STATE;
    const auto sent = self.socket_->send(opcode, {static_cast<const std::byte*>(data), length});
    if (sent) return BGW_OK;
    // The connection is of no use any more, and only the host knows why.
    if (self.socket_->is_open() && !self.failure_) fail_for(self, sent.error().message);
    return BGW_E_STATE;
  }
  static bgw_status websocket_close(void* context, std::uint32_t connection, std::int32_t code) noexcept {
    AdapterInstance& self = of(context);
    if (connection != self.connection_ || self.socket_ == nullptr) return BGW_E_STATE;
    self.socket_->close(code);
    return BGW_OK;
  }

  static bgw_status timer(void* context, std::uint32_t id, std::int64_t after_ns) noexcept {
    if (after_ns < 0)
      of(context).timers_.cancel(id);
    else
      of(context).timers_.set(id, after_ns);
    return BGW_OK;
  }
  static std::int64_t now_ns(void* context) noexcept { return of(context).options_.wall(); }
  static std::int64_t steady_ns(void* context) noexcept { return of(context).options_.monotonic(); }

  static bgw_status setting(void* context, const char* key, char* buffer, std::size_t capacity,
                            std::size_t* length) noexcept {
    *length = 0;
    const AdapterSetting* found = of(context).find_setting(key);
    if (found == nullptr) return BGW_E_INVALID;
    if (found->is_missing) return found->is_secret ? BGW_E_AUTH : BGW_E_INVALID;
    *length = found->text.size();
    if (found->text.size() >= capacity) return BGW_E_INVALID;
    std::memcpy(buffer, found->text.c_str(), found->text.size() + 1);
    return BGW_OK;
  }
  static bgw_status setting_integers(void* context, const char* key, std::int64_t* values, std::size_t capacity,
                                     std::size_t* count) noexcept {
    *count = 0;
    const AdapterSetting* found = of(context).find_setting(key);
    if (found == nullptr || found->is_missing) return BGW_E_INVALID;
    *count = found->integers.size();
    if (found->integers.size() > capacity) return BGW_E_INVALID;
    std::copy(found->integers.begin(), found->integers.end(), values);
    return BGW_OK;
  }

  static bgw_status set_capabilities(void* context, const bgw_capability* capabilities, std::uint32_t count) noexcept {
    AdapterInstance& self = of(context);
    if (!self.initializing_) return BGW_E_STATE;
    auto narrowed = self.capabilities_.narrowed_by({capabilities, count});
    if (!narrowed) {
      log::error("plugin", self.options_.name + ": set_capabilities: " + narrowed.error().message);
      return BGW_E_INVALID;
    }
    self.capabilities_ = std::move(*narrowed);
    return BGW_OK;
  }

  static bgw_status digest(void*, std::uint32_t algorithm, const void* data, std::size_t length,
                           std::uint8_t* out) noexcept {
    const EVP_MD* md = algorithm_of(algorithm);
    if (md == nullptr) return BGW_E_INVALID;
    return EVP_Digest(data, length, out, nullptr, md, nullptr) == 1 ? BGW_OK : BGW_E_FATAL;
  }
  static bgw_status hmac(void*, std::uint32_t algorithm, const void* key, std::size_t key_length, const void* data,
                         std::size_t length, std::uint8_t* out) noexcept {
    const EVP_MD* md = algorithm_of(algorithm);
    if (md == nullptr) return BGW_E_INVALID;
    // OpenSSL refuses null even where nothing is to be read; an empty span has it.
    if (key_length == 0) key = "";
    if (length == 0) data = "";
    return HMAC(md, key, static_cast<int>(key_length), static_cast<const unsigned char*>(data), length, out, nullptr) !=
                   nullptr
               ? BGW_OK
               : BGW_E_FATAL;
  }

  static void log_line(void* context, std::int32_t level, const char* text, std::size_t length) noexcept {
    static constexpr log::Level kLevels[] = {log::Level::debug, log::Level::info, log::Level::warning,
                                             log::Level::error};
    const log::Level chosen = kLevels[std::clamp(level, 0, 3)];
    if (log::enabled(chosen))
      log::write(chosen, "plugin", of(context).options_.name + ": " + std::string(text, length));
  }
  static const void* get_extension(void*, const char*) noexcept { return nullptr; }
};

bgw_host make_host_table(AdapterInstance& instance) {
  bgw_host host{};
  host.size = sizeof host;
  host.abi_minor = BGW_ABI_MINOR;
  host.context = &instance;
  host.publish = HostTable::publish;
  host.confirm = HostTable::confirm;
  host.refuse = HostTable::refuse;
  host.ready = HostTable::ready;
  host.fail = HostTable::fail;
  host.websocket_open = HostTable::websocket_open;
  host.websocket_send = HostTable::websocket_send;
  host.websocket_close = HostTable::websocket_close;
  host.timer = HostTable::timer;
  host.now_ns = HostTable::now_ns;
  host.monotonic_ns = HostTable::steady_ns;
  host.setting = HostTable::setting;
  host.setting_integers = HostTable::setting_integers;
  host.set_capabilities = HostTable::set_capabilities;
  host.digest = HostTable::digest;
  host.hmac = HostTable::hmac;
  host.log = HostTable::log_line;
  host.get_extension = HostTable::get_extension;
  host.dropped = HostTable::dropped;
  host.list_announced = HostTable::list_announced;
  host.setting_written_ns = HostTable::setting_written_ns;
  return host;
}

}  // namespace gw::plugin_host
