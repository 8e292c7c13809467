// A client that reads more slowly than its topics are published: it gets the newest value of each topic, and the others
// notice nothing. One that takes no byte at all is closed. Beside it what waits at the desk for room.
#include <algorithm>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/protocol/notices.hpp"
#include "core/proxy/client_session.hpp"
#include "core/proxy/desk.hpp"
#include "core/proxy/shard.hpp"

namespace gw::proxy {
namespace {

constexpr std::size_t kAskedAtOnce = 256;
constexpr std::size_t kLargeFrame = 8 * 1024;
// Unsent bytes, here and in the kernel, of a client that is behind or was not long ago: what stands before the newest
// values makes them old.
constexpr std::size_t kSlowBacklog = 64 * 1024;
constexpr int kSlowKernelBuffer = 64 * 1024;
constexpr std::int64_t kSlowForNs = 30'000'000'000;

}  // namespace

// For what is asked for. Live updates always find some beside it.
std::size_t ClientSession::room() const {
  const std::size_t most = shard_.backlog_limit() / 2;
  const std::size_t bound = behind_ == nullptr ? most : std::min(most, kSlowBacklog);
  return bound - std::min(bound, connection_->backlog());
}

void ClientSession::flush() {
  connection_->flush();
  shard_.note_backlog(std::exchange(backlog_, connection_->backlog()), connection_->backlog());
  if (closing_) return;
  if (paused_ || connection_->backlog() != 0) pace_reading();
  if (room() == 0) return;
  if (behind_ != nullptr) {
    ask_for_late();
    catch_up_if_nothing_waits();
  }
  if (offered_ && !fill_asked_) {
    offered_ = false;
    fill_asked_ = true;
    shard_.to_desk([id = id_, room = room()](Desk& desk) { desk.fill(id, room); });
  }
}

void ClientSession::offer() {
  offered_ = true;
  if (!closing_) shard_.touch(*this);
}

void ClientSession::filled(bool more) {
  fill_asked_ = false;
  if (more) offer();
}

void ClientSession::fall_late(routing::TopicId topic, std::uint32_t updates) noexcept {
  if (behind_ == nullptr) {
    behind_ = std::make_unique<Behind>();
    connection_->output().bound_shared(0);
    connection_->set_kernel_buffer(kSlowKernelBuffer);
    behind_->conflated_before = conflated_;
    if (log::enabled(log::Level::info))
      log::info("proxy", describe() + " is behind: it gets the newest value of each topic from now on");
    tell_pace("behind", 0);
    shard_.touch(*this);
  }
  // What the desk was asked for comes after this update and stands for it too.
  (behind_->asked.contains(topic) ? behind_->asked : behind_->late).add(topic, updates);
}

void ClientSession::tell_pace(std::string_view status, std::uint64_t conflated) {
  if (extras_) send(protocol::slow(status, conflated));
}

void ClientSession::ask_for_late() {
  if (behind_->late.empty() || !behind_->asked.empty()) return;
  const std::size_t usual = behind_->frames == 0 ? kLargeFrame : behind_->bytes / behind_->frames;
  const std::size_t most = std::clamp<std::size_t>(room() / usual, 1, kAskedAtOnce);
  std::vector<routing::TopicId> topics;
  while (topics.size() < most && !behind_->late.empty()) {
    const auto [topic, updates] = behind_->late.pop();
    behind_->asked.add(topic, updates);
    topics.push_back(topic);
  }
  shard_.to_desk([id = id_, topics = std::move(topics)](Desk& desk) { desk.latest(id, topics, FrameKind::latest); });
}

void ClientSession::frame(routing::TopicId topic, std::string_view frame, FrameKind kind) {
  if (closing_) return;
  if (kind == FrameKind::own) {
    // It is as new as what was waiting of the topic, and stands for that.
    if (behind_ != nullptr) conflated_ += behind_->late.take(topic) + behind_->asked.take(topic);
    if (ThinnedTopic* thinned = thinned_ == nullptr ? nullptr : thinned_->find(topic)) {
      thinned_away_ += thinned_->settle(topic);
      thinned->next_ns = monotonic_ns() + thinned->interval_ns;
    }
    connection_->append_frames(frame);
    shard_.touch(*this);
    catch_up_if_nothing_waits();
    return;
  }
  std::uint64_t updates = 0;
  if (kind == FrameKind::latest) {
    if (behind_ != nullptr) {
      updates = behind_->asked.take(topic);
      ++behind_->frames;
      behind_->bytes += frame.size() + 1;
    }
    // A thinned topic's that came since it fell late is among what this stands for.
    if (updates != 0 && thinned_ != nullptr) updates += thinned_->settle(topic);
  } else if (ThinnedTopic* thinned = thinned_ == nullptr ? nullptr : thinned_->find(topic)) {
    updates = std::exchange(thinned->asked, 0);
  }
  if (updates == 0) return;  // it was given up meanwhile
  if (!frame.empty() && connection_->append_frames(frame)) {
    ++delivered_;
    (kind == FrameKind::latest ? conflated_ : thinned_away_) += updates - 1;
    shard_.touch(*this);
  } else {
    lost_ += updates;
  }
  catch_up_if_nothing_waits();
}

// And the socket takes all that there is: else its reader is as slow as before.
void ClientSession::catch_up_if_nothing_waits() {
  if (closing_ || behind_ == nullptr || !behind_->late.empty() || !behind_->asked.empty()) return;
  connection_->flush();
  if (connection_->backlog() != 0) return;
  const std::uint64_t conflated = conflated_ - behind_->conflated_before;
  behind_.reset();
  connection_->output().bound_shared(kSlowBacklog);
  slow_until_ns_ = monotonic_ns() + kSlowForNs;
  if (log::enabled(log::Level::info))
    log::info("proxy", describe() + " has caught up: " + std::to_string(conflated) + " updates were conflated");
  tell_pace("caught_up", conflated);
}

void ClientSession::trust_again(std::int64_t now) {
  if (behind_ != nullptr || now < slow_until_ns_ || connection_->backlog() != 0) return;
  slow_until_ns_ = 0;
  connection_->output().bound_shared(websocket::Output::kAny);
  connection_->set_kernel_buffer(websocket::kKernelBuffer);
}

void ClientSession::thin(routing::TopicId topic, std::int64_t interval_ns) {
  if (closing_) return;
  if (thinned_ == nullptr) thinned_ = std::make_unique<ThinnedTopics>();
  thinned_->set(topic, interval_ns);
}

void ClientSession::note_thinned(routing::TopicId topic, std::uint32_t updates) noexcept {
  ThinnedTopic* thinned = thinned_ == nullptr ? nullptr : thinned_->find(topic);
  if (closing_ || thinned == nullptr) {
    lost_ += updates;
    return;
  }
  if (thinned->asked != 0) {
    thinned->asked += updates;
    return;
  }
  thinned->updates += updates;
  if (thinned->due_ns == 0) look_later(topic, *thinned);
}

void ClientSession::look_later(routing::TopicId topic, ThinnedTopic& thinned) {
  thinned.due_ns = std::max<std::int64_t>(thinned.next_ns, 1);
  shard_.schedule(id_, topic, thinned.due_ns);
}

bool ClientSession::is_due(routing::TopicId topic, std::int64_t at_ns) const {
  const ThinnedTopic* thinned = closing_ || thinned_ == nullptr ? nullptr : thinned_->find(topic);
  return thinned != nullptr && thinned->due_ns == at_ns;
}

void ClientSession::thinned_due(routing::TopicId topic, std::int64_t at_ns) {
  if (!is_due(topic, at_ns)) return;
  ThinnedTopic* thinned = thinned_->find(topic);
  thinned->due_ns = 0;
  if (thinned->updates == 0) return;
  const std::int64_t now = monotonic_ns();
  if (now < thinned->next_ns) return look_later(topic, *thinned);  // it got another value meanwhile
  thinned->next_ns = now + thinned->interval_ns;
  const std::uint64_t updates = std::exchange(thinned->updates, 0);
  if (behind_ != nullptr || room() == 0) {
    fall_late(topic, static_cast<std::uint32_t>(updates));
    return;
  }
  thinned->asked = updates;
  shard_.to_desk([id = id_, topic](Desk& desk) { desk.latest(id, {topic}, FrameKind::thinned); });
}

// Nothing comes of a topic after the answer to its unsubscribe.
void ClientSession::left(routing::TopicId topic) {
  if (behind_ != nullptr) {
    lost_ += behind_->late.take(topic) + behind_->asked.take(topic);
    catch_up_if_nothing_waits();
  }
  if (thinned_ != nullptr) {
    lost_ += thinned_->take(topic);
    if (thinned_->empty()) thinned_.reset();
  }
}

std::uint64_t ClientSession::waiting_updates() const {
  std::uint64_t sum = behind_ == nullptr ? 0 : behind_->late.updates() + behind_->asked.updates();
  if (thinned_ != nullptr) sum += thinned_->updates();
  return sum;
}

void ClientSession::lose_all() {
  lost_ += waiting_updates();
  behind_.reset();  // closing: nothing is shared with it any more
  thinned_.reset();
}

bool ClientSession::has_stopped_reading(std::int64_t now) {
  const std::uint64_t written = connection_->bytes_written();
  if (connection_->backlog() == 0 || written != std::exchange(written_, written)) progress_ns_ = now;
  return now - progress_ns_ > shard_.options().slow_client_close_ns;
}

}  // namespace gw::proxy
