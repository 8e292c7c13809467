// SPDX-License-Identifier: Apache-2.0
// bgw/testing/replay.hpp - makes the calls of a recording (bgw/testing/recording.hpp) into an adapter, and compares all
// that it says and asks with what it said and asked then, byte for byte; of a secret that a recording has a placeholder
// for, see bgw/testing/request_match.hpp. The time is the recording's. For tests:
//
//   const bgw::testing::Replayed played = bgw::testing::replay("data/morning.bgwrec", bgw_plugin_entry);
//   EXPECT_EQ(played.difference, "");
//   for (const bgw::testing::RecordedUpdate& update : played.updates) …
//
// What the adapter logs, and the words of a failed call, are not compared. [any thread, one at a time]
#pragma once

#include <cstdint>
#include <fstream>
#include <istream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bgw/adapter.hpp"
#include "bgw/testing/record_codec.hpp"
#include "bgw/testing/recording.hpp"
#include "bgw/testing/replay_tape.hpp"
#include "bgw/testing/replayed_host.hpp"

namespace bgw::testing {

struct Replayed {
  std::string difference;  // the first one, or why the file is no recording; empty: there is none
  std::string cut;         // of a recording whose end is missing or damaged: what was found; else empty
  std::uint64_t records = 0;
  std::uint64_t published = 0;
  std::vector<RecordedUpdate> updates;  // in their order; none without Keep::updates
};

enum class Keep { updates, nothing };

namespace detail {

class Replay {
 public:
  Replay(ReplayTape& tape, const bgw_adapter_api& api, Keep keep) : tape_(tape), api_(api), keep_(keep) {}

  Replayed run() {
    play();
    out_.difference = tape_.difference();
    out_.records = tape_.reader().whole();
    const bool begins = out_.records != 0 || tape_.reader().is_cut();
    (begins ? out_.cut : out_.difference) = tape_.reader().problem();  // of no recording: there is no other difference
    return std::move(out_);
  }

 private:
  void play() {
    if (!tape_.coming()) return;
    if (tape_.coming()->kind != RecordKind::plugin)
      return tape_.differ("found no plugin, expected one at the beginning");
    RecordFields plugin(tape_.coming()->payload);
    constexpr std::size_t kTexts = 5, kVersions = 4;
    for (std::size_t i = 0; i < kTexts; ++i) static_cast<void>(plugin.text());
    for (std::size_t i = 0; i < kVersions; ++i) static_cast<void>(plugin.number<std::uint16_t>());
    const auto levels = plugin.number<std::uint32_t>();
    ReplayedHost host(tape_, levels, plugin.number<std::uint8_t>() != 0, [this](RecordFields& update) {
      ++out_.published;
      if (keep_ == Keep::updates) out_.updates.push_back(take_update(update));
    });
    tape_.step();
    while (tape_.goes_on() && tape_.coming()->kind != RecordKind::end) {
      if (!is_call(tape_.coming()->kind)) {
        tape_.differ(std::string("found nothing more in this call, expected ") + word(tape_.coming()->kind));
        break;
      }
      make_call(host);
    }
    if (adapter_ != nullptr) api_.destroy(adapter_);
    host.give_back();
  }

  void make_call(ReplayedHost& host) {
    const std::string payload(tape_.coming()->payload);  // the adapter goes on in the recording
    const RecordKind kind = tape_.coming()->kind;
    tape_.enter(*tape_.coming());
    host.set_time(tape_.coming()->time_ns);
    tape_.step();
    if ((kind == RecordKind::create) != (adapter_ == nullptr))
      return tape_.differ(
          "found a call to an adapter that is not there, or is there already, expected create first, once");
    RecordFields fields(payload);
    bgw_error error{};
    bgw_status status = BGW_E_EXCEPTION;
    try {
      const ReplayedHost::Inside inside(host);
      status = call(kind, fields, host, error);
    } catch (...) {
      // The status says so.
    }
    auto returned = tape_.answer(RecordKind::returned);
    if (!returned) return;
    const auto then = static_cast<bgw_status>(returned->number<std::int32_t>());
    const auto retry_then = returned->number<std::int64_t>();
    if (then != status)
      return tape_.differ("found the result " + std::to_string(status) + " (" + error.message + "), expected " +
                          std::to_string(then) + " (" + std::string(returned->text()) + ')');
    if (status != BGW_OK && retry_then != error.retry_after_ns)
      return tape_.differ("found a pause of " + std::to_string(error.retry_after_ns) + " ns, expected " +
                          std::to_string(retry_then));
    tape_.step();
  }

