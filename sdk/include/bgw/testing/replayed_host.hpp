// SPDX-License-Identifier: Apache-2.0
// bgw/testing/replayed_host.hpp - the part of bgw/testing/replay.hpp that is the adapter's host: it answers what the
// host of the recording answered, time included, and has each of the adapter's words compared. A thread of the
// adapter's own is answered by the present time, and may post. [adapter]
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "bgw/abi.h"
#include "bgw/testing/record_codec.hpp"
#include "bgw/testing/record_writer.hpp"
#include "bgw/testing/replay_tape.hpp"

namespace bgw::testing {

class ReplayedHost {
 public:
  // `published` gets each update that is as it was then.
  ReplayedHost(ReplayTape& tape, std::uint32_t max_levels, bool has_http, std::function<void(RecordFields&)> published)
      : tape_(tape), has_http_(has_http), published_(std::move(published)) {
    table_.size = sizeof table_;
    table_.abi_minor = BGW_ABI_MINOR;
    table_.context = this;
    table_.max_levels = max_levels;
    hear();
    answer_requests();
    answer_questions();
    table_.post = [](void* c, void (*run)(void*, std::int32_t), void* argument, bgw_error*) {
      ReplayedHost& h = of(c);
      const std::lock_guard lock(h.mutex_);
      h.posted_.push_back({run, argument});
      h.changed_.notify_all();
      return bgw_status{BGW_OK};
    };
  }
  ReplayedHost(const ReplayedHost&) = delete;
  ReplayedHost& operator=(const ReplayedHost&) = delete;
  ~ReplayedHost() { give_back(); }

  const bgw_host& table() const { return table_; }
  void set_time(std::int64_t wall_ns) { wall_ns_.store(wall_ns, std::memory_order_relaxed); }

  // While it lives this thread is inside a call into the adapter.
  class Inside {
   public:
    explicit Inside(const ReplayedHost& host) { current_ = &host; }
    ~Inside() { current_ = nullptr; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
  };

  // Runs the next work that the adapter has posted; a thread of its own may still be about to.
  void run_posted() {
    Posted next{};
    {
      constexpr std::chrono::seconds kPatience{10};
      std::unique_lock lock(mutex_);
      if (!changed_.wait_for(lock, kPatience, [this] { return !posted_.empty(); }))
        return tape_.differ("found no work that the adapter posted, expected some");
      next = posted_.front();
      posted_.pop_front();
    }
    next.run(next.argument, 1);
  }
  // What was posted and not done, once the adapter is destroyed.
  void give_back() {
    std::deque<Posted> left;
    {
      const std::lock_guard lock(mutex_);
      left.swap(posted_);
    }
    for (const Posted& posted : left) posted.run(posted.argument, 0);
  }

 private:
  struct Posted {
    void (*run)(void* argument, std::int32_t is_alive);
    void* argument;
  };
  static ReplayedHost& of(void* context) { return *static_cast<ReplayedHost*>(context); }
  bool is_inside() const { return current_ == this; }

  template <class F>
  bool said(RecordKind kind, F&& fill) {
    if (!is_inside()) return false;
    payload_.clear();
    fill(payload_);
    return tape_.expect(kind, payload_.bytes());
  }
  static bgw_status refuse(bgw_error* error, bgw_status status, std::string_view why) {
    if (error == nullptr) return status;
    error->code = status;
    std::snprintf(error->message, sizeof error->message, "%.*s", static_cast<int>(why.size()), why.data());
    return status;
  }
  static bgw_status is_over(bgw_error* error) { return refuse(error, BGW_E_STATE, "the recording does not go on so"); }
  // The end of a request that was compared.
  bgw_status done(bool was_expected, std::uint32_t* number, bgw_error* error) {
    auto fields = was_expected ? tape_.answer(RecordKind::told_done) : std::nullopt;
    if (!fields) return is_over(error);
    const auto status = static_cast<bgw_status>(fields->number<std::int32_t>());
    const auto given = fields->number<std::uint32_t>();
    if (number != nullptr && status == BGW_OK) *number = given;
    if (status != BGW_OK) refuse(error, status, fields->text());
    tape_.step();
    return status;
  }
  template <class F>
  static bgw_status ask(void* context, RecordKind kind, std::uint32_t* number, bgw_error* error, F&& fill) {
    ReplayedHost& h = of(context);
    return h.done(h.said(kind, std::forward<F>(fill)), number, error);
  }

