// SPDX-License-Identifier: Apache-2.0
// bgw/adapter.hpp - what the author of a broker plugin includes: BaseBrokerAdapter over the C contract of bgw/abi.h.
//
// Header-only and compiled into the plugin; nothing of C++ crosses the library's border. Derive from BaseBrokerAdapter,
// then name the class once in BGW_BROKER_PLUGIN. Throw bgw::Error to report a failure: the layer here turns it into a
// status. All virtual functions are [adapter]: never two at once for one object, so that no lock is needed.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
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

// The value of a header; upper and lower case are the same in `name`. Empty: not there.
inline std::string_view header_of(std::span<const bgw_header> headers, std::string_view name) {
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

// How a connection ended, as handed to on_close.
struct Close {
  std::int32_t code = 1006;
  std::int32_t http_status = 0;  // of an upgrade that was refused or redirected, else 0
  std::string_view reason{};
  std::span<const bgw_header> headers{};
  std::string_view body{};  // the beginning of a refused upgrade's body

  std::string_view header(std::string_view name) const { return header_of(headers, name); }
};

// The answer to an HTTP request, as handed to on_http.
struct HttpResponse {
  std::int32_t status = 0;  // 0: none was received, and `error` says why
  std::string_view body{};
  std::string_view error{};
  std::span<const bgw_header> headers{};

  std::string_view header(std::string_view name) const { return header_of(headers, name); }
};

using Headers = std::span<const std::pair<std::string, std::string>>;

// What a WebSocket may have beside its address and headers: see bgw_websocket_request.
struct WebSocketOptions {
  std::uint32_t flags = 0;  // BGW_WEBSOCKET_*
  std::uint32_t connection_class = 0;
  std::string subprotocol{};
  std::int64_t ping_interval_ns = 0;
};

// See bgw_http_request.
struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::int64_t timeout_ns = 0;
  std::uint64_t max_response = 0;
  std::uint32_t max_redirects = 0;
};

