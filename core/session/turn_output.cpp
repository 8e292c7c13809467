#include "core/session/turn_output.hpp"

#include <algorithm>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/prefetch.hpp"
#include "core/session/client_session.hpp"

namespace gw::session {
namespace {

// Sockets written before clients that connect or ask are served.
constexpr std::size_t kFlushedAtOnce = 16;

}  // namespace

void TurnOutput::flush_answers() {
  for (std::size_t i = 0; i < answered_.size(); ++i) {
    const std::uint32_t index = answered_[i];
    if (std::exchange(marks_[index].answered, false)) sessions_[index].session->flush();
  }
  answered_.clear();
}

void TurnOutput::begin_round() {
  std::swap(flushing_, touched_);
  flushing_since_ns_ = std::exchange(touched_since_ns_, 0);
  // Rotated, so that no client is always the last to be served.
  rotation_ = (rotation_ + 7919) % flushing_.size();
  std::rotate(flushing_.begin(), flushing_.begin() + static_cast<std::ptrdiff_t>(rotation_), flushing_.end());
}

bool TurnOutput::flush_some() {
  flush_answers();
  if (flushed_ == flushing_.size()) {
    flushing_.clear();
    flushed_ = 0;
    is_full_ = false;
    if (touched_.empty()) {
      touched_since_ns_ = 0;
      frames_.clear();
      return false;
    }
    begin_round();
  }
  const std::size_t end = std::min(flushing_.size(), flushed_ + kFlushedAtOnce);
  for (std::size_t i = flushed_; i < end; ++i) {
    const SessionTable::Entry& entry = sessions_[flushing_[i]];
    if (entry.session == nullptr) continue;
    prefetch(entry.session.get(), 4 * kCacheLine);
    entry.output->prefetch_share();
  }
  for (; flushed_ < end; ++flushed_) {
    const std::uint32_t index = flushing_[flushed_];
    if (std::exchange(marks_[index].touched, false)) sessions_[index].session->flush();
  }
  if (flushed_ == flushing_.size() && flushing_since_ns_ != 0)
    until_written_.note(monotonic_ns() - std::exchange(flushing_since_ns_, 0));
  return true;
}

}  // namespace gw::session