  // ---- what the adapter says
  void hear_update(const bgw_update* update) {
    if (update == nullptr || update->tick == nullptr) return;
    const auto fill = [&](RecordBytes& out) {
      tape_.hide.data_came();
      put_update(out, *update);
    };
    if (!said(RecordKind::publish, fill)) return;
    RecordFields fields(payload_.bytes());
    published_(fields);
  }
  void hear() {
    table_.publish = [](void* c, const bgw_update* update) { of(c).hear_update(update); };
    table_.publish_batch = [](void* c, const bgw_update* updates, std::uint32_t count) {
      for (std::uint32_t i = 0; updates != nullptr && i < count; ++i) of(c).hear_update(updates + i);
    };
    table_.confirm = [](void* c, const bgw_stream* stream) {
      of(c).said(RecordKind::confirm,
                 [&](RecordBytes& out) { put_stream(out, stream != nullptr ? *stream : bgw_stream{}); });
    };
    table_.refuse = [](void* c, const bgw_stream* stream, bgw_status code, const char* text) {
      of(c).said(RecordKind::refuse, [&](RecordBytes& out) {
        put_stream(out, stream != nullptr ? *stream : bgw_stream{});
        out.number(code);
        out.text(of(c).tape_.hide.sent(detail::or_empty(text)));
      });
    };
    table_.ready = [](void* c) {
      if (of(c).is_inside()) of(c).tape_.hide.end_login();
      of(c).said(RecordKind::ready, RecordWriter::nothing);
    };
    table_.fail = [](void* c, const bgw_error* error) {
      of(c).said(RecordKind::fail, [&](RecordBytes& out) {
        const bgw_error given = error != nullptr ? *error : bgw_error{};
        out.number(given.code);
        out.number(given.retry_after_ns);
        out.text(of(c).tape_.hide.sent(detail::words_of(given)));
      });
    };
    table_.suspect = [](void* c, std::uint32_t instrument, std::uint32_t modes, const char* text) {
      of(c).said(RecordKind::suspect, [&](RecordBytes& out) {
        out.number(instrument);
        out.number(modes);
        out.text(of(c).tape_.hide.sent(detail::or_empty(text)));
      });
    };
    table_.dropped = [](void* c, std::uint32_t kind, std::uint64_t count) {
      of(c).said(RecordKind::dropped, [&](RecordBytes& out) {
        out.number(kind);
        out.number(count);
      });
    };
    table_.list_announced = [](void* c, const char* etag) {
      of(c).said(RecordKind::list_announced, [&](RecordBytes& out) { out.text(detail::or_empty(etag)); });
    };
    table_.log = [](void*, std::int32_t, const char*, std::size_t) {};
  }

