// SPDX-License-Identifier: Apache-2.0
// bgw/testing/recorder.hpp - stands between a host and one adapter object, hands every call on in both directions, and
// writes down what each side said (bgw/testing/recording.hpp). A host calls create() in place of the adapter's own, and
// the functions of api() afterwards.
//
// What a thread of the plugin's own asks outside a call into the adapter is handed on and not written down. The
// recorder is never freed: the plugin may keep the table of host functions for ever. [adapter] where nothing else
// stands
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bgw/abi.h"
#include "bgw/testing/record_codec.hpp"
#include "bgw/testing/record_writer.hpp"
#include "bgw/testing/recorded_host.hpp"
#include "bgw/testing/recording.hpp"

namespace bgw::testing {

class Recorder {
 public:
  // `plugin`: of the adapter, and outlives it. `instance`: what the host calls the broker. `hidden`: secrets that the
  // settings have; a setting of such a name is replaced as a whole, however short it is.
  using Hidden = RecordedHost::Hidden;
  static Recorder& make(const bgw_plugin_descriptor& plugin, std::string_view instance, std::vector<Hidden> hidden,
                        std::shared_ptr<RecordSink> sink) {
    static std::mutex mutex;
    static auto& all = *new std::vector<std::unique_ptr<Recorder>>;  // where a leak checker finds them
    const std::lock_guard lock(mutex);
    return *all.emplace_back(new Recorder(plugin, instance, std::move(hidden), std::move(sink)));
  }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // `host` is as for bgw_adapter_api.create. What it answers is for the functions of api().
  void* create(const bgw_host& host, bgw_error* error) {
    host_ = &host;
    recorded_ = std::make_unique<RecordedHost>(host, writer_, hidden_, this, post);
    writer_.begin(now(), [this](RecordBytes& out) { put_plugin(out); });
    const RecordWriter::Inside inside(writer_, now());
    writer_.note(RecordKind::create);
    try {
      adapter_ = inner().create(&recorded_->table(), error);
    } catch (...) {
      returned(BGW_E_EXCEPTION, nullptr);
      writer_.end(kNotCreated);
      throw;
    }
    returned(adapter_ != nullptr ? bgw_status{BGW_OK} : error->code, error);
    if (adapter_ == nullptr) writer_.end(kNotCreated);
    return adapter_ != nullptr ? this : nullptr;
  }
  static const bgw_adapter_api& api() {
    static constexpr bgw_adapter_api kApi = {sizeof(bgw_adapter_api),
                                             0,
                                             nullptr,
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
    return kApi;
  }

 private:
  Recorder(const bgw_plugin_descriptor& plugin, std::string_view instance, std::vector<Hidden> hidden,
           std::shared_ptr<RecordSink> sink)
      : plugin_(plugin), instance_(instance), hidden_(std::move(hidden)), writer_(std::move(sink)) {
    for (const Hidden& h : hidden_) writer_.hide.know(h.name, h.value);
  }
  static constexpr const char* kNotCreated = "the adapter could not be created";

  static Recorder& of(void* self) { return *static_cast<Recorder*>(self); }
  const bgw_adapter_api& inner() const { return *plugin_.api; }
  std::int64_t now() const { return host_->now_ns(host_->context); }

  void put_plugin(RecordBytes& out) const {
    for (const char* text :
         {instance_.c_str(), plugin_.broker, plugin_.version, plugin_.sdk_version, plugin_.build_tag})
      out.text(detail::or_empty(text));
    for (const std::uint16_t number : {plugin_.abi_major, plugin_.abi_minor, static_cast<std::uint16_t>(BGW_ABI_MAJOR),
                                       static_cast<std::uint16_t>(host_->abi_minor)})
      out.number(number);
    out.number(BGW_HAS(host_, max_levels) ? host_->max_levels : BGW_MIN_LEVELS);
    out.number(static_cast<std::uint8_t>(recorded_->has_http()));
  }
  void returned(bgw_status status, const bgw_error* error) {
    writer_.note(RecordKind::returned, [&](RecordBytes& out) {
      const bool failed = status != BGW_OK && error != nullptr;
      out.number(status);
      out.number(failed ? error->retry_after_ns : std::int64_t{0});
      out.text(failed ? writer_.hide.sent(detail::words_of(*error)) : std::string());
    });
  }

  // ---- calls into the adapter
  template <class Fill, class F>
  static bgw_status call(void* self, RecordKind kind, bgw_error* error, Fill&& fill, F&& function) {
    Recorder& r = of(self);
    const RecordWriter::Inside inside(r.writer_, r.now());
    r.writer_.note(kind, std::forward<Fill>(fill));
    bgw_status status = BGW_E_EXCEPTION;
    try {
      status = function(r.inner(), r.adapter_);
    } catch (...) {
      r.returned(status, nullptr);
      throw;
    }
    r.returned(status, error);
    return status;
  }

  static void destroy(void* self) {
    Recorder& r = of(self);
    static_cast<void>(
        call(self, RecordKind::destroy, nullptr, RecordWriter::nothing, [](const bgw_adapter_api& a, void* adapter) {
          a.destroy(adapter);
          return bgw_status{BGW_OK};
        }));
    r.writer_.end("");
  }
  static bgw_status initialize(void* self, bgw_error* e) {
    return call(self, RecordKind::initialize, e, RecordWriter::nothing,
                [e](const auto& a, void* x) { return a.initialize(x, e); });
  }
  static bgw_status connect(void* self, bgw_error* e) {
    of(self).writer_.hide.begin_login();
    return call(self, RecordKind::connect, e, RecordWriter::nothing,
                [e](const auto& a, void* x) { return a.connect(x, e); });
  }
  static bgw_status disconnect(void* self, bgw_error* e) {
    return call(self, RecordKind::disconnect, e, RecordWriter::nothing,
                [e](const auto& a, void* x) { return a.disconnect(x, e); });
  }
  static bgw_status subscribe(void* self, const bgw_subscription* list, std::uint32_t n, bgw_error* e) {
    return call(
        self, RecordKind::subscribe, e, [&](RecordBytes& out) { put_subscriptions(out, list, n); },
        [&](const auto& a, void* x) { return a.subscribe(x, list, n, e); });
  }
  static bgw_status unsubscribe(void* self, const std::uint32_t* list, std::uint32_t n, bgw_error* e) {
    return call(
        self, RecordKind::unsubscribe, e,
        [&](RecordBytes& out) {
          out.number(n);
          out.raw(list, n * sizeof *list);
        },
        [&](const auto& a, void* x) { return a.unsubscribe(x, list, n, e); });
  }
  static bgw_status on_open(void* self, std::uint32_t connection, bgw_error* e) {
    return call(
        self, RecordKind::on_open, e, [&](RecordBytes& out) { out.number(connection); },
        [&](const auto& a, void* x) { return a.on_open(x, connection, e); });
  }
  static bgw_status on_frame(void* self, std::uint32_t connection, std::uint32_t opcode, const void* data,
                             std::size_t length, bgw_error* e) {
    return call(
        self, RecordKind::on_frame, e,
        [&](RecordBytes& out) {
          Placeholders& hide = of(self).writer_.hide;
          const std::string_view given(static_cast<const char*>(data), length);
          hide.learn_received(connection, opcode, given);
          const std::string frame = hide.received(given);
          out.number(connection);
          out.number(opcode);
          out.raw(frame.data(), frame.size());
        },
        [&](const auto& a, void* x) { return a.on_frame(x, connection, opcode, data, length, e); });
  }
  static bgw_status on_close(void* self, std::uint32_t connection, const bgw_close* close, bgw_error* e) {
    return call(
        self, RecordKind::on_close, e,
        [&](RecordBytes& out) {
          of(self).writer_.hide.closed(connection);
          put_close(out, of(self).writer_.hide, connection, *close);
        },
        [&](const auto& a, void* x) { return a.on_close(x, connection, close, e); });
  }
  static bgw_status on_timer(void* self, std::uint32_t id, bgw_error* e) {
    return call(
        self, RecordKind::on_timer, e, [&](RecordBytes& out) { out.number(id); },
        [&](const auto& a, void* x) { return a.on_timer(x, id, e); });
  }
  static bgw_status on_http(void* self, std::uint32_t id, const bgw_http_response* response, bgw_error* e) {
    return call(
        self, RecordKind::on_http, e,
        [&](RecordBytes& out) { put_http_response(out, of(self).writer_.hide, id, *response); },
        [&](const bgw_adapter_api& a, void* x) {
          return BGW_HAS(&a, on_http) && a.on_http != nullptr ? a.on_http(x, id, response, e) : bgw_status{BGW_OK};
        });
  }
  static const void* get_extension(void* self, const char* id) {
    const bgw_adapter_api& a = of(self).inner();
    return BGW_HAS(&a, get_extension) && a.get_extension != nullptr ? a.get_extension(of(self).adapter_, id) : nullptr;
  }

  // ---- work that the adapter posts [any]
  struct Posted {
    Recorder& recorder;
    void (*run)(void* argument, std::int32_t is_alive);
    void* argument;
  };
  static bgw_status post(void* c, void (*run)(void*, std::int32_t), void* argument, bgw_error* e) {
    Recorder& r = of(RecordedHost::owner_of(c));
    if (run == nullptr) return r.host_->post(r.host_->context, nullptr, argument, e);
    auto posted = std::make_unique<Posted>(Posted{r, run, argument});
    const bgw_status status = r.host_->post(r.host_->context, run_posted, posted.get(), e);
    if (status == BGW_OK) static_cast<void>(posted.release());  // run_posted has it, and may have freed it already
    return status;
  }
  static void run_posted(void* argument, std::int32_t is_alive) {
    const std::unique_ptr<Posted> posted(static_cast<Posted*>(argument));
    if (is_alive == 0) return posted->run(posted->argument, 0);
    static_cast<void>(
        call(&posted->recorder, RecordKind::posted, nullptr, RecordWriter::nothing, [&](const bgw_adapter_api&, void*) {
          posted->run(posted->argument, 1);
          return bgw_status{BGW_OK};
        }));
  }

  const bgw_plugin_descriptor& plugin_;
  const std::string instance_;
  const std::vector<Hidden> hidden_;
  RecordWriter writer_;
  const bgw_host* host_ = nullptr;
  std::unique_ptr<RecordedHost> recorded_;  // what the adapter has in place of host_
  void* adapter_ = nullptr;
};

}  // namespace bgw::testing