  bgw_status call(RecordKind kind, RecordFields& in, ReplayedHost& host, bgw_error& error) {
    switch (kind) {
      case RecordKind::create:
        adapter_ = api_.create(&host.table(), &error);
        return adapter_ != nullptr ? bgw_status{BGW_OK} : error.code;
      case RecordKind::initialize:
        return api_.initialize(adapter_, &error);
      case RecordKind::connect:
        tape_.hide.begin_login();
        return api_.connect(adapter_, &error);
      case RecordKind::disconnect:
        return api_.disconnect(adapter_, &error);
      case RecordKind::subscribe: {
        RecordedSubscriptions wanted;
        take_subscriptions(in, wanted);
        return api_.subscribe(adapter_, wanted.list.data(), static_cast<std::uint32_t>(wanted.list.size()), &error);
      }
      case RecordKind::unsubscribe: {
        const auto count = in.number<std::uint32_t>();
        std::vector<std::uint32_t> handles;
        while (in.left() != 0 && handles.size() < count) handles.push_back(in.number<std::uint32_t>());
        return api_.unsubscribe(adapter_, handles.data(), static_cast<std::uint32_t>(handles.size()), &error);
      }
      case RecordKind::on_open:
        return api_.on_open(adapter_, in.number<std::uint32_t>(), &error);
      case RecordKind::on_frame: {
        const auto connection = in.number<std::uint32_t>();
        const auto opcode = in.number<std::uint32_t>();
        const std::string_view frame = in.rest();
        tape_.hide.learn_received(connection, opcode, frame);
        return api_.on_frame(adapter_, connection, opcode, frame.data(), frame.size(), &error);
      }
      case RecordKind::on_close:
        return on_close(in, error);
      case RecordKind::on_timer:
        return api_.on_timer(adapter_, in.number<std::uint32_t>(), &error);
      case RecordKind::on_http:
        return on_http(in, error);
      case RecordKind::posted:
        return host.run_posted(), bgw_status{BGW_OK};
      default:
        api_.destroy(std::exchange(adapter_, nullptr));
        return BGW_OK;
    }
  }
  bgw_status on_close(RecordFields& in, bgw_error& error) {
    bgw_close close{};
    RecordedHeaders headers;
    close.size = sizeof close;
    const auto connection = in.number<std::uint32_t>();
    close.code = in.number<std::int32_t>();
    close.http_status = in.number<std::int32_t>();
    take_headers(in, headers);
    const std::string reason(in.text());
    const std::string body(in.text());
    close.header_count = static_cast<std::uint32_t>(headers.list.size());
    close.headers = headers.list.data();
    close.reason = reason.c_str();
    close.body = body.c_str();
    close.body_length = body.size();
    tape_.hide.closed(connection);
    for (const bgw_header& h : headers.list) tape_.hide.learn_header(h.name, h.value);
    return api_.on_close(adapter_, connection, &close, &error);
  }
  bgw_status on_http(RecordFields& in, bgw_error& error) {
    bgw_http_response response{};
    RecordedHeaders headers;
    response.size = sizeof response;
    const auto id = in.number<std::uint32_t>();
    response.status = in.number<std::int32_t>();
    take_headers(in, headers);
    const std::string body(in.text());
    const std::string why(in.text());
    response.header_count = static_cast<std::uint32_t>(headers.list.size());
    response.headers = headers.list.data();
    response.body = body.c_str();
    response.length = body.size();
    response.error = why.c_str();
    tape_.hide.learn_answer(body);
    for (const bgw_header& h : headers.list) tape_.hide.learn_header(h.name, h.value);
    return BGW_HAS(&api_, on_http) && api_.on_http != nullptr ? api_.on_http(adapter_, id, &response, &error)
                                                              : bgw_status{BGW_OK};
  }

  ReplayTape& tape_;
  const bgw_adapter_api& api_;
  Keep keep_;
  void* adapter_ = nullptr;
  Replayed out_;
};

}  // namespace detail

inline Replayed replay(std::istream& in, const bgw_adapter_api& api, Keep keep = Keep::updates) {
  ReplayTape tape(in);
  return detail::Replay(tape, api, keep).run();
}
inline Replayed replay(const std::string& path, const bgw_adapter_api& api, Keep keep = Keep::updates) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return {.difference = path + ": cannot be read", .cut = {}, .records = 0, .published = 0, .updates = {}};
  return replay(in, api, keep);
}
// The adapter of the plugin whose entry this is; of several brokers the one that was recorded.
inline Replayed replay(const std::string& path, bgw_plugin_entry_fn entry, Keep keep = Keep::updates) {
  std::string problem = path + ": cannot be read";
  std::string broker;
  if (std::ifstream in(path, std::ios::binary); in) {
    RecordingReader reader(in);
    const auto first = reader.next();
    problem = reader.problem();
    if (first && first->kind == RecordKind::plugin) {
      RecordFields fields(first->payload);
      static_cast<void>(fields.text());
      broker = fields.text();
    }
  }
  bgw_loader loader{};
  loader.size = sizeof loader;
  loader.abi_major = BGW_ABI_MAJOR;
  loader.abi_minor = BGW_ABI_MINOR;
  loader.context = &problem;
  loader.set_error = [](void* c, const char* text) { *static_cast<std::string*>(c) = text; };
  loader.log = [](void*, std::int32_t, const char*, std::size_t) {};
  loader.get_extension = [](void*, const char*) -> const void* { return nullptr; };
  const bgw_plugin_descriptor* found = entry(&loader);
  while (found != nullptr && found->broker != broker) found = BGW_HAS(found, next) ? found->next : nullptr;
  if (found != nullptr) return replay(path, *found->api, keep);
  if (problem.empty()) problem = "found a recording of '" + broker + "', expected one of the plugin's own";
  return {.difference = problem, .cut = {}, .records = 0, .published = 0, .updates = {}};
}

}  // namespace bgw::testing