  // ---- requests
  void answer_requests() {
    table_.websocket_open = [](void* c, const bgw_websocket_request* request, std::uint32_t* number, bgw_error* e) {
      return ask(c, RecordKind::websocket_open, number, e, [&](RecordBytes& out) {
        if (request != nullptr) put_websocket_request(out, of(c).tape_.hide, *request);
      });
    };
    table_.websocket_send = [](void* c, std::uint32_t connection, std::uint32_t opcode, const void* data,
                               std::size_t length, bgw_error* e) {
      return ask(c, RecordKind::websocket_send, nullptr, e, [&](RecordBytes& out) {
        const std::string_view given(static_cast<const char*>(data), data != nullptr ? length : 0);
        of(c).tape_.hide.learn_sent(opcode, given);
        const std::string message = of(c).tape_.hide.sent(given);
        out.number(connection);
        out.number(opcode);
        out.raw(message.data(), message.size());
      });
    };
    table_.websocket_ping = [](void* c, std::uint32_t connection, const void* data, std::size_t length, bgw_error* e) {
      return ask(c, RecordKind::websocket_ping, nullptr, e, [&](RecordBytes& out) {
        const std::string message =
            of(c).tape_.hide.sent({static_cast<const char*>(data), data != nullptr ? length : 0});
        out.number(connection);
        out.raw(message.data(), message.size());
      });
    };
    table_.websocket_close = [](void* c, std::uint32_t connection, std::int32_t code, bgw_error* e) {
      return ask(c, RecordKind::websocket_close, nullptr, e, [&](RecordBytes& out) {
        out.number(connection);
        out.number(code);
      });
    };
    table_.timer = [](void* c, std::uint32_t id, std::int64_t after_ns, bgw_error* e) {
      return ask(c, RecordKind::timer, nullptr, e, [&](RecordBytes& out) {
        out.number(id);
        out.number(after_ns);
      });
    };
    table_.set_capabilities = [](void* c, const bgw_capability* list, std::uint32_t count, bgw_error* e) {
      return ask(c, RecordKind::set_capabilities, nullptr, e,
                 [&](RecordBytes& out) { put_capabilities(out, list, list != nullptr ? count : 0); });
    };
    table_.set_limits = [](void* c, const bgw_limits* limits, bgw_error* e) {
      return ask(c, RecordKind::set_limits, nullptr, e, [&](RecordBytes& out) {
        if (limits != nullptr) put_limits(out, *limits);
      });
    };
    http_.size = sizeof http_;
    http_.request = [](void* c, const bgw_http_request* request, std::uint32_t* id, bgw_error* e) {
      return ask(c, RecordKind::http_request, id, e, [&](RecordBytes& out) {
        if (request != nullptr) put_http_request(out, of(c).tape_.hide, *request);
      });
    };
    http_.cancel = [](void* c, std::uint32_t id, bgw_error* e) {
      return ask(c, RecordKind::http_cancel, nullptr, e, [&](RecordBytes& out) { out.number(id); });
    };
    table_.get_extension = [](void* c, const char* id) -> const void* {
      return of(c).has_http_ && id != nullptr && std::string_view(id) == BGW_EXTENSION_HTTP ? &of(c).http_ : nullptr;
    };
  }

