#include "core/proxy/shard.hpp"

#include <algorithm>
#include <limits>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/base/prefetch.hpp"
#include "core/base/text.hpp"
#include "core/proxy/desk.hpp"

namespace gw::proxy {
namespace {

namespace asio = boost::asio;

// Sockets written before whoever connects or asks is looked after.
constexpr std::size_t kFlushedAtOnce = 16;
// An output that passes this is written before more ticks are taken: what it refers to stays in the processor's cache.
constexpr std::size_t kFullOutput = 128 * 1024;
// Outputs that are fetched into the cache together before they are appended to.
constexpr std::size_t kAtOnce = 16;
constexpr std::size_t kLeastBacklog = 64 * 1024;
// Clients whose deadlines are looked at in one go, until there are so many that it takes more than so many goes.
constexpr std::size_t kSweptAtOnce = 256;
constexpr std::size_t kSweepParts = 16;
// So many times of thinned topics are kept before those that nobody waits for any more are looked for.
constexpr std::size_t kLeastDue = 1024;

std::int64_t sweep_interval(const ShardOptions& o) {
  const std::int64_t least =
      std::min({o.ping_interval_ns, o.ping_timeout_ns, o.authentication_timeout_ns, o.slow_client_close_ns});
  return std::clamp<std::int64_t>(least / 8, 1'000'000, 250'000'000);
}

}  // namespace

struct Shard::Timer {
  explicit Timer(asio::io_context& io) : timer(io) {}
  asio::steady_timer timer;
};

Shard::Shard(std::size_t number, event_loop::EventLoop& loop, const ShardOptions& options)
    : number_(number), loop_(loop), due_timer_(std::make_unique<Timer>(loop.io())) {
  set_options(options);
  loop.add_bulk([this] { return parse_some(); });
  loop.every([this] { return sweep_interval(options_) / static_cast<std::int64_t>(sweep_parts()); },
             [this] { sweep(); });
}

Shard::~Shard() = default;

void Shard::set_desk(event_loop::EventLoop& loop, Desk& desk) {
  desk_loop_ = &loop;
  desk_ = &desk;
}

void Shard::set_options(const ShardOptions& options) {
  options_ = options;
  for (websocket::ServerOptions* o : {&plain_options_, &tls_options_}) {
    o->header_limit = options_.header_size;
    o->message_limit = options_.message_size;
    o->compression = options_.compression;
    o->open_timeout = std::chrono::milliseconds(options_.authentication_timeout_ns / 1'000'000);
    // Sessions keep the bounds: see ClientSession::deliver_late and send.
    o->output_limit = std::numeric_limits<std::size_t>::max() / 2;
    o->on_upgrade = [this](const websocket::HttpRequest& request, auto&) { return check_origin(request); };
  }
  set_backlog_limit();
}

void Shard::to_desk(std::function<void(Desk&)> task) {
  desk_loop_->post([desk = desk_, task = std::move(task)] { task(*desk); });
}

websocket::HttpAnswer Shard::check_origin(const websocket::HttpRequest& request) const {
  std::string_view origin;
  std::string_view host;
  for (const websocket::Header& h : request.headers) {
    const std::string name = lower(h.name);
    if (name == "origin") origin = h.value;
    if (name == "host") host = h.value;
  }
  if (origin.empty() || admission::is_allowed_origin(origin, host, options_.origins)) return {0, "", ""};
  log::warning("proxy", "refused a web page from " + std::string(cut(origin)) + " (server.allowed_origins)");
  return {403, "text/plain; charset=utf-8",
          "A web page from this origin may not use the gateway.\n"
          "An operator can allow it: server.allowed_origins in gateway.yaml\n"};
}

void Shard::adopt(asio::ip::tcp::socket&& socket, bool is_tls, std::shared_ptr<admission::ConnectionSlot> place) {
  if (stopping_) return;
  std::uint32_t slot = 0;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  ++open_;
  const auto id = static_cast<routing::SessionId>(number_ << 24 | slot);
  slots_[slot].session = std::make_unique<ClientSession>(*this, id, std::move(socket),
                                                         is_tls ? tls_options_ : plain_options_, std::move(place));
  slots_[slot].output = &slots_[slot].session->output();
  slots_[slot].output->refer_to(frames_);
}

void Shard::forget(routing::SessionId id) {
  const std::uint32_t slot = routing::slot_of(id);
  const ClientSession& session = *slots_[slot].session;
  ended_ += {0, session.delivered(), session.conflated(), session.lost()};
  note_backlog(session.counted_backlog(), 0);
  slots_[slot] = {};
  free_.push_back(slot);
  --open_;
  finish_if_empty();
}

// From one of the session's own callbacks.
void Shard::forget_later(routing::SessionId id) {
  loop_.post([this, id] { forget(id); });
}

void Shard::stop(std::function<void()> gone) {
  stopping_ = true;
  gone_ = std::move(gone);
  for (const Slot& slot : slots_)
    if (slot.session != nullptr) slot.session->close(1001, "the gateway is shutting down");
  finish_if_empty();
}

void Shard::finish_if_empty() {
  if (stopping_ && open_ == 0 && gone_) std::exchange(gone_, nullptr)();
}

void Shard::deliver(routing::TopicId topic, routing::Lane lane, std::string_view frame,
                    std::span<const routing::SessionId> sessions, std::uint32_t updates) noexcept {
  if (lane == routing::Lane::thinned) {
    for (const routing::SessionId id : sessions) find(id)->note_thinned(topic, updates);
    return;
  }
  const websocket::SharedFrame shared = frames_.add(frame);
  for (; !sessions.empty(); sessions = sessions.subspan(std::min(sessions.size(), kAtOnce))) {
    const auto some = sessions.first(std::min(sessions.size(), kAtOnce));
    for (const routing::SessionId id : some) slots_[routing::slot_of(id)].output->prefetch_share();
    for (const routing::SessionId id : some) slots_[routing::slot_of(id)].output->prefetch_place();
    for (const routing::SessionId id : some) {
      const Slot& slot = slots_[routing::slot_of(id)];
      const bool is_first = slot.output->shared_bytes() == 0;
      if (!slot.output->share(shared, backlog_limit_)) {
        slot.session->deliver_late(topic, shared, updates);
        continue;
      }
      if (is_first) touch(*slot.session);
      if (slot.output->shared_bytes() > kFullOutput) full_ = true;
      if (updates > 1) slot.session->note_conflated(updates - 1);
    }
  }
}

void Shard::flush_answers() {
  for (std::size_t i = 0; i < answered_.size(); ++i) {
    ClientSession* session = slots_[answered_[i]].session.get();
    if (session == nullptr || !session->answered) continue;  // its slot was given to another meanwhile
    session->answered = false;
    session->flush();
  }
  answered_.clear();
}

bool Shard::flush_some() {
  flush_answers();
  if (flushed_ == flushing_.size()) {
    flushing_.clear();
    flushed_ = 0;
    full_ = false;
    if (touched_.empty()) {
      frames_.clear();
      return false;
    }
    std::swap(flushing_, touched_);
    // No client is always the last to be served.
    rotation_ = (rotation_ + 7919) % flushing_.size();
    std::rotate(flushing_.begin(), flushing_.begin() + static_cast<std::ptrdiff_t>(rotation_), flushing_.end());
  }
  const std::size_t end = std::min(flushing_.size(), flushed_ + kFlushedAtOnce);
  for (std::size_t i = flushed_; i < end; ++i) {
    const Slot& slot = slots_[flushing_[i]];
    if (slot.session == nullptr) continue;
    prefetch(slot.session.get(), 4 * kCacheLine);
    slot.output->prefetch_share();
  }
  for (; flushed_ < end; ++flushed_) {
    ClientSession* session = slots_[flushing_[flushed_]].session.get();
    if (session == nullptr || !session->touched) continue;  // its slot was given to another meanwhile
    session->touched = false;
    session->flush();
  }
  return true;
}

void Shard::note_backlog(std::size_t before, std::size_t now) {
  if (before == now) return;
  backlog_ += now - before;
  blocked_ += static_cast<std::size_t>(now != 0) - static_cast<std::size_t>(before != 0);
  set_backlog_limit();
}

// When all together pass their bound, the largest conflate first.
void Shard::set_backlog_limit() {
  backlog_limit_ = options_.output_per_client;
  const std::size_t total = options_.output_total / std::max<std::size_t>(1, options_.shards);
  if (backlog_ > total)
    backlog_limit_ = std::clamp(total / blocked_, std::min(kLeastBacklog, backlog_limit_), backlog_limit_);
}

// A piece of one, between two steps of what everybody gets.
bool Shard::parse_some() {
  if (parsing_.empty()) return false;
  const routing::SessionId id = parsing_.front();
  parsing_.pop_front();
  ClientSession* session = find(id);  // or another that has the slot by now
  if (session != nullptr && session->parse_some()) parsing_.push_back(id);
  return true;
}

std::size_t Shard::sweep_parts() const { return std::clamp<std::size_t>(slots_.size() / kSweptAtOnce, 1, kSweepParts); }

// Some of many thousands: to look at all of them takes milliseconds.
void Shard::sweep() {
  const std::int64_t now = monotonic_ns();
  for (std::size_t n = slots_.size() / sweep_parts() + 1; n != 0 && !slots_.empty(); --n) {
    swept_ = (swept_ + 1) % slots_.size();
    if (ClientSession* session = slots_[swept_].session.get()) session->sweep(now);
  }
}

void Shard::schedule(routing::SessionId session, routing::TopicId topic, std::int64_t at_ns) {
  if (due_.size() >= most_due_) forget_what_is_not_due();
  const bool first = due_.empty() || at_ns <= due_.top().at_ns;
  due_.push({at_ns, session, topic});
  if (!first) return;
  due_timer_->timer.expires_after(std::chrono::nanoseconds(std::max<std::int64_t>(0, at_ns - monotonic_ns())));
  due_timer_->timer.async_wait([this](const boost::system::error_code& ec) {
    if (!ec) tell_due();
  });
}

// Clients that went, and topics that they left, leave theirs behind.
void Shard::forget_what_is_not_due() {
  std::vector<Due> rest;
  for (; !due_.empty(); due_.pop()) {
    const ClientSession* session = find(due_.top().session);
    if (session != nullptr && session->is_due(due_.top().topic, due_.top().at_ns)) rest.push_back(due_.top());
  }
  most_due_ = std::max(kLeastDue, 2 * rest.size());
  due_ = decltype(due_)(std::greater<>(), std::move(rest));
}

bool Shard::tell_due() {
  const std::int64_t now = monotonic_ns();
  while (!due_.empty() && due_.top().at_ns <= now) {
    const Due due = due_.top();
    due_.pop();
    if (ClientSession* session = find(due.session)) session->thinned_due(due.topic, due.at_ns);
  }
  if (due_.empty()) return false;
  const Due next = due_.top();
  due_.pop();
  schedule(next.session, next.topic, next.at_ns);
  return true;
}

Ledger Shard::ledger() const {
  Ledger sum = ended_;
  for (const auto& [session, output] : slots_)
    if (session != nullptr)
      sum += {0, session->delivered(), session->conflated() + session->waiting_updates(), session->lost()};
  return sum;
}

}  // namespace gw::proxy
