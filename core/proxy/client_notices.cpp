// What a client gets that is no live update: the newest values from memory after it subscribed, the states of its
// subscriptions, market hours, and another broker. All of it in room that live updates leave.
#include "core/base/clock.hpp"
#include "core/bus/records.hpp"
#include "core/proxy/client_session.hpp"
#include "core/proxy/shard.hpp"
#include "core/proxy/wire/notices.hpp"

namespace gw::proxy {

void ClientSession::flush() {
  connection_->flush();
  for (bool more = true; more;) {
    more = write_late();
    more = write_newest() || more;
    more = write_statuses() || more;
    if (more) connection_->flush();
  }
}

// Up to half of the output, so that live updates always find some.
bool ClientSession::has_room() const { return connection_->room() > shard_.websocket_options().output_limit / 2; }

void ClientSession::queue_newest(routing::TopicId topic) {
  if (closing_) return;
  newest_.push_back({topic, shard_.router().seq(topic)});
  shard_.touch(*this);
  write_newest();
}

// False when nothing could be added.
bool ClientSession::write_newest() {
  bool added = false;
  while (!newest_.empty() && has_room()) {
    const Newest next = newest_.front();
    newest_.pop_front();
    // A live update that came in the meantime was newer.
    if (!shard_.router().holds(id_, next.topic) || shard_.router().seq(next.topic) != next.seq) continue;
    const std::string_view frame = shard_.router().newest(id_, next.topic);
    if (!frame.empty() && connection_->append_frames(frame)) added = true;
  }
  return added;
}

void ClientSession::queue_status(routing::TopicId topic) {
  if (closing_ || !extras_ || !in_statuses_.insert(topic).second) return;
  statuses_.push_back(topic);
  shard_.touch(*this);
}

bool ClientSession::write_statuses() {
  bool added = false;
  while (!statuses_.empty() && has_room()) {
    const routing::TopicId topic = statuses_.front();
    statuses_.pop_front();
    in_statuses_.erase(topic);
    if (!shard_.router().holds(id_, topic)) continue;
    const std::string text = wire::subscription_status(shard_.router().subscription(topic));
    if (connection_->send(websocket::Opcode::text, text)) added = true;
  }
  return added;
}

void ClientSession::tell_market(const std::string& exchange) {
  if (closing_ || !extras_ || !markets_.insert(exchange).second) return;
  send(wire::market_status(exchange, shard_.market(exchange)));
}

void ClientSession::set_account(const accounts::KeySession& account) {
  account_ = account;
  const routing::LineupId lineup = shard_.lineup_of(account);
  if (lineup == lineup_ || closing_) return;
  lineup_ = lineup;
  routing::Router& router = shard_.router();
  const std::string& broker = router.broker(router.lineup(lineup).broker()).setup().name;
  if (extras_)
    send(wire::broker_status(broker, "switched", "an operator chose broker " + broker + " for this user", wall_ns(),
                             router.lineup(lineup).epoch));
  newest_.clear();
  statuses_.clear();
  in_statuses_.clear();
  lose_late();
  router.move(id_, lineup);
  std::vector<routing::TopicId> held;
  router.for_each_held(id_, [&](routing::TopicId topic, const routing::HeldStream&) { held.push_back(topic); });
  for (const routing::TopicId topic : held) {
    queue_newest(topic);
    queue_status(topic);
  }
}

}  // namespace gw::proxy