namespace detail {

// The text of a setting, of either kind of host; nothing when it is not set. A missing secret throws BGW_E_AUTH.
template <class Host>
std::optional<std::string> read_setting(const Host& host, const char* key) {
  std::string value(256, '\0');
  std::size_t length = 0;
  bgw_status status = host.setting(host.context, key, value.data(), value.size(), &length, nullptr);
  if (status == BGW_E_TOO_SMALL) {
    value.resize(length + 1);
    status = host.setting(host.context, key, value.data(), value.size(), &length, nullptr);
  }
  if (status == BGW_E_AUTH) throw Error(BGW_E_AUTH, std::string(key) + " is missing");
  if (status != BGW_OK) return std::nullopt;
  value.resize(length);
  return value;
}

}  // namespace detail

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
  // reason. BGW_OK: the session goes on without this socket; see bgw_adapter_api.
  virtual bgw_status on_close(std::uint32_t /*connection*/, const Close& /*close*/) { return BGW_E_TRANSIENT; }
  virtual void on_timer(std::uint32_t /*id*/) {}
  // Throw bgw::Error to end the session.
  virtual void on_http(std::uint32_t /*id*/, const HttpResponse& /*response*/) {}
  virtual const void* get_extension(const char* /*id*/) { return nullptr; }

 protected:
  void publish(const bgw_tick& tick, const bgw_tick_rare* rare = nullptr, const bgw_book* book = nullptr,
               std::span<const bgw_value> values = {}) const {
    const bgw_update update{&tick, rare, book, values.data(), static_cast<std::uint32_t>(values.size()), 0};
    host_->publish(host_->context, &update);
  }
  // Several packets at once, which is quicker than one after the other.
  void publish_batch(std::span<const bgw_update> updates) const {
    host_->publish_batch(host_->context, updates.data(), static_cast<std::uint32_t>(updates.size()));
  }
  void confirm(const bgw_stream& stream) const { host_->confirm(host_->context, &stream); }
  // What was published of these modes is not kept up to date: see bgw_host.suspect. Does nothing at a host without it.
  void suspect(std::uint32_t instrument, std::uint32_t modes, const std::string& text) const {
    if (BGW_HAS(host_, suspect)) host_->suspect(host_->context, instrument, modes, text.c_str());
  }
  void refuse(const bgw_stream& stream, bgw_status code, const std::string& text) const {
    host_->refuse(host_->context, &stream, code, text.c_str());
  }
  // The stream that a subscription asks for.
  static bgw_stream stream_of(const bgw_subscription& s) {
    return {s.instrument, s.mode, s.depth_level, sizeof(bgw_stream)};
  }
  // Counts what the broker sent and this plugin left out; `kind` is one of BGW_DROP_*.
  void dropped(std::uint32_t kind, std::uint64_t count = 1) const {
    if (BGW_HAS(host_, dropped)) host_->dropped(host_->context, kind, count);
  }
  void list_announced(const std::string& etag) const {
    if (BGW_HAS(host_, list_announced)) host_->list_announced(host_->context, etag.c_str());
  }
  void ready() const { host_->ready(host_->context); }
  void fail(bgw_status code, std::string_view message, std::int64_t retry_after_ns = 0) const {
    bgw_error error{code, 0, retry_after_ns, {}};
    std::snprintf(error.message, sizeof error.message, "%.*s", static_cast<int>(message.size()), message.data());
    host_->fail(host_->context, &error);
  }

  // Opens one more WebSocket. The result is its id, which on_open, on_frame and on_close get.
  std::uint32_t websocket_open(const std::string& url, Headers headers = {},
                               const WebSocketOptions& options = {}) const {
    const std::vector<bgw_header> list = pointers_to(headers);
    const bgw_websocket_request request{sizeof request,
                                        static_cast<std::uint32_t>(list.size()),
                                        url.c_str(),
                                        list.data(),
                                        options.flags,
                                        options.connection_class,
                                        options.subprotocol.empty() ? nullptr : options.subprotocol.c_str(),
                                        options.ping_interval_ns};
    std::uint32_t connection = 0;
    bgw_error error{};
    check(host_->websocket_open(host_->context, &request, &connection, &error), error, "websocket_open");
    return connection;
  }
  void send_text(std::uint32_t connection, std::string_view text) const {
    send(connection, BGW_OPCODE_TEXT, text.data(), text.size());
  }
  void send_binary(std::uint32_t connection, std::span<const std::byte> data) const {
    send(connection, BGW_OPCODE_BINARY, data.data(), data.size());
  }
  void send_ping(std::uint32_t connection, std::string_view data = {}) const {
    bgw_error error{};
    check(host_->websocket_ping(host_->context, connection, data.data(), data.size(), &error), error, "websocket_ping");
  }
  // on_close follows, unless the session ends first. Closing what is closed already does nothing.
  void websocket_close(std::uint32_t connection, std::int32_t code = 1000) const {
    host_->websocket_close(host_->context, connection, code, nullptr);
  }

  // Begins a request of bgw.http/1; on_http follows with the id that is the result. [adapter]
  std::uint32_t http_request(const HttpRequest& wanted) const {
    const bgw_http& http = this->http();
    const std::vector<bgw_header> list = pointers_to(wanted.headers);
    const bgw_http_request request{sizeof request,
                                   static_cast<std::uint32_t>(list.size()),
                                   wanted.method.c_str(),
                                   wanted.url.c_str(),
                                   list.data(),
                                   wanted.body.data(),
                                   wanted.body.size(),
                                   wanted.timeout_ns,
                                   wanted.max_response,
                                   wanted.max_redirects,
                                   0};
    std::uint32_t id = 0;
    bgw_error error{};
    check(http.request(host_->context, &request, &id, &error), error, "http_request");
    return id;
  }
  void http_cancel(std::uint32_t id) const { http().cancel(host_->context, id, nullptr); }

  void set_timer(std::uint32_t id, std::int64_t after_ns) const { host_->timer(host_->context, id, after_ns, nullptr); }
  void cancel_timer(std::uint32_t id) const { set_timer(id, -1); }
  std::int64_t now_ns() const { return host_->now_ns(host_->context); }
  std::int64_t monotonic_ns() const { return host_->monotonic_ns(host_->context); }

  // From any thread of the plugin: runs `work` later as a call into this adapter, or never when the adapter ends first.
  // What it throws is logged. False: the adapter is being destroyed, or the host has no such function. [any]
  bool post(std::function<void()> work) const {
    if (!BGW_HAS(host_, post)) return false;
    struct Posted {
      const BaseBrokerAdapter* adapter;
      std::function<void()> work;
      static void run(void* argument, std::int32_t is_alive) noexcept {
        const std::unique_ptr<Posted> posted(static_cast<Posted*>(argument));
        if (is_alive == 0) return;
        try {
          posted->work();
        } catch (const std::exception& e) {
          posted->adapter->log(BGW_LOG_ERROR, e.what());
        } catch (...) {
          posted->adapter->log(BGW_LOG_ERROR, "posted work threw something that is no std::exception");
        }
      }
    };
    auto posted = std::make_unique<Posted>(Posted{this, std::move(work)});
    if (host_->post(host_->context, &Posted::run, posted.get(), nullptr) != BGW_OK) return false;
    static_cast<void>(posted.release());
    return true;
  }

  // The setting's text; nothing when it is not set. A missing secret throws BGW_E_AUTH.
  std::optional<std::string> setting(const char* key) const { return detail::read_setting(*host_, key); }
  // An integer setting's value, or a duration's in nanoseconds; nothing when it is not set.
  std::optional<std::int64_t> setting_integer(const char* key) const {
    const std::optional<std::string> text = setting(key);
    if (!text) return std::nullopt;
    std::int64_t value = 0;
    const char* const end = text->data() + text->size();
    const auto [stop, problem] = std::from_chars(text->data(), end, value);
    if (problem == std::errc{} && stop == end) return value;
    throw Error(BGW_E_INVALID, std::string(key) + ": expected an integer setting or a duration");
  }
  // A boolean setting's value; false when it is not set.
  bool setting_flag(const char* key) const { return setting(key) == "true"; }
  // When the setting's value was written, where it comes from a file; 0: not known.
  std::int64_t setting_written_ns(const char* key) const { return host_->setting_written_ns(host_->context, key); }
  std::vector<std::int64_t> setting_integers(const char* key) const {
    std::vector<std::int64_t> values(64);
    std::size_t count = 0;
    bgw_status status = host_->setting_integers(host_->context, key, values.data(), values.size(), &count, nullptr);
    if (status == BGW_E_TOO_SMALL) {
      values.resize(count);
      status = host_->setting_integers(host_->context, key, values.data(), values.size(), &count, nullptr);
    }
    if (status != BGW_OK) return {};
    values.resize(count);
    return values;
  }
  void set_capabilities(std::span<const bgw_capability> capabilities) const {
    bgw_error error{};
    check(host_->set_capabilities(host_->context, capabilities.data(), static_cast<std::uint32_t>(capabilities.size()),
                                  &error),
          error, "set_capabilities");
  }
  // The limits of this account; `size` is set here. Inside initialize only.
  void set_limits(bgw_limits limits) const {
    limits.size = sizeof limits;
    bgw_error error{};
    check(host_->set_limits(host_->context, &limits, &error), error, "set_limits");
  }
  // Levels a side that a book may carry.
  std::uint32_t max_levels() const { return BGW_HAS(host_, max_levels) ? host_->max_levels : BGW_MIN_LEVELS; }
  void log(std::int32_t level, std::string_view text) const {
    host_->log(host_->context, level, text.data(), text.size());
  }

 private:
  static void check(bgw_status status, const bgw_error& error, const char* what) {
    if (status == BGW_OK) return;
    throw Error(status,
                std::string(what) + ": " + (error.message[0] != '\0' ? error.message : "was refused by the gateway"));
  }
  static std::vector<bgw_header> pointers_to(Headers headers) {
    std::vector<bgw_header> list;
    for (const auto& [name, value] : headers) list.push_back({name.c_str(), value.c_str()});
    return list;
  }
  void send(std::uint32_t connection, std::uint32_t opcode, const void* data, std::size_t length) const {
    bgw_error error{};
    check(host_->websocket_send(host_->context, connection, opcode, data, length, &error), error, "websocket_send");
  }
  const bgw_http& http() const {
    const auto* http = BGW_HAS(host_, get_extension)
                           ? static_cast<const bgw_http*>(host_->get_extension(host_->context, BGW_EXTENSION_HTTP))
                           : nullptr;
    if (!BGW_HAS(http, cancel)) throw Error(BGW_E_UNSUPPORTED, "this gateway has no " BGW_EXTENSION_HTTP);
    return *http;
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
      Close close{c->code, c->http_status, c->reason, {c->headers, c->header_count}};
      if (BGW_HAS(c, body_length)) close.body = {c->body, c->body_length};
      return of(self).on_close(connection, close);
    });
  }
  static bgw_status on_timer(void* self, std::uint32_t id, bgw_error* error) noexcept {
    return guard(error, "on_timer", [&] { of(self).on_timer(id); });
  }
  static bgw_status on_http(void* self, std::uint32_t id, const bgw_http_response* r, bgw_error* error) noexcept {
    return guard(error, "on_http", [&] {
      of(self).on_http(
          id, {r->status, {r->body, r->length}, BGW_HAS(r, error) ? r->error : "", {r->headers, r->header_count}});
    });
  }
  static const void* get_extension(void* self, const char* id) noexcept {
    const void* found = nullptr;
    guard(nullptr, "get_extension", [&] { found = of(self).get_extension(id); });
    return found;
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
                                          on_timer,
                                          on_http,
                                          get_extension};
};

}  // namespace detail

