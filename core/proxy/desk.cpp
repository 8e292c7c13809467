#include "core/proxy/desk.hpp"

#include <cstdio>
#include <random>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/proxy/shard.hpp"

namespace gw::proxy {
namespace {

// Records taken from each adapter between two looks at what came of them.
constexpr std::size_t kSlice = 32;
// The most of one turn. A count and not a time, which would run on while another thread has the core. Only a gateway at
// its limit comes near it: then a write that carries more messages is what saves time.
constexpr std::size_t kMostRecords = 24'576;
constexpr std::uint64_t kMostDeliveries = 400'000;
// And of one step of it, after which whoever connects or asks is looked after.
constexpr std::size_t kStepRecords = 512;
constexpr std::uint64_t kStepDeliveries = 20'000;
constexpr std::int64_t kSweepNs = 100'000'000;

std::string new_epoch() {
  std::random_device random;
  char text[40];
  std::snprintf(text, sizeof text, "%llx-%08x", static_cast<unsigned long long>(wall_ns() / 1'000'000), random());
  return text;
}

}  // namespace

Desk::Desk(event_loop::EventLoop& loop, bus::Doorbell& bell, const ShardOptions& options,
           const std::vector<Shard*>& shards)
    : loop_(loop),
      options_(options),
      router_(std::make_unique<routing::Router>(
          encoder_, *this, routing::Clocks{[] { return wall_ns(); }, [] { return monotonic_ns(); }}, new_epoch,
          routing::RouterOptions{shards.size(), options.resume_memory})),
      shards_(shards),
      single_(shards.size() == 1 && &shards.front()->loop() == &loop),
      subscribers_(shards.size()),
      keys_(std::make_shared<const accounts::KeyRing>()),
      calendar_(std::make_shared<const calendar::Calendar>()) {
  encoder_.set_threshold(options_.compression_threshold);
  router_->serve_expired(options_.serves_expired);
  router_->mix_brokers(options_.mixes_brokers);
  for (std::size_t i = 0; i < shards.size(); ++i) {
    shards[i]->set_desk(loop, *this);
    links_.push_back(std::make_unique<ShardLink>(
        *shards[i], &shards[i]->loop() == &loop, [this, i](routing::TopicId topic, routing::Lane lane) {
          const auto& sessions = router_->subscription(topic).audience[i].lanes[static_cast<std::size_t>(lane)];
          return sessions.empty() || lane == routing::Lane::thinned ? std::string_view{}
                                                                    : router_->latest(sessions.front(), topic);
        }));
  }
  loop.listen(bell, [this] { rung_ = true; });
  loop.add_work([this] { return work(); });
  loop.add_bulk([this] { return take_slice(); });
  loop.every([] { return kSweepNs; }, [this] { sweep(); });
}

Desk::~Desk() = default;

void Desk::set_options(const ShardOptions& options) {
  options_ = options;
  encoder_.set_threshold(options_.compression_threshold);
  router_->serve_expired(options_.serves_expired);
  router_->mix_brokers(options_.mixes_brokers);
  for_each([this](Subscriber& client) {
    if (client.account) router_->set_limit(client.id, options_.subscriptions_per_client);
  });
}

// One turn: drain what there is, then every touched socket is written once. Both in steps.
bool Desk::work() {
  if (!turn_.begun) {
    if (single_ && shards_.front()->flush_some()) return true;
    if (!rung_) {
      for (const auto& link : links_) link->flush();
      return false;
    }
    turn_ = {true, 0, 0};
  } else if (single_) {
    shards_.front()->flush_answers();
  }
  turn_.begun = take_step();
  for (const auto& link : links_) link->flush();  // other threads need not wait for the turn's end
  if (turn_.begun) return true;
  router_->flush_demand();
  if (single_) shards_.front()->flush_some();
  return true;
}

// True: there is more, and the turn may have it.
bool Desk::take_step() {
  const std::uint64_t begin = router_->counts().delivered;
  const auto delivered = [&] { return router_->counts().delivered - begin; };
  const auto is_full = [&] {
    return turn_.records >= kMostRecords || turn_.delivered + delivered() > kMostDeliveries ||
           (single_ && shards_.front()->is_full());
  };
  std::size_t taken = 0;
  do {
    rung_ = router_->drain(kSlice);
    taken += kSlice;
    turn_.records += kSlice;
  } while (rung_ && !is_full() && taken < kStepRecords && delivered() < kStepDeliveries);
  const bool goes_on = rung_ && !is_full();
  turn_.delivered += delivered();
  return goes_on;
}

void Desk::sweep() {
  const std::int64_t wall = wall_ns();
  for_each([&](Subscriber& client) {
    if (!client.account || client.account->expires_ns == 0 || wall <= client.account->expires_ns) return;
    log::info("proxy", client.describe() + ": its key expired, closed with 4401");
    close(client, 4401, "key expired");
  });
  look_at_days(wall);
  router_->let_go();
  router_->review();
  router_->flush_demand();
  tell_markets();
}

Subscriber* Desk::find(routing::SessionId id) {
  const auto& shard = subscribers_[routing::shard_of(id)];
  const std::size_t slot = routing::slot_of(id);
  return slot < shard.size() ? shard[slot].get() : nullptr;
}

void Desk::opened(routing::SessionId id, std::string address, bool deflated) {
  auto& shard = subscribers_[routing::shard_of(id)];
  const std::size_t slot = routing::slot_of(id);
  if (slot >= shard.size()) shard.resize(slot + 1);
  shard[slot] = std::make_unique<Subscriber>();
  shard[slot]->id = id;
  shard[slot]->address = std::move(address);
  shard[slot]->deflated = deflated;
  ++clients_;
}

void Desk::asked(routing::SessionId id, protocol::Request request, std::size_t bytes) {
  Subscriber* client = find(id);
  if (client == nullptr || client->closing) return;
  if (!client->account) {
    authenticate(*client, request);
    request_done(*client, bytes);
  } else if (client->job != nullptr || !client->asked.empty()) {
    client->asked.push_back({std::move(request), bytes});
  } else {
    handle(*client, {std::move(request), bytes});
  }
  router_->flush_demand();
}

void Desk::latest(routing::SessionId id, const std::vector<routing::TopicId>& topics, FrameKind kind) {
  const Subscriber* client = find(id);
  if (client == nullptr || client->closing) return;
  for (const routing::TopicId topic : topics)
    link(id).call(
        [id, topic, kind, frame = std::string(router_->latest(id, topic))](Shard& shard) {
          if (ClientSession* session = shard.find(id)) session->frame(topic, frame, kind);
        },
        topic);
}

void Desk::leaving(routing::SessionId id, bool lingers) {
  Subscriber& client = *find(id);
  if (client.account) {
    if (--by_key_[client.account->key_id] == 0) by_key_.erase(client.account->key_id);
    ended_due_ += router_->owed(id);
    router_->close(id, lingers && client.extras ? options_.resume_time_ns : 0);
    router_->flush_demand();
  }
  client.closing = true;
  client.job.reset();
  client.asked.clear();
  client.waiting.reset();
}

void Desk::closed(routing::SessionId id) {
  subscribers_[routing::shard_of(id)][routing::slot_of(id)].reset();
  --clients_;
  link(id).call([id](Shard& shard) { shard.forget(id); });
}

void Desk::send(const Subscriber& to, std::string json) {
  if (to.closing) return;
  link(to.id).call([id = to.id, json = std::move(json)](Shard& shard) {
    if (ClientSession* session = shard.find(id)) session->send(json);
  });
}

// The shard says when it is gone.
void Desk::close(Subscriber& client, int code, std::string reason) {
  link(client.id).call([id = client.id, code, reason = std::move(reason)](Shard& shard) {
    if (ClientSession* session = shard.find(id)) session->close(code, reason);
  });
}

void Desk::request_done(const Subscriber& client, std::size_t bytes, std::size_t more) {
  link(client.id).call([id = client.id, bytes, more](Shard& shard) {
    if (ClientSession* session = shard.find(id)) session->request_done(bytes, more);
  });
}

void Desk::collect_ledger(std::function<void(const Ledger&)> done) {
  struct Sum {
    Ledger ledger;
    std::size_t left;
    std::function<void(const Ledger&)> done;
  };
  auto sum = std::make_shared<Sum>(Sum{{ended_due_, 0, 0, 0}, links_.size(), std::move(done)});
  for (const auto& shard : subscribers_)
    for (const auto& client : shard)
      if (client != nullptr && !client->closing && client->account) sum->ledger.due += router_->owed(client->id);
  for (const auto& link : links_)
    link->call([this, sum](Shard& shard) {
      loop_.post([sum, ledger = shard.ledger()] {
        sum->ledger += ledger;
        if (--sum->left == 0) sum->done(sum->ledger);
      });
    });
}

void Desk::deliver(routing::TopicId topic, routing::Lane lane, std::string_view frame,
                   std::span<const routing::SessionId> sessions) noexcept {
  link(sessions.front()).deliver(topic, lane, frame, sessions);
}

void Desk::joined(routing::SessionId session, routing::TopicId topic, routing::Lane lane) {
  link(session).joined(session, topic, lane);
}

void Desk::left(routing::SessionId session, routing::TopicId topic, routing::Lane lane, std::uint32_t place) {
  link(session).left(session, topic, lane, place);
}

}  // namespace gw::proxy
