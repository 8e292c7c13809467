// What a client gets when its output has room: what it missed while it was away, the newest values from memory after it
// subscribed, and the states of its subscriptions.
#include "core/protocol/notices.hpp"
#include "core/proxy/desk.hpp"
#include "core/proxy/shard.hpp"

namespace gw::proxy {

Waiting& Desk::waiting(Subscriber& client) {
  if (client.waiting == nullptr) {
    client.waiting = std::make_unique<Waiting>();
    link(client.id).call([id = client.id](Shard& shard) {
      if (ClientSession* session = shard.find(id)) session->offer();
    });
  }
  return *client.waiting;
}

void Desk::queue_newest(Subscriber& client, routing::TopicId topic) {
  waiting(client).newest.push_back({topic, router_->seq(topic)});
}

void Desk::queue_status(Subscriber& client, routing::TopicId topic) {
  if (!client.extras) return;
  Waiting& w = waiting(client);
  if (w.in_statuses.insert(topic).second) w.statuses.push_back(topic);
}

void Desk::queue_resume(Subscriber& client, const Waiting::Resume& resume) {
  waiting(client).resumes.push_back(resume);
}

// It may hold such a topic again before it is its turn, and has live updates of it by then.
void Desk::forget_resumes_of_what_was_left(Subscriber& client) {
  if (client.waiting == nullptr) return;
  std::erase_if(client.waiting->resumes,
                [&](const Waiting::Resume& resume) { return !router_->holds(client.id, resume.topic); });
}

void Desk::fill(routing::SessionId id, std::size_t room) {
  Subscriber* client = find(id);
  if (client == nullptr || client->closing) return;
  bool more = false;
  if (client->waiting != nullptr) {
    more = !write_resumes(*client, room) || !write_newest(*client, room) || !write_statuses(*client, room);
    if (!more) client->waiting.reset();
  }
  link(id).call([id, more](Shard& shard) {
    if (ClientSession* session = shard.find(id)) session->filled(more);
  });
}

void Desk::send_own(const Subscriber& client, routing::TopicId topic, std::string_view frame) {
  link(client.id).call(
      [id = client.id, topic, frame = std::string(frame)](Shard& shard) {
        if (ClientSession* session = shard.find(id)) session->frame(topic, frame, FrameKind::own);
      },
      topic);
}

// Each of these writes at least one when there is any room, and returns false when something is left.
bool Desk::write_resumes(Subscriber& client, std::size_t& room) {
  auto& resumes = client.waiting->resumes;
  for (; !resumes.empty(); resumes.pop_front()) {
    if (room == 0) return false;
    Waiting::Resume& next = resumes.front();
    if (!router_->resumes(client.id, next.topic)) continue;
    const auto take = [&](std::string_view frame) {
      if (room == 0) return false;
      send_own(client, next.topic, frame);
      room -= std::min(room, frame.size());
      return true;
    };
    std::optional<std::uint64_t> missing;
    if (next.same_epoch) {
      if (!router_->replay(client.id, next.topic, next.seq, next.missing, take)) return false;
      missing = next.missing;
    } else {
      router_->go_live(client.id, next.topic);
      if (const std::string_view newest = router_->newest(client.id, next.topic); !newest.empty()) take(newest);
    }
    std::string text = protocol::recovered(router_->topic(next.topic), missing);
    room -= std::min(room, text.size());
    send(client, std::move(text));
  }
  return true;
}

bool Desk::write_newest(Subscriber& client, std::size_t& room) {
  auto& newest = client.waiting->newest;
  for (; !newest.empty(); newest.pop_front()) {
    if (room == 0) return false;
    const auto [topic, seq] = newest.front();
    // A live update that came in the meantime was newer.
    if (!router_->holds(client.id, topic) || router_->seq(topic) != seq) continue;
    const std::string_view frame = router_->newest(client.id, topic);
    if (frame.empty()) continue;
    send_own(client, topic, frame);
    room -= std::min(room, frame.size());
  }
  return true;
}

bool Desk::write_statuses(Subscriber& client, std::size_t& room) {
  Waiting& w = *client.waiting;
  for (; !w.statuses.empty(); w.statuses.pop_front()) {
    if (room == 0) return false;
    const routing::TopicId topic = w.statuses.front();
    w.in_statuses.erase(topic);
    if (!router_->holds(client.id, topic)) continue;
    std::string text = protocol::subscription_status(router_->subscription(topic), router_->note(topic));
    room -= std::min(room, text.size());
    send(client, std::move(text));
  }
  return true;
}

}  // namespace gw::proxy
