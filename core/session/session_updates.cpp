#include "core/session/session_updates.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "core/session/client_session.hpp"
#include "core/session/shard.hpp"

namespace gw::session {

SessionUpdates::SessionUpdates(ClientSession& session, routing::SessionId id, websocket::Connection& connection,
                               Shard& shard)
    : session_(session), shard_(shard), connection_(connection), id_(id), slow_(connection, counts_) {}

void SessionUpdates::note_conflated(std::uint64_t updates) noexcept {
  counts_.conflated += updates;
  shard_.counts().conflated += updates;
}

void SessionUpdates::note_sampled_away(std::uint64_t updates) noexcept {
  sampled_away_ += updates;
  shard_.counts().conflated += updates;
}

void SessionUpdates::touch() { shard_.output().touch(routing::index_of(id_)); }

void SessionUpdates::deliver_to_slow(routing::TopicId topic, websocket::SharedFrame frame,
                                     std::uint32_t updates) noexcept {
  if (ended_ || frame.size == 0) {
    counts_.lost += updates;
  } else if (!slow_.is_slow() && makes_room() && connection_.output().share(frame, shard_.backlog_limit())) {
    note_conflated(updates - 1);
    ++shard_.counts().deliveries;
    touch();
  } else {
    conflate(topic, updates);
  }
}

// A session is slow when its socket takes no more, not when a turn had much for it.
bool SessionUpdates::makes_room() {
  if (connection_.backlog() == 0) return false;
  connection_.flush();
  return true;
}

void SessionUpdates::conflate(routing::TopicId topic, std::uint64_t updates) {
  if (!slow_.conflate(topic, updates)) return;
  shard_.note_slow(true);
  session_.tell_slow(true, 0);
  touch();
}

void SessionUpdates::end_if_caught_up() {
  if (ended_) return;
  const std::optional<std::uint64_t> conflated = slow_.end_if_caught_up(monotonic_ns());
  if (!conflated) return;
  shard_.note_slow(false);
  session_.tell_slow(false, *conflated);
}

void SessionUpdates::note_sampled(routing::TopicId topic, std::uint32_t updates) noexcept {
  if (ended_ || sampled_ == nullptr || !sampled_->add(topic, updates)) counts_.lost += updates;
}

bool SessionUpdates::is_wake_up(routing::TopicId topic, std::int64_t at_ns) const {
  return sampled_ != nullptr && sampled_->is_wake_up(topic, at_ns);
}

void SessionUpdates::wake(routing::TopicId topic, std::int64_t at_ns) {
  if (sampled_ == nullptr || !sampled_->wake(topic, at_ns, monotonic_ns())) return;
  if (slow_.is_slow() || room() == 0) return conflate(topic, sampled_->settle(topic));
  sampled_->request(topic);
  shard_.requests().post(
      [id = id_, topic](RequestSide& side) { side.last_published(id, {topic}, FrameKind::sampled); });
}

void SessionUpdates::sample(routing::TopicId topic, std::int64_t interval_ns) {
  if (ended_) return;
  if (sampled_ == nullptr) sampled_ = std::make_unique<SampledTopics>(shard_.wake_ups(), id_);
  sampled_->set(topic, interval_ns);
}

void SessionUpdates::left(routing::TopicId topic) {
  counts_.lost += slow_.take(topic);
  end_if_caught_up();
  if (sampled_ == nullptr) return;
  counts_.lost += sampled_->remove(topic);
  if (sampled_->empty()) sampled_.reset();
}

void SessionUpdates::frame(routing::TopicId topic, std::string_view frame, FrameKind kind) {
  if (ended_) return;
  if (kind == FrameKind::own) {
    // The frame is as new as what was waiting of the topic, and stands for that.
    note_conflated(slow_.take(topic));
    if (sampled_ != nullptr) note_sampled_away(sampled_->settle_by_frame(topic, monotonic_ns()));
    connection_.append_frames(frame);
    touch();
    return end_if_caught_up();
  }
  std::uint64_t updates = 0;
  if (kind == FrameKind::last_published) {
    updates = slow_.take_requested(topic, frame.size());
    // The frame also stands for updates of a sampled topic that came since it was conflated.
    if (updates != 0 && sampled_ != nullptr) updates += sampled_->settle(topic);
  } else if (sampled_ != nullptr) {
    updates = sampled_->take_requested(topic);
  }
  if (updates == 0) return;
  if (!frame.empty() && connection_.append_frames(frame)) {
    ++counts_.delivered;
    ++shard_.counts().deliveries;
    if (kind == FrameKind::last_published)
      note_conflated(updates - 1);
    else
      note_sampled_away(updates - 1);
    touch();
  } else {
    counts_.lost += updates;
  }
  end_if_caught_up();
}

void SessionUpdates::request_slow_frames() {
  if (std::vector<routing::TopicId> topics = slow_.request_frames(room()); !topics.empty())
    shard_.requests().post([id = id_, topics = std::move(topics)](RequestSide& side) {
      side.last_published(id, topics, FrameKind::last_published);
    });
  end_if_caught_up();
}

std::size_t SessionUpdates::room() const {
  const std::size_t max = slow_.max_backlog(shard_.backlog_limit() / 2);
  return max - std::min(max, connection_.backlog());
}

void SessionUpdates::end() {
  counts_.lost += waiting();
  if (slow_.is_slow()) shard_.note_slow(false);
  slow_.give_up();
  sampled_.reset();
  ended_ = true;
}

Ledger SessionUpdates::ledger() const {
  Ledger sum = counts_;
  sum.delivered += connection_.output().shared_count();
  sum.conflated += sampled_away_;
  return sum;
}

std::uint64_t SessionUpdates::waiting() const {
  return slow_.updates() + (sampled_ == nullptr ? 0 : sampled_->updates());
}

}  // namespace gw::session
