// SPDX-License-Identifier: Apache-2.0
// bgw/testing/recorded_host.hpp - the part of bgw/testing/recorder.hpp that stands between the adapter and its host:
// each of the adapter's words and questions is written down and handed on, with what the host answers. [adapter]
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bgw/abi.h"
#include "bgw/testing/record_codec.hpp"
#include "bgw/testing/record_writer.hpp"

namespace bgw::testing {

class RecordedHost {
 public:
  // A secret that the settings have: one of this name is replaced as a whole, however short it is.
  struct Hidden {
    std::string name;
    std::string value;
  };
  using Post = decltype(bgw_host::post);

  // `host` and `writer` outlive this. `post` takes the place of the host's, if it has one, and finds `owner` by
  // owner_of.
  RecordedHost(const bgw_host& host, RecordWriter& writer, const std::vector<Hidden>& hidden, void* owner, Post post)
      : host_(&host), writer_(writer), hidden_(hidden), owner_(owner) {
    std::memcpy(&table_, &host, std::min<std::size_t>(host.size, sizeof table_));
    table_.size = static_cast<std::uint32_t>(std::min<std::size_t>(host.size, sizeof table_));
    table_.context = this;
    if (host.get_extension != nullptr)
      http_ = static_cast<const bgw_http*>(host.get_extension(host.context, BGW_EXTENSION_HTTP));
    wrap_data();
    wrap_sockets();
    wrap_questions();
    if (BGW_HAS(&table_, post) && table_.post != nullptr) table_.post = post;
  }
  RecordedHost(const RecordedHost&) = delete;
  RecordedHost& operator=(const RecordedHost&) = delete;

  const bgw_host& table() const { return table_; }
  bool has_http() const { return http_ != nullptr; }
  static void* owner_of(void* context) { return of(context).owner_; }

 private:
  static RecordedHost& of(void* context) { return *static_cast<RecordedHost*>(context); }

  // What the host answered to a request that was written down just before.
  bgw_status done(bgw_status status, std::uint32_t number, const bgw_error* error) {
    writer_.note(RecordKind::told_done, [&](RecordBytes& out) {
      out.number(status);
      out.number(number);
      out.text(status != BGW_OK && error != nullptr ? writer_.hide.received(detail::words_of(*error)) : std::string());
    });
    return status;
  }

  template <class Fill, class F>
  static void say(void* context, RecordKind kind, Fill&& fill, F&& hand_on) {
    RecordedHost& r = of(context);
    r.writer_.note(kind, std::forward<Fill>(fill));
    hand_on(*r.host_);
  }
  // The same for a request that is answered by a status, and perhaps a number.
  template <class Fill, class F>
  static bgw_status ask(void* context, RecordKind kind, const std::uint32_t* number, bgw_error* error, Fill&& fill,
                        F&& hand_on) {
    RecordedHost& r = of(context);
    r.writer_.note(kind, std::forward<Fill>(fill));
    bgw_error own{};  // the adapter may not want to know why
    bgw_error* const why = error != nullptr ? error : &own;
    const bgw_status status = hand_on(*r.host_, why);
    return r.done(status, number != nullptr && status == BGW_OK ? *number : 0, why);
  }

