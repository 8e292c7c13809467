// SPDX-License-Identifier: Apache-2.0
// bgw/testing/replay_tape.hpp - the part of bgw/testing/replay.hpp that goes through a recording and compares what the
// adapter says with what it said then. After the first difference nothing more is compared. [adapter]
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

#include "bgw/testing/placeholders.hpp"
#include "bgw/testing/record_codec.hpp"
#include "bgw/testing/recording.hpp"
#include "bgw/testing/request_match.hpp"

namespace bgw::testing {

class ReplayTape {
 public:
  explicit ReplayTape(std::istream& in) : reader_(in) { step(); }

  // The record that comes next; nothing: the recording is over. What adapters log is passed over.
  const std::optional<Record>& coming() const { return next_; }
  void step() {
    do next_ = reader_.next();
    while (next_ && next_->kind == RecordKind::log);
  }
  bool goes_on() const { return next_.has_value() && difference_.empty(); }

  // The present call into the adapter, for texts.
  void enter(const Record& call) {
    call_ = call.kind;
    call_record_ = reader_.whole();
    call_time_ns_ = call.time_ns;
  }

  // The adapter says this. True: it did so then.
  bool expect(RecordKind kind, std::string_view payload) {
    if (!goes_on()) return false;
    if (next_->kind != kind) {
      differ("found " + words(kind, payload) + ", expected " + words(next_->kind, next_->payload));
      return false;
    }
    if (next_->payload != payload && !RequestMatch(hide).is_same(kind, payload, next_->payload)) {
      differ("found " + words(kind, payload) + ", expected " + words(kind, next_->payload) + place(payload));
      return false;
    }
    step();
    return true;
  }
  // The adapter asks something that the host answers from the recording. Nothing: it did not ask that then. The fields
  // are good until `step`.
  std::optional<RecordFields> answer(RecordKind kind) {
    if (!goes_on()) return std::nullopt;
    if (next_->kind == kind) return RecordFields(next_->payload);
    differ(std::string("found a question for ") + word(kind) + ", expected " + words(next_->kind, next_->payload));
    return std::nullopt;
  }
  void differ(const std::string& what) {
    if (!difference_.empty()) return;
    difference_ = "record " + std::to_string(reader_.whole()) + ", in " + word(call_) + " (record " +
                  std::to_string(call_record_) + ", " + std::to_string(call_time_ns_) + " ns): " + what;
  }

  const std::string& difference() const { return difference_; }
  const RecordingReader& reader() const { return reader_; }

  Placeholders hide;

 private:
  static std::string words(RecordKind kind, std::string_view payload) {
    std::string out = word(kind);
    if (kind == RecordKind::publish) {
      RecordFields fields(payload);
      const RecordedUpdate update = take_update(fields);
      out += " (instrument " + std::to_string(update.tick.instrument) + ", modes " + std::to_string(update.tick.modes);
      if ((update.tick.present & BGW_HAS_LTP) != 0) out += ", ltp " + std::to_string(update.tick.ltp);
      if (update.book)
        out += ", " + std::to_string(update.book->bids.size()) + " bids, " + std::to_string(update.book->asks.size()) +
               " asks";
      return out + ')';
    }
    if (payload.empty()) return out;
    constexpr std::size_t kMaxShown = 120;
    out += " '";
    for (const char c : payload.substr(0, kMaxShown)) out += c >= 0x20 && c < 0x7f ? c : '.';
    return out + (payload.size() > kMaxShown ? "…'" : "'");
  }
  // The first byte that differs.
  std::string place(std::string_view payload) const {
    const std::string_view then = next_->payload;
    const auto at = static_cast<std::size_t>(
        std::mismatch(payload.begin(), payload.end(), then.begin(), then.end()).first - payload.begin());
    const auto byte = [at](std::string_view of) {
      char text[8] = "the end";
      if (at < of.size()) std::snprintf(text, sizeof text, "0x%02x", static_cast<unsigned char>(of[at]));
      return std::string(text);
    };
    return "; byte " + std::to_string(at) + ": found " + byte(payload) + ", expected " + byte(then);
  }

  RecordingReader reader_;
  std::optional<Record> next_;
  RecordKind call_ = RecordKind::plugin;
  std::uint64_t call_record_ = 0;
  std::int64_t call_time_ns_ = 0;
  std::string difference_;
};

}  // namespace bgw::testing
