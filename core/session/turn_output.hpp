// The output of a shard in one turn: the frames that sessions share, and the sessions that have something to write.
// Answers are written first; the other sockets are written some at a time, beginning with another one in each turn.
// [shard]
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/duration_histogram.hpp"
#include "core/session/session_table.hpp"
#include "core/websocket/shared_frames.hpp"

namespace gw::session {

class TurnOutput {
 public:
  explicit TurnOutput(const SessionTable& sessions) : sessions_(sessions) {}

  const websocket::SharedFrames& frames() const { return frames_; }
  websocket::SharedFrame add(std::string_view frame) { return frames_.add(frame); }
  void note_added(std::uint32_t index) { marks_.resize(std::max<std::size_t>(marks_.size(), index + 1)); }
  void note_removed(std::uint32_t index) { marks_[index] = {}; }

  // The session at this index of the table has something to write.
  void touch(std::uint32_t index) {
    if (marks_[index].touched) return;
    marks_[index].touched = true;
    touched_.push_back(index);
  }
  // The session was sent something of its own, which does not wait for what is shared with others.
  void note_answer(std::uint32_t index) {
    if (marks_[index].answered) return;
    marks_[index].answered = true;
    answered_.push_back(index);
  }
  // An output that passes kMaxOutput is written before more is added: what it refers to stays in the processor's cache.
  void note_output(std::size_t bytes) {
    if (bytes > kMaxOutput) is_full_ = true;
  }
  // No more should be added before what is there has been written.
  bool is_full() const { return is_full_ || frames_.bytes() >= kMaxFrames; }

  // A frame was added that was made in the step of routing's thread that began at `step_ns`, monotonic.
  void note_step(std::int64_t step_ns) {
    if (touched_since_ns_ == 0) touched_since_ns_ = step_ns;
  }
  // How long frames took from that step to the end of their writes: one duration a round, that of its oldest frames.
  const DurationHistogram& until_written() const { return until_written_; }

  void flush_answers();
  // Writes answers, then some of the other sockets; true when there are more of the others.
  bool flush_some();

 private:
  static constexpr std::size_t kMaxOutput = 128 * 1024;
  // A larger bound means fewer writes to many clients with few topics each, and a later first write.
  static constexpr std::size_t kMaxFrames = 6 << 20;

  struct Marks {
    bool touched = false;
    bool answered = false;
  };
  void begin_round();

  const SessionTable& sessions_;
  std::vector<Marks> marks_;             // by index of the table
  std::vector<std::uint32_t> answered_;  // indices of the table
  std::vector<std::uint32_t> touched_;   // in the order in which they were appended to
  std::vector<std::uint32_t> flushing_;  // the sessions of the turn that is being written
  std::size_t flushed_ = 0;              // how many of them were written
  std::size_t rotation_ = 0;
  bool is_full_ = false;
  std::int64_t touched_since_ns_ = 0;   // the oldest step of the frames in touched_; 0: there are none
  std::int64_t flushing_since_ns_ = 0;  // the same of flushing_
  DurationHistogram until_written_;
  websocket::SharedFrames frames_;  // of the updates that touched_ and flushing_ have not written yet
};

}  // namespace gw::session
