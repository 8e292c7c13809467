// SPDX-License-Identifier: Apache-2.0
// bgw/testing/record_writer.hpp - the part of bgw/testing/recorder.hpp that makes records and hands them to whoever
// keeps them. It knows whether the present thread is inside a call into the adapter: nothing else is written down.
// [adapter]
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "bgw/abi.h"
#include "bgw/testing/placeholders.hpp"
#include "bgw/testing/recording.hpp"

namespace bgw::testing {

// Takes whole records, one after the other. The first bytes are the file's head.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  virtual void write(std::string_view bytes) noexcept = 0;
};

class RecordWriter {
 public:
  explicit RecordWriter(std::shared_ptr<RecordSink> sink) : sink_(std::move(sink)) {}
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;

  // While it lives this thread is inside a call into the adapter, which began at `time_ns`.
  class Inside {
   public:
    Inside(RecordWriter& writer, std::int64_t time_ns) : before_(current_) {
      current_ = &writer;
      writer.time_ns_ = time_ns;
    }
    ~Inside() { current_ = before_; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    const RecordWriter* before_;
  };
  bool is_inside() const { return current_ == this && sink_ != nullptr; }  // [any]

  // `fill` writes the payload. Outside a call nothing happens. [any]
  template <class F>
  void note(RecordKind kind, F&& fill) {
    if (is_inside()) write(kind, std::forward<F>(fill));
  }
  void note(RecordKind kind) { note(kind, nothing); }
  static void nothing(RecordBytes&) {}

  // The beginning and the end of the recording, which are no part of a call.
  template <class F>
  void begin(std::int64_t time_ns, F&& fill) {
    time_ns_ = time_ns;
    sink_->write(recording_head());
    write(RecordKind::plugin, std::forward<F>(fill));
  }
  void end(std::string_view why) {
    if (sink_ == nullptr) return;
    write(RecordKind::end, [&](RecordBytes& out) { out.text(why); });
    sink_.reset();
    // This object stays for ever.
    payload_ = {};
    record_ = {};
    hide = {};
  }

  Placeholders hide;

 private:
  template <class F>
  void write(RecordKind kind, F&& fill) {
    try {
      payload_.clear();
      fill(payload_);
      record_.clear();
      append_record(record_, kind, time_ns_, payload_.bytes());
      sink_->write(record_);
    } catch (...) {
      sink_.reset();  // no memory: nothing may leave through the plugin, and a recording has no gaps
    }
  }

  static inline thread_local const RecordWriter* current_ = nullptr;

  std::shared_ptr<RecordSink> sink_;  // null: the recording is over
  std::int64_t time_ns_ = 0;          // at which the present call began
  RecordBytes payload_;
  std::string record_;
};

namespace detail {

inline std::string_view words_of(const bgw_error& error) {
  const std::string_view all(error.message, sizeof error.message);
  return all.substr(0, all.find('\0'));
}

}  // namespace detail
}  // namespace bgw::testing
