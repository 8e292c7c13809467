#include "core/plugin_host/host_table.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>

#include "core/base/exponents.hpp"
#include "core/base/log.hpp"
#include "core/plugin_host/adapter_host.hpp"
#include "core/plugin_host/digests.hpp"
#include "core/plugin_host/host_context.hpp"

namespace gw::plugin_host {
namespace {

// Nothing may leave these functions as an exception: the caller may be C.

HostContext& of(void* context) { return *static_cast<HostContext*>(context); }

bgw_status answer(bgw_error* error, bgw_status status, std::string_view why) noexcept {
  if (error != nullptr) {
    error->code = status;
    std::snprintf(error->message, sizeof error->message, "%.*s", static_cast<int>(why.size()), why.data());
  }
  return status;
}

bgw_status lacks(bgw_error* error, const char* what) noexcept {
  return answer(error, BGW_E_INVALID, std::string_view(what));
}

// Runs a function that answers a status, if the plugin may call it here. `run` gets the adapter's host and a text that
// says why when it fails.
template <class F>
bgw_status run(void* context, const char* function, bgw_error* error, F&& body) noexcept {
  AdapterHost* host = of(context).enter(function);
  if (host == nullptr) return answer(error, BGW_E_STATE, "called outside a call of the gateway into the adapter");
  try {
    std::string why;
    const bgw_status status = body(*host, why);
    return status == BGW_OK ? status : answer(error, status, why);
  } catch (const std::exception& e) {
    return answer(error, BGW_E_TRANSIENT, e.what());
  } catch (...) {
    return answer(error, BGW_E_TRANSIENT, "the gateway failed");
  }
}

// The same for a function without an answer.
template <class F>
void tell(void* context, const char* function, F&& body) noexcept {
  AdapterHost* host = of(context).enter(function);
  if (host != nullptr) body(*host);
}

void publish(void* context, const bgw_update* update) noexcept {
  AdapterHost* host = of(context).enter("publish");
  if (host != nullptr) host->updates().publish(update);
}
void publish_batch(void* context, const bgw_update* updates, std::uint32_t count) noexcept {
  AdapterHost* host = of(context).enter("publish_batch");
  if (host == nullptr || updates == nullptr) return;
  for (std::uint32_t i = 0; i < count; ++i) host->updates().publish(updates + i);
}
void confirm(void* context, const bgw_stream* stream) noexcept {
  tell(context, "confirm", [&](AdapterHost& host) {
    if (stream != nullptr) host.confirm(*stream);
  });
}
void refuse(void* context, const bgw_stream* stream, bgw_status code, const char* text) noexcept {
  tell(context, "refuse", [&](AdapterHost& host) {
    if (stream != nullptr) host.refuse(*stream, code, text);
  });
}
void suspect(void* context, std::uint32_t instrument, std::uint32_t modes, const char* text) noexcept {
  tell(context, "suspect", [&](AdapterHost& host) { host.suspect(instrument, modes, text); });
}
void dropped(void* context, std::uint32_t kind, std::uint64_t count) noexcept {
  tell(context, "dropped", [&](AdapterHost& host) { host.dropped(kind, count); });
}
void list_announced(void* context, const char* etag) noexcept {
  tell(context, "list_announced", [&](AdapterHost& host) { host.list_announced(etag); });
}
void ready(void* context) noexcept {
  tell(context, "ready", [](AdapterHost& host) { host.ready(); });
}
void fail(void* context, const bgw_error* error) noexcept {
  tell(context, "fail", [&](AdapterHost& host) {
    bgw_error failure{BGW_E_TRANSIENT, 0, 0, "the plugin gave no reason"};
    if (error != nullptr) failure = *error;
    failure.message[sizeof failure.message - 1] = '\0';
    if (failure.code == BGW_OK) failure.code = BGW_E_TRANSIENT;
    host.fail(failure);
  });
}

bgw_status websocket_open(void* context, const bgw_websocket_request* request, std::uint32_t* connection,
                          bgw_error* error) noexcept {
  constexpr std::uint32_t kFirstSize = 48;  // in the first contract
  if (request == nullptr || connection == nullptr || request->size < kFirstSize)
    return lacks(error, "found no request, an old one, or no place for the number, expected both");
  return run(context, "websocket_open", error,
             [&](AdapterHost& host, std::string& why) { return host.open_websocket(*request, *connection, why); });
}
bgw_status websocket_send(void* context, std::uint32_t connection, std::uint32_t opcode, const void* data,
                          std::size_t length, bgw_error* error) noexcept {
  if (data == nullptr && length != 0) return lacks(error, "data: found nothing, expected some");
  return run(context, "websocket_send", error, [&](AdapterHost& host, std::string& why) {
    return host.send(connection, opcode, {static_cast<const std::byte*>(data), length}, why);
  });
}
bgw_status websocket_ping(void* context, std::uint32_t connection, const void* data, std::size_t length,
                          bgw_error* error) noexcept {
  if (data == nullptr && length != 0) return lacks(error, "data: found nothing, expected some");
  return run(context, "websocket_ping", error, [&](AdapterHost& host, std::string& why) {
    return host.ping(connection, {static_cast<const char*>(data), length}, why);
  });
}
bgw_status websocket_close(void* context, std::uint32_t connection, std::int32_t code, bgw_error* error) noexcept {
  return run(context, "websocket_close", error,
             [&](AdapterHost& host, std::string& why) { return host.close_websocket(connection, code, why); });
}

bgw_status timer(void* context, std::uint32_t id, std::int64_t after_ns, bgw_error* error) noexcept {
  return run(context, "timer", error, [&](AdapterHost& host, std::string&) {
    host.set_timer(id, after_ns);
    return bgw_status{BGW_OK};
  });
}
std::int64_t now_ns(void* context) noexcept { return of(context).services().wall(); }
std::int64_t steady_ns(void* context) noexcept { return of(context).services().monotonic(); }

std::string unknown(const char* key) { return std::string(key) + ": found no value, expected a setting that has one"; }

bgw_status setting(void* context, const char* key, char* buffer, std::size_t capacity, std::size_t* length,
                   bgw_error* error) noexcept {
  if (key == nullptr || length == nullptr || (buffer == nullptr && capacity != 0))
    return lacks(error, "found no key, buffer or length, expected all of them");
  *length = 0;
  return run(context, "setting", error, [&](AdapterHost& host, std::string& why) {
    const AdapterSetting* found = host.find_setting(key);
    if (found == nullptr || found->is_missing) why = unknown(key);
    if (found == nullptr) return bgw_status{BGW_E_NOT_FOUND};
    if (found->is_missing) return bgw_status{found->is_secret ? BGW_E_AUTH : BGW_E_NOT_FOUND};
    *length = found->text.size();
    if (found->text.size() >= capacity) {
      why = std::string(key) + ": found a buffer of " + std::to_string(capacity) + " bytes, expected " +
            std::to_string(found->text.size() + 1);
      return bgw_status{BGW_E_TOO_SMALL};
    }
    std::memcpy(buffer, found->text.c_str(), found->text.size() + 1);
    return bgw_status{BGW_OK};
  });
}
bgw_status setting_integers(void* context, const char* key, std::int64_t* values, std::size_t capacity,
                            std::size_t* count, bgw_error* error) noexcept {
  if (key == nullptr || count == nullptr || (values == nullptr && capacity != 0))
    return lacks(error, "found no key, values or count, expected all of them");
  *count = 0;
  return run(context, "setting_integers", error, [&](AdapterHost& host, std::string& why) {
    const AdapterSetting* found = host.find_setting(key);
    if (found == nullptr || found->is_missing) {
      why = unknown(key);
      return bgw_status{BGW_E_NOT_FOUND};
    }
    *count = found->integers.size();
    if (found->integers.size() > capacity) {
      why = std::string(key) + ": found room for " + std::to_string(capacity) + " values, expected " +
            std::to_string(found->integers.size());
      return bgw_status{BGW_E_TOO_SMALL};
    }
    std::copy(found->integers.begin(), found->integers.end(), values);
    return bgw_status{BGW_OK};
  });
}
std::int64_t setting_written_ns(void* context, const char* key) noexcept {
  AdapterHost* host = of(context).enter("setting_written_ns");
  if (host == nullptr || key == nullptr) return 0;
  const AdapterSetting* found = host->find_setting(key);
  return found == nullptr ? 0 : found->written_ns;
}

bgw_status set_capabilities(void* context, const bgw_capability* capabilities, std::uint32_t count,
                            bgw_error* error) noexcept {
  if (capabilities == nullptr && count != 0) return lacks(error, "capabilities: found nothing, expected some");
  return run(context, "set_capabilities", error, [&](AdapterHost& host, std::string& why) {
    return host.set_capabilities({capabilities, count}, why);
  });
}
bgw_status set_limits(void* context, const bgw_limits* limits, bgw_error* error) noexcept {
  if (limits == nullptr) return lacks(error, "limits: found nothing, expected some");
  return run(context, "set_limits", error,
             [&](AdapterHost& host, std::string& why) { return host.set_limits(*limits, why); });
}

void log_line(void* context, std::int32_t level, const char* text, std::size_t length) noexcept {
  static constexpr log::Level kLevels[] = {log::Level::debug, log::Level::info, log::Level::warning, log::Level::error};
  if (text == nullptr) return;
  try {
    const log::Level of_line = kLevels[std::clamp(level, 0, 3)];
    const HostContext::Services& broker = of(context).services();
    // Redacted and cut before it is copied: a plugin may say megabytes.
    if (log::enabled(of_line))
      // event: what a plugin says by itself
      broker.log->said.write(of_line, "", broker.name + ": " + log::redacted({text, length}, kMaxSaid));
  } catch (...) {
    // Without memory there is no line.
  }
}

bgw_status http_request(void* context, const bgw_http_request* request, std::uint32_t* id, bgw_error* error) noexcept {
  if (request == nullptr || id == nullptr)
    return lacks(error, "found no request or no place for its number, expected both");
  return run(context, "http request", error,
             [&](AdapterHost& host, std::string& why) { return host.request_http(*request, *id, why); });
}
bgw_status http_cancel(void* context, std::uint32_t id, bgw_error* error) noexcept {
  return run(context, "http cancel", error,
             [&](AdapterHost& host, std::string& why) { return host.cancel_http(id, why); });
}

const void* get_extension(void*, const char* id) noexcept {
  static constexpr bgw_http kHttp = {sizeof(bgw_http), 0, http_request, http_cancel};
  return id != nullptr && std::string_view(id) == BGW_EXTENSION_HTTP ? &kHttp : nullptr;
}

bgw_status post(void* context, void (*run)(void* argument, std::int32_t is_alive), void* argument,
                bgw_error* error) noexcept {
  if (run == nullptr) return lacks(error, "run: found nothing, expected a function");
  const bgw_status status = of(context).post({run, argument});
  return status == BGW_OK ? status : answer(error, status, "the adapter is destroyed");
}

}  // namespace

bgw_host make_host_table(HostContext& context) {
  bgw_host host{};
  host.size = sizeof host;
  host.abi_minor = BGW_ABI_MINOR;
  host.context = &context;
  host.publish = publish;
  host.publish_batch = publish_batch;
  host.confirm = confirm;
  host.refuse = refuse;
  host.ready = ready;
  host.fail = fail;
  host.websocket_open = websocket_open;
  host.websocket_send = websocket_send;
  host.websocket_ping = websocket_ping;
  host.websocket_close = websocket_close;
  host.timer = timer;
  host.now_ns = now_ns;
  host.monotonic_ns = steady_ns;
  host.suspect = suspect;
  host.setting = setting;
  host.setting_integers = setting_integers;
  host.setting_written_ns = setting_written_ns;
  host.set_capabilities = set_capabilities;
  host.set_limits = set_limits;
  host.digest = make_digest;
  host.hmac = make_hmac;
  host.log = log_line;
  host.get_extension = get_extension;
  host.dropped = dropped;
  host.list_announced = list_announced;
  host.post = post;
  host.max_levels = kMaxBookLevels;
  return host;
}

}  // namespace gw::plugin_host
