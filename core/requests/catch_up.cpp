#include "core/requests/catch_up.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/protocol/notices.hpp"

namespace gw::requests {

Waiting& CatchUp::waiting(Subscriber& client) {
  if (client.waiting == nullptr) {
    client.waiting = std::make_unique<Waiting>();
    if (!client.has_room) client.tell([](session::ClientSession& session) { session.offer(); });
  }
  return *client.waiting;
}

void CatchUp::add_snapshot(Subscriber& client, routing::TopicId topic) {
  waiting(client).snapshots.push_back({topic, router_.topics()[topic].seq});
}

void CatchUp::add_status(Subscriber& client, routing::TopicId topic) {
  if (!client.extras) return;
  Waiting& w = waiting(client);
  if (w.in_statuses.insert(topic).second) w.statuses.push_back(topic);
}

void CatchUp::add_resume(Subscriber& client, const Waiting::Resume& resume) {
  waiting(client).resumes.push_back(resume);
}

void CatchUp::drop_resumes_of_left(Subscriber& client) {
  if (client.waiting == nullptr) return;
  std::erase_if(client.waiting->resumes,
                [&](const Waiting::Resume& resume) { return !router_.clients().holds(client.id, resume.topic); });
}

void CatchUp::drop_all(Subscriber& client) {
  if (client.waiting != nullptr) *client.waiting = {};
}

void CatchUp::add_held(Subscriber& client) {
  for (const routing::TopicId topic : router_.clients().topics_of(client.id)) {
    add_snapshot(client, topic);
    add_status(client, topic);
  }
}

void CatchUp::fill(Subscriber& client, std::size_t room) {
  bool more = false;
  if (client.waiting != nullptr) {
    more = !send_resumes(client, room) || !send_snapshots(client, room) || !send_statuses(client, room);
    if (!more) client.waiting.reset();
  }
  client.tell([more](session::ClientSession& session) { session.filled(more); });
}

// Each of these functions sends at least one thing when there is any room, and returns false when something is left.
bool CatchUp::send_resumes(Subscriber& client, std::size_t& room) {
  auto& resumes = client.waiting->resumes;
  for (; !resumes.empty(); resumes.pop_front()) {
    if (room == 0) return false;
    Waiting::Resume& next = resumes.front();
    const bool is_wanted = next.is_live ? router_.clients().holds(client.id, next.topic)
                                        : router_.clients().resumes(client.id, next.topic);
    if (!is_wanted) continue;
    const auto send = [&](std::string_view frame) {
      if (room == 0) return false;
      client.send_frame(next.topic, frame, session::FrameKind::own);
      room -= std::min(room, frame.size());
      return true;
    };
    std::optional<std::uint64_t> missing;
    if (next.same_epoch) {
      if (!router_.replay(client.id, next.topic, next.seq, next.missing, send)) return false;
      missing = next.missing;
    } else {
      router_.go_live(client.id, next.topic);
      if (const std::string_view snapshot = router_.snapshot(client.id, next.topic); !snapshot.empty()) send(snapshot);
    }
    std::string text = protocol::recovered(router_.topics()[next.topic].info, missing);
    room -= std::min(room, text.size());
    client.send(std::move(text));
  }
  return true;
}

bool CatchUp::send_snapshots(Subscriber& client, std::size_t& room) {
  auto& snapshots = client.waiting->snapshots;
  for (; !snapshots.empty(); snapshots.pop_front()) {
    if (room == 0) return false;
    const auto [topic, seq] = snapshots.front();
    // A live update that came in the meantime is newer.
    if (!router_.clients().holds(client.id, topic) || router_.topics()[topic].seq != seq) continue;
    const std::string_view frame = router_.snapshot(client.id, topic);
    if (frame.empty()) continue;
    client.send_frame(topic, frame, session::FrameKind::own);
    room -= std::min(room, frame.size());
  }
  return true;
}

bool CatchUp::send_statuses(Subscriber& client, std::size_t& room) {
  Waiting& w = *client.waiting;
  for (; !w.statuses.empty(); w.statuses.pop_front()) {
    if (room == 0) return false;
    const routing::TopicId topic = w.statuses.front();
    w.in_statuses.erase(topic);
    if (!router_.clients().holds(client.id, topic)) continue;
    std::string text = protocol::subscription_status(router_.topics()[topic], router_.note(topic));
    room -= std::min(room, text.size());
    client.send(std::move(text));
  }
  return true;
}

}  // namespace gw::requests
