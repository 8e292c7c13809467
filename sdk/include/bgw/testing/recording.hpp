// SPDX-License-Identifier: Apache-2.0
// bgw/testing/recording.hpp - the format of recordings (*.bgwrec): what one adapter object was given and what it
// answered, in the order in which it happened. docs/debugging.md says what a recording is good for.
//
// A file is a head of 16 bytes and then records. Numbers are little-endian.
//
//   head    "BGWREC\r\n", u32 version (1), u32 size of the head (16)
//   record  u32 length of the payload, u32 CRC-32 (bgw/crc32.hpp) of the length and of all that follows the sum,
//           i64 time (wall clock, ns since 1970) at which the call into the adapter began, u16 kind (RecordKind), u16
//           0, then the payload
//
// A text in a payload is u32 length and its bytes; "texts" below is u32 count and so many texts. A reader refuses
// another version; a change of a payload's layout is a new version, and a new kind is too. A file whose end is missing,
// because its writer crashed or the disk was full, is good up to its last whole record. [any]
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <istream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "bgw/crc32.hpp"

namespace bgw::testing {

inline constexpr std::string_view kRecordingMagic = "BGWREC\r\n";
inline constexpr std::uint32_t kRecordingVersion = 1;
inline constexpr std::size_t kRecordingHead = 16;
inline constexpr std::size_t kRecordHead = 20;
inline constexpr std::uint32_t kMaxRecord = 66u << 20;  // bytes of a payload: an HTTP response has at most 64 MiB

enum class RecordKind : std::uint16_t {
  // What the recording is of, and how it ends.
  plugin =
      1,    // texts: instance, broker, version, SDK version, build tag; u16 ABI major and minor of the plugin, u16 and
            // u16 of the host; u32 the most levels of a side; u8 whether the host has bgw.http/1
  end = 2,  // text: empty where the adapter was destroyed, else why the recording ends before that

  // Calls into the adapter. Each is followed by what the adapter does meanwhile, and by `returned`.
  create = 16,
  initialize,
  connect,
  disconnect,
  subscribe,  // u32 count; of each u32 instrument, mode, level, i32 price and quantity exponent, i64 tick and lot size,
              // texts without count: symbol, exchange, broker symbol, broker exchange, token
  unsubscribe,  // u32 count, u32 instruments
  on_open,      // u32 connection
  on_frame,     // u32 connection, u32 opcode, the rest: the frame
  on_close,  // u32 connection, i32 code, i32 HTTP status, texts: headers (name, value, name …), text reason, text body
  on_timer,  // u32 id
  on_http,   // u32 id, i32 status, texts: headers, text body, text error
  posted,    // work of the adapter's own, from bgw_host.post
  destroy,
  returned = 40,  // i32 status, i64 retry after, text: how the call ended

  // What the host answered to a question of the adapter.
  told_time = 48,  // i64: now_ns
  told_monotonic,  // i64: monotonic_ns
  told_setting,    // text key, i32 status, u64 length, u8 whether a placeholder stands for it, text value
  told_integers,   // text key, i32 status, u32 count, i64 values
  told_written,    // text key, i64: setting_written_ns
  told_digest,     // i32 status, u8 whether it is an HMAC, u32 algorithm, text: digest
  told_done,       // i32 status, u32 number (of a connection or request), text error: of the request before it