  static void note_update(RecordedHost& r, const bgw_update* update) {
    if (update == nullptr || update->tick == nullptr) return;  // dropped by the host
    r.writer_.note(RecordKind::publish, [&](RecordBytes& out) {
      r.writer_.hide.data_came();
      put_update(out, *update);
    });
  }
  void wrap_data() {
    table_.publish = [](void* c, const bgw_update* update) {
      RecordedHost& r = of(c);
      note_update(r, update);
      r.host_->publish(r.host_->context, update);
    };
    table_.publish_batch = [](void* c, const bgw_update* updates, std::uint32_t count) {
      RecordedHost& r = of(c);
      for (std::uint32_t i = 0; updates != nullptr && i < count; ++i) note_update(r, updates + i);
      r.host_->publish_batch(r.host_->context, updates, count);
    };
    table_.confirm = [](void* c, const bgw_stream* stream) {
      say(
          c, RecordKind::confirm,
          [&](RecordBytes& out) { put_stream(out, stream != nullptr ? *stream : bgw_stream{}); },
          [&](const bgw_host& h) { h.confirm(h.context, stream); });
    };
    table_.refuse = [](void* c, const bgw_stream* stream, bgw_status code, const char* text) {
      say(
          c, RecordKind::refuse,
          [&](RecordBytes& out) {
            put_stream(out, stream != nullptr ? *stream : bgw_stream{});
            out.number(code);
            out.text(of(c).writer_.hide.sent(detail::or_empty(text)));
          },
          [&](const bgw_host& h) { h.refuse(h.context, stream, code, text); });
    };
    table_.ready = [](void* c) {
      if (of(c).writer_.is_inside()) of(c).writer_.hide.end_login();
      say(c, RecordKind::ready, RecordWriter::nothing, [](const bgw_host& h) { h.ready(h.context); });
    };
    table_.fail = [](void* c, const bgw_error* error) {
      say(
          c, RecordKind::fail,
          [&](RecordBytes& out) {
            const bgw_error given = error != nullptr ? *error : bgw_error{};
            out.number(given.code);
            out.number(given.retry_after_ns);
            out.text(of(c).writer_.hide.sent(detail::words_of(given)));
          },
          [&](const bgw_host& h) { h.fail(h.context, error); });
    };
    if (table_.suspect != nullptr)
      table_.suspect = [](void* c, std::uint32_t instrument, std::uint32_t modes, const char* text) {
        say(
            c, RecordKind::suspect,
            [&](RecordBytes& out) {
              out.number(instrument);
              out.number(modes);
              out.text(of(c).writer_.hide.sent(detail::or_empty(text)));
            },
            [&](const bgw_host& h) { h.suspect(h.context, instrument, modes, text); });
      };
    table_.dropped = [](void* c, std::uint32_t kind, std::uint64_t count) {
      say(
          c, RecordKind::dropped,
          [&](RecordBytes& out) {
            out.number(kind);
            out.number(count);
          },
          [&](const bgw_host& h) { h.dropped(h.context, kind, count); });
    };
    table_.list_announced = [](void* c, const char* etag) {
      say(
          c, RecordKind::list_announced, [&](RecordBytes& out) { out.text(detail::or_empty(etag)); },
          [&](const bgw_host& h) { h.list_announced(h.context, etag); });
    };
    table_.log = [](void* c, std::int32_t level, const char* text, std::size_t length) {
      constexpr std::size_t kMaxText = 4096;
      say(
          c, RecordKind::log,
          [&](RecordBytes& out) {
            out.number(level);
            out.text(of(c).writer_.hide.sent({text, text != nullptr ? std::min(length, kMaxText) : 0}));
          },
          [&](const bgw_host& h) { h.log(h.context, level, text, length); });
    };
  }

