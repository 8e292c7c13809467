// A plugin inside the test: each of its functions does what the test says, and every call is
// written down.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bgw/adapter.hpp"
#include "core/plugin_host/library.hpp"

namespace gw::plugin_host {

class ScriptedPlugin final : public Library {
 public:
  // What a test wants done in a call; BGW_OK where it wants nothing.
  using Step = std::function<bgw_status(bgw_error&)>;
  Step create, initialize, connect, disconnect, subscribe, unsubscribe, on_open, on_frame, on_close;
  Step on_timer, on_http;
  std::function<void()> destroy;
  std::function<void(const bgw_subscription&)> subscribe_list;  // each one, before `subscribe`

  const bgw_host* host = nullptr;                // of the object that was made last
  std::map<std::size_t, const bgw_host*> hosts;  // of each object that lives, by number from 1
  std::size_t calling = 0;                       // number of the object that was called last
  // "connect", "subscribe 1:4/20 2:1", "on_timer 7", …; those of further objects with "#2 " before.
  std::vector<std::string> calls;
  std::string last_frame;
  bgw::Close last_close;
  std::string last_reason;
  struct Reply {
    std::int32_t status;
    std::string body, error;
    std::map<std::string, std::string> headers;
  } last_reply{};
  std::uint32_t connection = 0;
  bool overlapped = false;  // a call came in during another
  bool reused_error = false;

  std::vector<bgw_capability> capabilities{
      {"NSE", 7, BGW_FEED_TICK_BY_TICK, 2, {5, 20}, 0},
      {"NSE_INDEX", 3, BGW_FEED_SNAPSHOT, 0, {}, 0},
  };
  bgw_limits limits{sizeof(bgw_limits), 0, 0, 0, 0, 0, 0, 0, 0, nullptr, nullptr};

  ScriptedPlugin() {
    current() = this;
    descriptor_.broker = "scripted";
    descriptor_.limits = &limits;
    descriptor_.api = &kApi;
    refresh();
  }
  ~ScriptedPlugin() override { current() = nullptr; }

  void refresh() {
    descriptor_.capabilities = capabilities.data();
    descriptor_.capability_count = static_cast<std::uint32_t>(capabilities.size());
  }
  const std::string& path() const override { return path_; }
  const bgw_plugin_descriptor& descriptor() const override { return descriptor_; }

  // The calls since the last time somebody asked.
  std::vector<std::string> take_calls() { return std::exchange(calls, {}); }
  std::size_t count(const std::string& call) const {
    std::size_t n = 0;
    for (const std::string& c : calls) n += c == call;
    return n;
  }

 private:
  static ScriptedPlugin*& current() {
    static ScriptedPlugin* plugin = nullptr;
    return plugin;
  }
  struct Object {
    ScriptedPlugin* plugin;
    std::size_t number;
  };
  static ScriptedPlugin& of(void* self) {
    const Object& object = *static_cast<Object*>(self);
    object.plugin->calling = object.number;
    return *object.plugin;
  }
  std::string named(std::string call) const {
    return calling == 1 ? call : '#' + std::to_string(calling) + ' ' + std::move(call);
  }

  // Not noexcept: tests throw through it as a plugin written without the C++ layer might.
  bgw_status run(std::string call, const Step& step, bgw_error* error) {
    calls.push_back(named(std::move(call)));
    overlapped |= busy_;
    reused_error |= error->code != 0 || error->message[0] != '\0';
    busy_ = true;
    struct Leave {
      bool& busy;
      ~Leave() { busy = false; }
    } leave{busy_};
    return step ? step(*error) : BGW_OK;
  }