  // What the adapter says and asks.
  publish = 64,  // one update: see record_codec.hpp
  confirm,       // u32 instrument, mode, level
  refuse,        // u32 instrument, mode, level, i32 code, text
  ready,
  fail,              // i32 code, i64 retry after, text
  suspect,           // u32 instrument, modes, text
  dropped,           // u32 kind, u64 count
  list_announced,    // text
  websocket_open,    // text url, texts: headers, u32 flags, class, text subprotocol, i64 ping interval; then told_done
  websocket_send,    // u32 connection, opcode, the rest: the message; then told_done
  websocket_ping,    // u32 connection, the rest: its payload; then told_done
  websocket_close,   // u32 connection, i32 code; then told_done
  timer,             // u32 id, i64 after; then told_done
  set_capabilities,  // u32 count, the capabilities; then told_done
  set_limits,        // see record_codec.hpp; then told_done
  http_request,  // text method, url, texts: headers, text body, i64 timeout, u64 most, u32 redirects; then told_done
  http_cancel,   // u32 id; then told_done
  log            // i32 level, text; a replay does not compare it
};

inline bool is_call(RecordKind kind) { return kind >= RecordKind::create && kind <= RecordKind::destroy; }

// The name of the kind, as it stands above; "record" for an unknown one.
inline const char* word(RecordKind kind) {
  static constexpr const char* kCalls[] = {"create",      "initialize",  "connect",  "disconnect", "subscribe",
                                           "unsubscribe", "on_open",     "on_frame", "on_close",   "on_timer",
                                           "on_http",     "posted work", "destroy"};
  static constexpr const char* kTold[] = {
      "now_ns", "monotonic_ns", "setting", "setting_integers", "setting_written_ns", "digest", "the end of a request"};
  static constexpr const char* kAsked[] = {
      "publish", "confirm",          "refuse",         "ready",          "fail",           "suspect",
      "dropped", "list_announced",   "websocket_open", "websocket_send", "websocket_ping", "websocket_close",
      "timer",   "set_capabilities", "set_limits",     "http request",   "http cancel",    "log"};
  const auto in = [kind](RecordKind first, const auto& words) -> const char* {
    const auto at = static_cast<std::size_t>(kind) - static_cast<std::size_t>(first);
    return kind >= first && at < std::size(words) ? words[at] : nullptr;
  };
  if (const char* found = in(RecordKind::create, kCalls)) return found;
  if (const char* found = in(RecordKind::told_time, kTold)) return found;
  if (const char* found = in(RecordKind::publish, kAsked)) return found;
  return kind == RecordKind::plugin     ? "plugin"
         : kind == RecordKind::end      ? "the end"
         : kind == RecordKind::returned ? "the return of the call"
                                        : "record";
}

// A payload that is being made.
class RecordBytes {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void number(T value) { raw(&value, sizeof value); }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    raw(value.data(), value.size());
  }
  void raw(const void* data, std::size_t size) {
    if (size != 0) bytes_.append(static_cast<const char*>(data), size);
  }
  void clear() { bytes_.clear(); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Reads a payload. What is missing reads as zeros and empty texts, and is_whole() is then false.
class RecordFields {
 public:
  explicit RecordFields(std::string_view payload) : left_(payload) {}
  template <class T>
  T number() {
    T value{};
    if (left_.size() < sizeof value) return fail(), value;
    std::memcpy(&value, left_.data(), sizeof value);
    left_.remove_prefix(sizeof value);
    return value;
  }
  std::string_view text() { return raw(number<std::uint32_t>()); }
  std::string_view raw(std::size_t size) {
    if (left_.size() < size) return fail(), std::string_view{};
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }
  std::string_view rest() { return raw(left_.size()); }
  std::size_t left() const { return left_.size(); }
  void fail() {
    is_bad_ = true;
    left_ = {};
  }
  bool is_whole() const { return !is_bad_ && left_.empty(); }

 private:
  std::string_view left_;
  bool is_bad_ = false;
};

inline std::string recording_head() {
  RecordBytes head;
  head.raw(kRecordingMagic.data(), kRecordingMagic.size());
  head.number(kRecordingVersion);
  head.number(static_cast<std::uint32_t>(kRecordingHead));
  return head.bytes();
}

inline std::uint32_t record_sum(std::string_view length, std::string_view rest_of_head, std::string_view payload) {
  Crc32 sum;
  sum.add(length);
  sum.add(rest_of_head);
  sum.add(payload);
  return sum.value();
}

inline void append_record(std::string& out, RecordKind kind, std::int64_t time_ns, std::string_view payload) {
  const std::size_t at = out.size();
  RecordBytes head;
  head.number(static_cast<std::uint32_t>(payload.size()));
  head.number(std::uint32_t{0});
  head.number(time_ns);
  head.number(kind);
  head.number(std::uint16_t{0});
  out += head.bytes();
  const std::string_view made = std::string_view(out).substr(at);
  const std::uint32_t sum = record_sum(made.substr(0, 4), made.substr(8), payload);
  std::memcpy(out.data() + at + 4, &sum, sizeof sum);
  out += payload;
}

struct Record {
  RecordKind kind{};
  std::int64_t time_ns = 0;
  std::string_view payload;  // until the reader's next call
};

// Reads a recording, one record after the other.
class RecordingReader {
 public:
  // `in` outlives the reader.
  explicit RecordingReader(std::istream& in) : in_(in) {
    char head[kRecordingHead];
    if (get(head, sizeof head) != sizeof head || std::string_view(head, kRecordingMagic.size()) != kRecordingMagic) {
      problem_ = "found no recording, expected a file that begins with BGWREC";
      return;
    }
    std::uint32_t version = 0;
    std::memcpy(&version, head + 8, sizeof version);
    if (version != kRecordingVersion)
      problem_ =
          "found a recording of version " + std::to_string(version) + ", expected " + std::to_string(kRecordingVersion);
  }

  // Nothing: the last whole record was read; problem() says whether something is behind it.
  std::optional<Record> next() {
    if (!problem_.empty()) return std::nullopt;
    char head[kRecordHead];
    const std::size_t got = get(head, sizeof head);
    if (got == 0) return std::nullopt;
    if (got != sizeof head) return cut(got);
    std::uint32_t length = 0;
    std::uint32_t sum = 0;
    Record record;
    std::memcpy(&length, head, sizeof length);
    std::memcpy(&sum, head + 4, sizeof sum);
    std::memcpy(&record.time_ns, head + 8, sizeof record.time_ns);
    std::memcpy(&record.kind, head + 16, sizeof record.kind);
    if (length > kMaxRecord) return damaged("a length of " + std::to_string(length));
    payload_.clear();
    while (payload_.size() < length) {  // in pieces: the length is not checked yet
      const std::size_t before = payload_.size();
      payload_.resize(std::min<std::size_t>(length, before + kPiece));
      const std::size_t read = get(payload_.data() + before, payload_.size() - before);
      if (before + read != payload_.size()) return cut(sizeof head + before + read);
    }
    const std::string_view all(head, sizeof head);
    if (record_sum(all.substr(0, 4), all.substr(8), payload_) != sum) return damaged("a wrong checksum");
    record.payload = payload_;
    ++whole_;
    return record;
  }

  std::uint64_t whole() const { return whole_; }  // records so far
  // Empty: there is none so far. "is cut off behind 12 whole records", "record 13: found a wrong checksum".
  const std::string& problem() const { return problem_; }
  bool is_cut() const { return is_cut_; }  // the end is missing

 private:
  static constexpr std::size_t kPiece = 64 * 1024;

  std::size_t get(char* to, std::size_t size) {
    in_.read(to, static_cast<std::streamsize>(size));
    return static_cast<std::size_t>(in_.gcount());
  }
  std::optional<Record> cut(std::size_t bytes) {
    is_cut_ = true;
    problem_ = "is cut off behind " + std::to_string(whole_) + " whole records, " + std::to_string(bytes) +
               " bytes into the next one";
    return std::nullopt;
  }
  std::optional<Record> damaged(const std::string& found) {
    problem_ = "record " + std::to_string(whole_ + 1) + ": found " + found + "; the " + std::to_string(whole_) +
               " records before it are whole";
    return std::nullopt;
  }

  std::istream& in_;
  std::string payload_;
  std::uint64_t whole_ = 0;
  std::string problem_;
  bool is_cut_ = false;
};

}  // namespace bgw::testing
