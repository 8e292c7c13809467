// SPDX-License-Identifier: Apache-2.0
// bgw/adapter.hpp - what the author of a broker plugin includes: BaseBrokerAdapter over the C contract of bgw/abi.h.
//
// Header-only and compiled into the plugin; nothing of C++ crosses the library's border. Derive from BaseBrokerAdapter,
// then name the class once in BGW_BROKER_PLUGIN. Throw bgw::Error to report a failure: the layer here turns it into a
// status. All virtual functions are [adapter]: never two at once for one object, so that no lock is needed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "bgw/abi.h"

#define BGW_SDK_VERSION "0.9.0"
#define BGW_TEXT_OF_(x) #x
#define BGW_TEXT_OF(x) BGW_TEXT_OF_(x)
#if defined(__clang__)
#define BGW_COMPILER "clang-" BGW_TEXT_OF(__clang_major__)
#else
#define BGW_COMPILER "gcc-" BGW_TEXT_OF(__GNUC__)
#endif
#if defined(_GLIBCXX_RELEASE)
#define BGW_LIBRARY "libstdc++-" BGW_TEXT_OF(_GLIBCXX_RELEASE)
#else
#define BGW_LIBRARY "libc++-" BGW_TEXT_OF(_LIBCPP_VERSION)
#endif
#define BGW_BUILD_TAG BGW_COMPILER ";" BGW_LIBRARY ";c++" BGW_TEXT_OF(__cplusplus)

namespace bgw {

// A failure with its class (BGW_E_*). `retry_after_ns` counts with BGW_E_RATE only.
struct Error : std::runtime_error {
  Error(bgw_status status, const std::string& message, std::int64_t retry_after = 0)
      : std::runtime_error(message), code(status), retry_after_ns(retry_after) {}
  bgw_status code;
  std::int64_t retry_after_ns;
};

// How a connection ended, as handed to on_close.
struct Close {
  std::int32_t code = 1006;
  std::int32_t http_status = 0;
  std::string_view reason;
  std::span<const bgw_header> headers;
  std::string_view body{};  // the beginning of a refused upgrade's body

  // The value of a header of a refused upgrade; upper and lower case are the same in `name`. Empty: not there.
  std::string_view header(std::string_view name) const {
    for (const bgw_header& h : headers) {
      const std::string_view have = h.name;
      if (have.size() != name.size()) continue;
      bool equal = true;
      for (std::size_t i = 0; i < name.size() && equal; ++i) {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
        equal = lower(have[i]) == lower(name[i]);
      }
      if (equal) return h.value;
    }
    return {};
  }
};

// Derive your broker from this. The constructor must not call the host; read settings in initialize.
class BaseBrokerAdapter {
 public:
  explicit BaseBrokerAdapter(const bgw_host& host) : host_(&host) {}
  virtual ~BaseBrokerAdapter() = default;
  BaseBrokerAdapter(const BaseBrokerAdapter&) = delete;
  BaseBrokerAdapter& operator=(const BaseBrokerAdapter&) = delete;

  virtual void initialize() {}
  virtual void connect() = 0;
  virtual void disconnect() = 0;
  virtual void subscribe(std::span<const bgw_subscription> wanted) = 0;
  virtual void unsubscribe(std::span<const std::uint32_t> instruments) = 0;
  virtual void on_open(std::uint32_t /*connection*/) { ready(); }
  // Returns BGW_E_INVALID when the frame is malformed; throwing on this path is correct but slow.
  virtual bgw_status on_frame(std::uint32_t connection, std::uint32_t opcode, std::span<const std::byte> frame) = 0;
  // Says how the connection failed: BGW_E_TRANSIENT, BGW_E_AUTH, BGW_E_RATE or BGW_E_FATAL; throw bgw::Error to add a
  // reason.
  virtual bgw_status on_close(std::uint32_t /*connection*/, const Close& /*close*/) { return BGW_E_TRANSIENT; }
  virtual void on_timer(std::uint32_t /*id*/) {}

 protected:
  void publish(const bgw_tick& tick, const bgw_tick_rare* rare = nullptr, const bgw_book* book = nullptr) const {
    const bgw_update update{&tick, rare, book};
    host_->publish(host_->context, &update);
  }
  void confirm(const bgw_stream& stream) const { host_->confirm(host_->context, &stream); }
  void refuse(const bgw_stream& stream, bgw_status code, const std::string& text) const {
    host_->refuse(host_->context, &stream, code, text.c_str());
  }
  // The stream that a subscription asks for.
  static bgw_stream stream_of(const bgw_subscription& s) { return {s.instrument, s.mode, s.depth_level, 0}; }
  // Counts what the broker sent and this plugin left out; `kind` is one of BGW_DROP_*.
  void dropped(std::uint32_t kind, std::uint64_t count = 1) const { host_->dropped(host_->context, kind, count); }
  void list_announced(const std::string& etag) const { host_->list_announced(host_->context, etag.c_str()); }
  void ready() const { host_->ready(host_->context); }
  void fail(bgw_status code, std::string_view message, std::int64_t retry_after_ns = 0) const {
    bgw_error error{code, 0, retry_after_ns, {}};
    std::snprintf(error.message, sizeof error.message, "%.*s", static_cast<int>(message.size()), message.data());
    host_->fail(host_->context, &error);
  }