// What BGW_BROKER_PLUGIN needs to know about the plugin.
struct PluginInfo {
  const char* broker = "";
  const char* version = "";
  const char* vendor = "";
  std::span<const bgw_capability> capabilities;
  std::span<const bgw_setting> settings;
  bgw_limits limits{};      // its size is set by BGW_BROKER_PLUGIN
  std::uint32_t flags = 0;  // BGW_PLUGIN_*
  const void* (*get_extension)(const char* id) = nullptr;
  std::uint16_t min_host_minor = 0;  // abi_minor of the oldest host that will do
  // Called while the library is loaded. Throw bgw::Error to say why the plugin cannot be used here. [load]
  void (*on_load)(const bgw_loader& loader) = nullptr;
};

// One broker of a plugin's file: the adapter class and a PluginInfo at namespace scope.
template <class Adapter, const PluginInfo& info>
struct Broker {
  static bgw_plugin_descriptor& descriptor() {
    static const bgw_limits limits = [] {
      bgw_limits made = info.limits;
      made.size = sizeof made;
      return made;
    }();
    static bgw_plugin_descriptor made = describe(limits);
    return made;
  }
  static void load(const bgw_loader& loader) {
    if (info.on_load != nullptr) info.on_load(loader);
  }

 private:
  static bgw_plugin_descriptor describe(const bgw_limits& limits) {
    bgw_plugin_descriptor d{};
    d.magic = BGW_ABI_MAGIC;
    d.size = sizeof d;
    d.abi_major = BGW_ABI_MAJOR;
    d.abi_minor = BGW_ABI_MINOR;
    d.min_host_minor = info.min_host_minor;
    d.tick_size = sizeof(bgw_tick);
    d.tick_rare_size = sizeof(bgw_tick_rare);
    d.level_size = sizeof(bgw_level);
    d.book_size = sizeof(bgw_book);
    d.update_size = sizeof(bgw_update);
    d.capability_size = sizeof(bgw_capability);
    d.setting_size = sizeof(bgw_setting);
    d.subscription_size = sizeof(bgw_subscription);
    d.value_size = sizeof(bgw_value);
    d.header_size = sizeof(bgw_header);
    d.depth_limit_size = sizeof(bgw_depth_limit);
    d.connection_class_size = sizeof(bgw_connection_class);
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
};

namespace detail {

// The entry of a plugin with these brokers.
template <class... Brokers>
const bgw_plugin_descriptor* enter(const bgw_loader* loader) noexcept {
  const auto refuse = [loader](const char* why) {
    if (BGW_HAS(loader, set_error)) loader->set_error(loader->context, why);
  };
  try {
    if (loader != nullptr) (Brokers::load(*loader), ...);
    bgw_plugin_descriptor* descriptors[] = {&Brokers::descriptor()...};
    for (std::size_t i = 1; i < sizeof...(Brokers); ++i) descriptors[i - 1]->next = descriptors[i];
    return descriptors[0];
  } catch (const std::exception& e) {
    refuse(e.what());
  } catch (...) {
    refuse("the plugin threw something that is no std::exception");
  }
  return nullptr;
}

}  // namespace detail
}  // namespace bgw

// Once per plugin, at namespace scope: the brokers of its file, bgw::Broker<Class, info> each.
#define BGW_BROKER_PLUGINS(...)                                                                    \
  extern "C" __attribute__((visibility("default"))) const bgw_plugin_descriptor* bgw_plugin_entry( \
      const bgw_loader* loader) {                                                                  \
    return ::bgw::detail::enter<__VA_ARGS__>(loader);                                              \
  }                                                                                                \
  static_assert(true, "")

// The same for a file with one broker: the adapter class and its bgw::PluginInfo.
#define BGW_BROKER_PLUGIN(Class, info) BGW_BROKER_PLUGINS(::bgw::Broker<Class, info>)