  void wrap_sockets() {
    table_.websocket_open = [](void* c, const bgw_websocket_request* request, std::uint32_t* connection, bgw_error* e) {
      return ask(
          c, RecordKind::websocket_open, connection, e,
          [&](RecordBytes& out) {
            if (request != nullptr) put_websocket_request(out, of(c).writer_.hide, *request);
          },
          [&](const bgw_host& h, bgw_error* why) { return h.websocket_open(h.context, request, connection, why); });
    };
    table_.websocket_send = [](void* c, std::uint32_t connection, std::uint32_t opcode, const void* data,
                               std::size_t length, bgw_error* e) {
      return ask(
          c, RecordKind::websocket_send, nullptr, e,
          [&](RecordBytes& out) {
            Placeholders& hide = of(c).writer_.hide;
            const std::string_view given(static_cast<const char*>(data), data != nullptr ? length : 0);
            hide.learn_sent(opcode, given);
            const std::string message = hide.sent(given);
            out.number(connection);
            out.number(opcode);
            out.raw(message.data(), message.size());
          },
          [&](const bgw_host& h, bgw_error* why) {
            return h.websocket_send(h.context, connection, opcode, data, length, why);
          });
    };
    table_.websocket_ping = [](void* c, std::uint32_t connection, const void* data, std::size_t length, bgw_error* e) {
      return ask(
          c, RecordKind::websocket_ping, nullptr, e,
          [&](RecordBytes& out) {
            const std::string payload =
                of(c).writer_.hide.sent({static_cast<const char*>(data), data != nullptr ? length : 0});
            out.number(connection);
            out.raw(payload.data(), payload.size());
          },
          [&](const bgw_host& h, bgw_error* why) {
            return h.websocket_ping(h.context, connection, data, length, why);
          });
    };
    table_.websocket_close = [](void* c, std::uint32_t connection, std::int32_t code, bgw_error* e) {
      return ask(
          c, RecordKind::websocket_close, nullptr, e,
          [&](RecordBytes& out) {
            out.number(connection);
            out.number(code);
          },
          [&](const bgw_host& h, bgw_error* why) { return h.websocket_close(h.context, connection, code, why); });
    };
    table_.timer = [](void* c, std::uint32_t id, std::int64_t after_ns, bgw_error* e) {
      return ask(
          c, RecordKind::timer, nullptr, e,
          [&](RecordBytes& out) {
            out.number(id);
            out.number(after_ns);
          },
          [&](const bgw_host& h, bgw_error* why) { return h.timer(h.context, id, after_ns, why); });
    };
    wrapped_http_.size = sizeof wrapped_http_;
    wrapped_http_.request = [](void* c, const bgw_http_request* request, std::uint32_t* id, bgw_error* e) {
      return ask(
          c, RecordKind::http_request, id, e,
          [&](RecordBytes& out) {
            if (request != nullptr) put_http_request(out, of(c).writer_.hide, *request);
          },
          [&](const bgw_host& h, bgw_error* why) { return of(c).http_->request(h.context, request, id, why); });
    };
    wrapped_http_.cancel = [](void* c, std::uint32_t id, bgw_error* e) {
      return ask(
          c, RecordKind::http_cancel, nullptr, e, [&](RecordBytes& out) { out.number(id); },
          [&](const bgw_host& h, bgw_error* why) { return of(c).http_->cancel(h.context, id, why); });
    };
    // Of what else the host offers the adapter learns nothing: its functions would be given this context.
    table_.get_extension = [](void* c, const char* id) -> const void* {
      return id != nullptr && std::string_view(id) == BGW_EXTENSION_HTTP && of(c).http_ != nullptr
                 ? &of(c).wrapped_http_
                 : nullptr;
    };
  }