  std::uint32_t websocket_open(const std::string& url,
                               std::span<const std::pair<std::string, std::string>> headers = {},
                               std::uint32_t flags = 0) const {
    std::vector<bgw_header> list;
    for (const auto& [name, value] : headers) list.push_back({name.c_str(), value.c_str()});
    const bgw_websocket_request request{
        sizeof request, static_cast<std::uint32_t>(list.size()), url.c_str(), list.data(), flags, 0};
    std::uint32_t connection = 0;
    check(host_->websocket_open(host_->context, &request, &connection), "websocket_open");
    return connection;
  }
  void send_text(std::uint32_t connection, std::string_view text) const {
    check(host_->websocket_send(host_->context, connection, BGW_OPCODE_TEXT, text.data(), text.size()),
          "websocket_send");
  }
  void send_binary(std::uint32_t connection, std::span<const std::byte> data) const {
    check(host_->websocket_send(host_->context, connection, BGW_OPCODE_BINARY, data.data(), data.size()),
          "websocket_send");
  }
  void websocket_close(std::uint32_t connection, std::int32_t code = 1000) const {
    host_->websocket_close(host_->context, connection, code);
  }

  void set_timer(std::uint32_t id, std::int64_t after_ns) const { host_->timer(host_->context, id, after_ns); }
  void cancel_timer(std::uint32_t id) const { host_->timer(host_->context, id, -1); }
  std::int64_t now_ns() const { return host_->now_ns(host_->context); }
  std::int64_t monotonic_ns() const { return host_->monotonic_ns(host_->context); }

  // The setting's text; nothing when it is not set. A missing secret throws BGW_E_AUTH.
  std::optional<std::string> setting(const char* key) const {
    std::string value(256, '\0');
    std::size_t length = 0;
    bgw_status status = host_->setting(host_->context, key, value.data(), value.size(), &length);
    if (status == BGW_E_INVALID && length >= value.size()) {
      value.resize(length + 1);
      status = host_->setting(host_->context, key, value.data(), value.size(), &length);
    }
    if (status == BGW_E_AUTH) throw Error(BGW_E_AUTH, std::string(key) + " is missing");
    if (status != BGW_OK) return std::nullopt;
    value.resize(length);
    return value;
  }
  // When the setting's value was written, where it comes from a file; 0: not known.
  std::int64_t setting_written_ns(const char* key) const { return host_->setting_written_ns(host_->context, key); }
  std::vector<std::int64_t> setting_integers(const char* key) const {
    std::vector<std::int64_t> values(64);
    std::size_t count = 0;
    bgw_status status = host_->setting_integers(host_->context, key, values.data(), values.size(), &count);
    if (status == BGW_E_INVALID && count > values.size()) {
      values.resize(count);
      status = host_->setting_integers(host_->context, key, values.data(), values.size(), &count);
    }
    if (status != BGW_OK) return {};
    values.resize(count);
    return values;
  }
  void set_capabilities(std::span<const bgw_capability> capabilities) const {
    check(host_->set_capabilities(host_->context, capabilities.data(), static_cast<std::uint32_t>(capabilities.size())),
          "set_capabilities");
  }
  void log(std::int32_t level, std::string_view text) const {
    host_->log(host_->context, level, text.data(), text.size());
  }

 private:
  static void check(bgw_status status, const char* what) {
    if (status != BGW_OK) throw Error(status, std::string(what) + " was refused by the gateway");
  }
  const bgw_host* host_;
};

namespace detail {

inline bgw_status report(bgw_error* error, bgw_status code, const char* where, const char* what,
                         std::int64_t retry_after_ns = 0) noexcept {
  if (error != nullptr) {
    error->code = code;
    error->retry_after_ns = retry_after_ns;
    std::snprintf(error->message, sizeof error->message, "%s%s%s", where, *where ? ": " : "", what);
  }
  return code;
}

// Runs the author's code and turns whatever it throws into a status. The text of an exception that is not a bgw::Error
// also says where it came from.
template <class F>
bgw_status guard(bgw_error* error, const char* where, F&& body) noexcept {
  try {
    if constexpr (std::is_same_v<decltype(body()), bgw_status>)
      return body();
    else
      return body(), BGW_OK;
  } catch (const Error& e) {
    return report(error, e.code, "", e.what(), e.retry_after_ns);
  } catch (const std::exception& e) {
    return report(error, BGW_E_EXCEPTION, where, e.what());
  } catch (...) {
    return report(error, BGW_E_EXCEPTION, where, "an exception that is no std::exception");
  }
}

template <class Adapter>
struct Thunks {
  static Adapter& of(void* self) { return *static_cast<Adapter*>(self); }