  // ---- questions
  std::int64_t time(RecordKind kind) {
    auto fields = is_inside() ? tape_.answer(kind) : std::nullopt;
    if (!fields) return wall_ns_.load(std::memory_order_relaxed);
    const auto told = fields->number<std::int64_t>();
    tape_.step();
    return told;
  }
  static constexpr std::uint64_t kMaxSetting = 1u << 20;
  // Bytes or numbers of the setting that an answer has.
  static std::uint64_t setting_size(RecordKind kind, RecordFields after_key) {
    static_cast<void>(after_key.number<std::int32_t>());
    if (kind == RecordKind::told_setting) return after_key.number<std::uint64_t>();
    return kind == RecordKind::told_integers ? after_key.number<std::uint32_t>() : 0;
  }
  // The answer to a question of a setting, if the adapter asked for this one then.
  std::optional<RecordFields> setting_answer(RecordKind kind, const char* key) {
    auto fields = is_inside() ? tape_.answer(kind) : std::nullopt;
    if (!fields) return std::nullopt;
    const std::string then(fields->text());
    // A damaged or made-up recording must not have the adapter make room for anything.
    if (then == detail::or_empty(key) && setting_size(kind, *fields) <= kMaxSetting) return fields;
    tape_.differ(std::string(word(kind)) + ": found " + std::string(detail::or_empty(key)) + ", expected " + then);
    return std::nullopt;
  }
  bgw_status digest(bool is_hmac, std::uint32_t algorithm, std::uint8_t* out, bgw_error* error) {
    auto fields = is_inside() ? tape_.answer(RecordKind::told_digest) : std::nullopt;
    if (!fields) return is_over(error);
    const auto status = static_cast<bgw_status>(fields->number<std::int32_t>());
    const bool was_hmac = fields->number<std::uint8_t>() != 0;
    const auto then = fields->number<std::uint32_t>();
    if (was_hmac != is_hmac || then != algorithm)
      tape_.differ("found another kind of digest, expected the one of then");
    const std::string_view made = fields->text();
    constexpr std::size_t kLongest = 64;
    if (status == BGW_OK && made.size() <= kLongest) std::memcpy(out, made.data(), made.size());
    tape_.step();
    return status == BGW_OK ? status : refuse(error, status, "as it was then");
  }
  void answer_questions() {
    table_.now_ns = [](void* c) { return of(c).time(RecordKind::told_time); };
    table_.monotonic_ns = [](void* c) { return of(c).time(RecordKind::told_monotonic); };
    table_.setting = [](void* c, const char* key, char* buffer, std::size_t capacity, std::size_t* length,
                        bgw_error* e) {
      ReplayedHost& h = of(c);
      *length = 0;
      auto fields = h.setting_answer(RecordKind::told_setting, key);
      if (!fields) return is_over(e);
      const auto status = static_cast<bgw_status>(fields->number<std::int32_t>());
      *length = fields->number<std::uint64_t>();
      const bool is_hidden = fields->number<std::uint8_t>() != 0;
      const std::string value(fields->text());
      h.tape_.step();
      if (status != BGW_OK) return refuse(e, status, "as it was then");
      if (is_hidden) h.tape_.hide.know(key, value);
      h.tape_.hide.learn_url(value);
      *length = value.size();
      if (value.size() >= capacity) return refuse(e, BGW_E_TOO_SMALL, "a larger buffer is needed than then");
      std::memcpy(buffer, value.c_str(), value.size() + 1);
      return status;
    };
    table_.setting_integers = [](void* c, const char* key, std::int64_t* values, std::size_t capacity,
                                 std::size_t* count, bgw_error* e) {
      ReplayedHost& h = of(c);
      *count = 0;
      auto fields = h.setting_answer(RecordKind::told_integers, key);
      if (!fields) return is_over(e);
      const auto status = static_cast<bgw_status>(fields->number<std::int32_t>());
      *count = fields->number<std::uint32_t>();
      const std::string_view list = fields->rest();
      const bool fits = *count <= capacity && list.size() == *count * sizeof *values;
      if (status == BGW_OK && fits && !list.empty()) std::memcpy(values, list.data(), list.size());
      h.tape_.step();
      if (status != BGW_OK) return refuse(e, status, "as it was then");
      return fits ? status : refuse(e, BGW_E_TOO_SMALL, "a larger buffer is needed than then");
    };
    table_.setting_written_ns = [](void* c, const char* key) {
      auto fields = of(c).setting_answer(RecordKind::told_written, key);
      if (!fields) return std::int64_t{0};
      const auto written = fields->number<std::int64_t>();
      of(c).tape_.step();
      return written;
    };
    table_.digest = [](void* c, std::uint32_t algorithm, const void*, std::size_t, std::uint8_t* out, bgw_error* e) {
      return of(c).digest(false, algorithm, out, e);
    };
    table_.hmac = [](void* c, std::uint32_t algorithm, const void*, std::size_t, const void*, std::size_t,
                     std::uint8_t* out, bgw_error* e) { return of(c).digest(true, algorithm, out, e); };
  }

  static inline thread_local const ReplayedHost* current_ = nullptr;

  ReplayTape& tape_;
  bool has_http_;
  std::function<void(RecordFields&)> published_;
  bgw_host table_{};
  bgw_http http_{};
  RecordBytes payload_;
  std::atomic<std::int64_t> wall_ns_{0};
  std::mutex mutex_;  // of what was posted
  std::condition_variable changed_;
  std::deque<Posted> posted_;
};

}  // namespace bgw::testing