  std::int64_t note_time(RecordKind kind, std::int64_t time_ns) {
    writer_.note(kind, [&](RecordBytes& out) { out.number(time_ns); });
    return time_ns;
  }
  void note_setting(const char* key, bgw_status status, std::size_t length, std::string_view value) {
    const auto hidden = std::find_if(hidden_.begin(), hidden_.end(), [&](const Hidden& h) { return h.name == key; });
    const bool is_hidden = hidden != hidden_.end() && status == BGW_OK;
    if (writer_.is_inside()) writer_.hide.learn_url(value);
    writer_.note(RecordKind::told_setting, [&](RecordBytes& out) {
      out.text(key);
      out.number(status);
      out.number(std::uint64_t{length});
      out.number(static_cast<std::uint8_t>(is_hidden));
      out.text(is_hidden ? Placeholders::of(key, value) : writer_.hide.sent(value));
    });
  }
  bgw_status note_digest(bool is_hmac, std::uint32_t algorithm, bgw_status status, const std::uint8_t* digest) {
    writer_.note(RecordKind::told_digest, [&](RecordBytes& out) {
      const std::size_t size = algorithm == BGW_DIGEST_SHA1 ? 20 : algorithm == BGW_DIGEST_SHA256 ? 32 : 64;
      out.number(status);
      out.number(static_cast<std::uint8_t>(is_hmac));
      out.number(algorithm);
      out.text(status == BGW_OK ? std::string_view(reinterpret_cast<const char*>(digest), size) : std::string_view{});
    });
    return status;
  }
  void wrap_questions() {
    table_.now_ns = [](void* c) {
      const RecordedHost& r = of(c);
      return of(c).note_time(RecordKind::told_time, r.host_->now_ns(r.host_->context));
    };
    table_.monotonic_ns = [](void* c) {
      const RecordedHost& r = of(c);
      return of(c).note_time(RecordKind::told_monotonic, r.host_->monotonic_ns(r.host_->context));
    };
    table_.setting = [](void* c, const char* key, char* buffer, std::size_t capacity, std::size_t* length,
                        bgw_error* e) {
      RecordedHost& r = of(c);
      const bgw_status status = r.host_->setting(r.host_->context, key, buffer, capacity, length, e);
      if (key != nullptr && length != nullptr)
        r.note_setting(key, status, *length, status == BGW_OK ? std::string_view(buffer, *length) : std::string_view{});
      return status;
    };
    table_.setting_integers = [](void* c, const char* key, std::int64_t* values, std::size_t capacity,
                                 std::size_t* count, bgw_error* e) {
      RecordedHost& r = of(c);
      const bgw_status status = r.host_->setting_integers(r.host_->context, key, values, capacity, count, e);
      if (key == nullptr || count == nullptr) return status;
      r.writer_.note(RecordKind::told_integers, [&](RecordBytes& out) {
        out.text(key);
        out.number(status);
        out.number(static_cast<std::uint32_t>(*count));
        if (status == BGW_OK) out.raw(values, *count * sizeof *values);
      });
      return status;
    };
    if (table_.setting_written_ns != nullptr)
      table_.setting_written_ns = [](void* c, const char* key) {
        RecordedHost& r = of(c);
        const std::int64_t written = r.host_->setting_written_ns(r.host_->context, key);
        r.writer_.note(RecordKind::told_written, [&](RecordBytes& out) {
          out.text(detail::or_empty(key));
          out.number(written);
        });
        return written;
      };
    table_.set_capabilities = [](void* c, const bgw_capability* list, std::uint32_t count, bgw_error* e) {
      return ask(
          c, RecordKind::set_capabilities, nullptr, e,
          [&](RecordBytes& out) { put_capabilities(out, list, list != nullptr ? count : 0); },
          [&](const bgw_host& h, bgw_error* why) { return h.set_capabilities(h.context, list, count, why); });
    };
    table_.set_limits = [](void* c, const bgw_limits* limits, bgw_error* e) {
      return ask(
          c, RecordKind::set_limits, nullptr, e,
          [&](RecordBytes& out) {
            if (limits != nullptr) put_limits(out, *limits);
          },
          [&](const bgw_host& h, bgw_error* why) { return h.set_limits(h.context, limits, why); });
    };
    table_.digest = [](void* c, std::uint32_t algorithm, const void* data, std::size_t length, std::uint8_t* out,
                       bgw_error* e) {
      RecordedHost& r = of(c);
      return r.note_digest(false, algorithm, r.host_->digest(r.host_->context, algorithm, data, length, out, e), out);
    };
    table_.hmac = [](void* c, std::uint32_t algorithm, const void* key, std::size_t key_length, const void* data,
                     std::size_t length, std::uint8_t* out, bgw_error* e) {
      RecordedHost& r = of(c);
      return r.note_digest(true, algorithm,
                           r.host_->hmac(r.host_->context, algorithm, key, key_length, data, length, out, e), out);
    };
  }

  const bgw_host* host_;
  RecordWriter& writer_;
  const std::vector<Hidden>& hidden_;
  void* owner_;
  const bgw_http* http_ = nullptr;  // of the host; null: it has none
  bgw_host table_{};
  bgw_http wrapped_http_{};
};

}  // namespace bgw::testing