  static void* create(const bgw_host* host, bgw_error* error) noexcept {
    void* made = nullptr;
    guard(error, "create", [&] { made = std::make_unique<Adapter>(*host).release(); });
    return made;
  }
  static void destroy(void* self) noexcept {
    guard(nullptr, "destroy", [&] { delete &of(self); });
  }
  static bgw_status initialize(void* self, bgw_error* error) noexcept {
    return guard(error, "initialize", [&] { of(self).initialize(); });
  }
  static bgw_status connect(void* self, bgw_error* error) noexcept {
    return guard(error, "connect", [&] { of(self).connect(); });
  }
  static bgw_status disconnect(void* self, bgw_error* error) noexcept {
    return guard(error, "disconnect", [&] { of(self).disconnect(); });
  }
  static bgw_status subscribe(void* self, const bgw_subscription* list, std::uint32_t n, bgw_error* error) noexcept {
    return guard(error, "subscribe", [&] { of(self).subscribe({list, n}); });
  }
  static bgw_status unsubscribe(void* self, const std::uint32_t* list, std::uint32_t n, bgw_error* error) noexcept {
    return guard(error, "unsubscribe", [&] { of(self).unsubscribe({list, n}); });
  }
  static bgw_status on_open(void* self, std::uint32_t connection, bgw_error* error) noexcept {
    return guard(error, "on_open", [&] { of(self).on_open(connection); });
  }
  static bgw_status on_frame(void* self, std::uint32_t connection, std::uint32_t opcode, const void* data,
                             std::size_t length, bgw_error* error) noexcept {
    return guard(error, "on_frame", [&]() -> bgw_status {
      return of(self).on_frame(connection, opcode, {static_cast<const std::byte*>(data), length});
    });
  }
  static bgw_status on_close(void* self, std::uint32_t connection, const bgw_close* c, bgw_error* error) noexcept {
    return guard(error, "on_close", [&]() -> bgw_status {
      return of(self).on_close(
          connection, {c->code, c->http_status, c->reason, {c->headers, c->header_count}, {c->body, c->body_length}});
    });
  }
  static bgw_status on_timer(void* self, std::uint32_t id, bgw_error* error) noexcept {
    return guard(error, "on_timer", [&] { of(self).on_timer(id); });
  }

  static constexpr bgw_adapter_api api = {sizeof(bgw_adapter_api),
                                          0,
                                          create,
                                          destroy,
                                          initialize,
                                          connect,
                                          disconnect,
                                          subscribe,
                                          unsubscribe,
                                          on_open,
                                          on_frame,
                                          on_close,
                                          on_timer};
};

}  // namespace detail

// What BGW_BROKER_PLUGIN needs to know about the plugin.
struct PluginInfo {
  const char* broker = "";
  const char* version = "";
  const char* vendor = "";
  std::span<const bgw_capability> capabilities;
  std::span<const bgw_setting> settings;
  bgw_limits limits{};
  std::uint32_t flags = 0;  // BGW_PLUGIN_*
  const void* (*get_extension)(const char* id) = nullptr;
};

template <class Adapter>
bgw_plugin_descriptor describe(const PluginInfo& info, const bgw_limits& limits) {
  bgw_plugin_descriptor d{};
  d.magic = BGW_ABI_MAGIC;
  d.size = sizeof d;
  d.abi_major = BGW_ABI_MAJOR;
  d.abi_minor = BGW_ABI_MINOR;
  d.tick_size = sizeof(bgw_tick);
  d.tick_rare_size = sizeof(bgw_tick_rare);
  d.level_size = sizeof(bgw_level);
  d.book_size = sizeof(bgw_book);
  d.update_size = sizeof(bgw_update);
  d.capability_size = sizeof(bgw_capability);
  d.setting_size = sizeof(bgw_setting);
  d.capability_count = static_cast<std::uint32_t>(info.capabilities.size());
  d.setting_count = static_cast<std::uint32_t>(info.settings.size());
  d.flags = info.flags;
  d.broker = info.broker;
  d.version = info.version;
  d.vendor = info.vendor;
  d.sdk_version = BGW_SDK_VERSION;
  d.build_tag = BGW_BUILD_TAG;
  d.capabilities = info.capabilities.data();
  d.settings = info.settings.data();
  d.limits = &limits;
  d.api = &detail::Thunks<Adapter>::api;
  d.get_extension = info.get_extension;
  return d;
}

}  // namespace bgw

// Once per plugin, at namespace scope: the adapter class and a bgw::PluginInfo that lives for ever.
#define BGW_BROKER_PLUGIN(Class, info)                                                                    \
  extern "C" __attribute__((visibility("default"))) const bgw_plugin_descriptor* bgw_plugin_entry(void) { \
    static const bgw_limits limits = [] {                                                                 \
      bgw_limits l = (info).limits;                                                                       \
      l.size = sizeof l;                                                                                  \
      return l;                                                                                           \
    }();                                                                                                  \
    static const bgw_plugin_descriptor descriptor = ::bgw::describe<Class>((info), limits);               \
    return &descriptor;                                                                                   \
  }                                                                                                       \
  static_assert(true, "")
