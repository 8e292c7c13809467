#include "core/session/slow_consumer.hpp"

#include <algorithm>
#include <utility>

namespace gw::session {
namespace {

constexpr std::size_t kMaxRequested = 256;  // frames at a time
constexpr std::size_t kLargeFrame = 8 * 1024;
// Unsent bytes, here and in the kernel, of a session that is slow or was not long ago: they are sent before the last
// published frames, which grow old meanwhile.
constexpr std::size_t kSlowBacklog = 64 * 1024;
constexpr int kSlowKernelBuffer = 64 * 1024;
constexpr std::int64_t kRestrictedForNs = 30'000'000'000;

}  // namespace

std::size_t SlowConsumer::max_backlog(std::size_t usual) const {
  return is_slow() ? std::min(usual, kSlowBacklog) : usual;
}

bool SlowConsumer::conflate(routing::TopicId topic, std::uint64_t updates) {
  const bool begins = slow_ == nullptr;
  if (begins) {
    slow_ = std::make_unique<Slow>();
    slow_->conflated_before = counts_.conflated;
    connection_.output().bound_shared(0);
    connection_.set_kernel_buffer(kSlowKernelBuffer);
  }
  slow_->queue.add(topic, updates);
  return begins;
}

std::vector<routing::TopicId> SlowConsumer::request_frames(std::size_t room) {
  std::vector<routing::TopicId> topics;
  if (slow_->queue.has_requested()) return topics;
  const std::size_t usual = slow_->frames == 0 ? kLargeFrame : slow_->bytes / slow_->frames;
  const std::size_t max = std::clamp<std::size_t>(room / usual, 1, kMaxRequested);
  while (topics.size() < max && slow_->queue.has_unrequested()) topics.push_back(slow_->queue.request_next());
  return topics;
}

std::uint64_t SlowConsumer::take_requested(routing::TopicId topic, std::size_t frame_bytes) {
  if (slow_ == nullptr) return 0;
  ++slow_->frames;
  slow_->bytes += frame_bytes + 1;
  return slow_->queue.take_requested(topic);
}

std::uint64_t SlowConsumer::take(routing::TopicId topic) { return slow_ == nullptr ? 0 : slow_->queue.take(topic); }

std::optional<std::uint64_t> SlowConsumer::end_if_caught_up(std::int64_t now) {
  if (slow_ == nullptr || !slow_->queue.empty()) return std::nullopt;
  connection_.flush();
  if (connection_.backlog() != 0) return std::nullopt;
  const std::uint64_t conflated = counts_.conflated - slow_->conflated_before;
  slow_.reset();
  connection_.output().bound_shared(kSlowBacklog);
  restricted_until_ns_ = now + kRestrictedForNs;
  return conflated;
}

void SlowConsumer::look(std::int64_t now) {
  if (restricted_until_ns_ == 0 || slow_ != nullptr || now < restricted_until_ns_ || connection_.backlog() != 0) return;
  restricted_until_ns_ = 0;
  connection_.output().bound_shared(websocket::Output::kAny);
  connection_.set_kernel_buffer(websocket::kKernelBuffer);
}

bool SlowConsumer::has_stopped_reading(std::int64_t ns, std::int64_t now) {
  const std::uint64_t written = connection_.bytes_written();
  if (progress_ns_ == 0 || connection_.backlog() == 0 || written != std::exchange(written_, written))
    progress_ns_ = now;
  return now - progress_ns_ > ns;
}

}  // namespace gw::session