  static void* do_create(const bgw_host* host, bgw_error* error) {
    ScriptedPlugin& p = *current();
    p.host = host;
    std::size_t number = 1;
    while (p.hosts.contains(number)) ++number;
    p.calling = number;
    if (p.run("create", p.create, error) != BGW_OK) return nullptr;
    p.hosts[number] = host;
    return new Object{&p, number};
  }
  static void do_destroy(void* self) {
    ScriptedPlugin& p = of(self);
    p.calls.push_back(p.named("destroy"));
    p.hosts.erase(p.calling);
    delete static_cast<Object*>(self);
    if (p.destroy) p.destroy();
  }
  static bgw_status do_initialize(void* self, bgw_error* error) {
    return of(self).run("initialize", of(self).initialize, error);
  }
  static bgw_status do_connect(void* self, bgw_error* error) {
    return of(self).run("connect", of(self).connect, error);
  }
  static bgw_status do_disconnect(void* self, bgw_error* error) {
    return of(self).run("disconnect", of(self).disconnect, error);
  }
  static bgw_status do_subscribe(void* self, const bgw_subscription* list, std::uint32_t count, bgw_error* error) {
    std::string call = "subscribe";
    for (std::uint32_t i = 0; i < count; ++i) {
      call += ' ' + std::to_string(list[i].instrument) + ':' + std::to_string(list[i].mode);
      if (of(self).subscribe_list) of(self).subscribe_list(list[i]);
      if (list[i].depth_level != 0) call += '/' + std::to_string(list[i].depth_level);
    }
    return of(self).run(std::move(call), of(self).subscribe, error);
  }
  static bgw_status do_unsubscribe(void* self, const std::uint32_t* list, std::uint32_t count, bgw_error* error) {
    std::string call = "unsubscribe";
    for (std::uint32_t i = 0; i < count; ++i) call += ' ' + std::to_string(list[i]);
    return of(self).run(std::move(call), of(self).unsubscribe, error);
  }
  static bgw_status do_on_open(void* self, std::uint32_t connection, bgw_error* error) {
    of(self).connection = connection;
    return of(self).run("on_open", of(self).on_open, error);
  }
  static bgw_status do_on_frame(void* self, std::uint32_t connection, std::uint32_t opcode, const void* data,
                                std::size_t length, bgw_error* error) {
    of(self).connection = connection;
    of(self).last_frame.assign(static_cast<const char*>(data), length);
    return of(self).run("on_frame " + std::to_string(opcode), of(self).on_frame, error);
  }
  static bgw_status do_on_close(void* self, std::uint32_t connection, const bgw_close* c, bgw_error* error) {
    of(self).connection = connection;
    of(self).last_reason = c->reason;
    of(self).last_close = {c->code, c->http_status, {}, {c->headers, c->header_count}, {}};
    return of(self).run("on_close", of(self).on_close, error);
  }
  static bgw_status do_on_timer(void* self, std::uint32_t id, bgw_error* error) {
    return of(self).run("on_timer " + std::to_string(id), of(self).on_timer, error);
  }
  static bgw_status do_on_http(void* self, std::uint32_t id, const bgw_http_response* r, bgw_error* error) {
    of(self).last_reply = {r->status, {r->body, r->length}, r->error, {}};
    return of(self).run("on_http " + std::to_string(id), of(self).on_http, error);
  }
  static constexpr bgw_adapter_api kApi = {sizeof(bgw_adapter_api),
                                           0,
                                           do_create,
                                           do_destroy,
                                           do_initialize,
                                           do_connect,
                                           do_disconnect,
                                           do_subscribe,
                                           do_unsubscribe,
                                           do_on_open,
                                           do_on_frame,
                                           do_on_close,
                                           do_on_timer,
                                           do_on_http,
                                           nullptr};

  std::string path_ = "scripted.so";
  bgw_plugin_descriptor descriptor_{};
  bool busy_ = false;
};

// Steps that tests use often.
inline ScriptedPlugin::Step answer(bgw_status status, const char* why = "because") {
  return [status, why](bgw_error& error) {
    std::snprintf(error.message, sizeof error.message, "%s", why);
    error.code = status;
    return status;
  };
}
inline ScriptedPlugin::Step throwing() {
  return [](bgw_error&) -> bgw_status { throw std::runtime_error("thrown by the plugin"); };
}

}  // namespace gw::plugin_host
