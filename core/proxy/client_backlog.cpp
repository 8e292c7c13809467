// A client that reads more slowly than its topics are published: it gets the newest value of each topic, and the others
// notice nothing. One that takes no byte at all is closed.
#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/proxy/client_session.hpp"
#include "core/proxy/shard.hpp"
#include "core/proxy/wire/notices.hpp"

namespace gw::proxy {

std::size_t ClientSession::reserve() const { return shard_.websocket_options().output_limit / 8; }

void ClientSession::fall_behind() {
  conflated_before_ = conflated_;
  if (log::enabled(log::Level::info))
    log::info("proxy", describe() + " is behind: it gets the newest value of each topic from now on");
  tell_pace("behind", 0);
}

// No reason to end a client that has no room even for this.
void ClientSession::tell_pace(std::string_view status, std::uint64_t conflated) {
  if (extras_ && connection_->send(websocket::Opcode::text, wire::slow(status, conflated))) shard_.touch(*this);
}

// False when nothing could be added.
bool ClientSession::write_late() {
  bool added = false;
  while (!late_.empty() && has_room()) {
    const auto [topic, updates] = late_.pop();
    const std::string_view frame = shard_.router().latest(id_, topic);
    if (!frame.empty() && connection_->append_frames(frame)) {
      ++delivered_;
      conflated_ += updates - 1;
      added = true;
    } else {
      lost_ += updates;
    }
    if (late_.empty()) catch_up();
  }
  return added;
}

void ClientSession::catch_up() {
  const std::uint64_t conflated = conflated_ - conflated_before_;
  if (log::enabled(log::Level::info))
    log::info("proxy", describe() + " has caught up: " + std::to_string(conflated) + " updates were conflated");
  tell_pace("caught_up", conflated);
}

void ClientSession::lose_late() {
  lost_ += late_.updates();
  late_.clear();
}

// Nothing comes of a topic after the answer to its unsubscribe.
void ClientSession::lose_what_is_left() {
  lost_ += late_.take_if([this](routing::TopicId topic) { return !shard_.router().holds(id_, topic); });
}

bool ClientSession::has_stopped_reading(std::int64_t now) {
  const std::uint64_t written = connection_->bytes_written();
  if (connection_->backlog() == 0 || written != std::exchange(written_, written)) progress_ns_ = now;
  return now - progress_ns_ > shard_.options().slow_client_close_ns;
}

}  // namespace gw::proxy
