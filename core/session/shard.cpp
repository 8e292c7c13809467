#include "core/session/shard.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/ip/tcp.hpp>

#include "core/base/clock.hpp"

namespace gw::session {
namespace {

// Outputs that are fetched into the cache together before they are appended to.
constexpr std::size_t kAtOnce = 16;
// The deadlines of this many sessions are looked at in one go, or of more if a round would take more than kMaxParts
// goes.
constexpr std::size_t kSweptAtOnce = 256;
constexpr std::size_t kMaxParts = 16;

std::int64_t sweep_interval(const SessionOptions& o) {
  const std::int64_t min =
      std::min({o.ping_interval_ns, o.ping_timeout_ns, o.authentication_timeout_ns, o.slow_client_close_ns});
  return std::clamp<std::int64_t>(min / 8, 1'000'000, 250'000'000);
}

}  // namespace

Shard::Shard(std::size_t number, event_loop::EventLoop& loop, const SessionOptions& options)
    : sessions_(number),
      output_(sessions_),
      loop_(loop),
      accept_options_(options_),
      wake_ups_(loop, sessions_),
      farewell_(loop, sessions_) {
  set_options(options);
  loop.add_bulk([this] { return parse_some(); });
  loop.every([this] { return sweep_interval(options_) / static_cast<std::int64_t>(sweep_parts()); },
             [this] { sweep(); });
}

// Ends the sessions before the options, which their connections use.
Shard::~Shard() { sessions_.clear(); }

void Shard::set_options(const SessionOptions& options) {
  options_ = options;
  accept_options_.set();
  budget_.set_limits(options_.output_per_client, options_.output_total);
}

void Shard::adopt(boost::asio::ip::tcp::socket&& socket, bool is_tls, std::shared_ptr<admission::ConnectionSlot> slot) {
  if (farewell_.has_begun()) return;
  const routing::SessionId id = sessions_.take_id();
  output_.note_added(routing::index_of(id));
  auto session =
      std::make_unique<ClientSession>(*this, id, std::move(socket), accept_options_.of(is_tls), std::move(slot));
  session->output().refer_to(output_.frames());
  sessions_.add(id, std::move(session));
}

void Shard::forget(routing::SessionId id) {
  const ClientSession& session = *sessions_.find(id);
  ended_ += session.updates().ledger();
  counts_.bytes += session.bytes_written();
  note_backlog(session.counted_backlog(), 0);
  sessions_.remove(id);
  output_.note_removed(routing::index_of(id));
  farewell_.look();
}

void Shard::forget_later(routing::SessionId id) {
  loop_.post([this, id] { forget(id); });
}

void Shard::stop(std::function<void()> gone) { farewell_.begin(std::move(gone)); }

void Shard::deliver(routing::TopicId topic, routing::Lane lane, std::string_view frame,
                    std::span<const routing::SessionId> sessions, std::uint32_t updates) noexcept {
  if (lane == routing::Lane::sampled) {
    for (const routing::SessionId id : sessions) find(id)->updates().note_sampled(topic, updates);
    return;
  }
  const websocket::SharedFrame shared = output_.add(frame);
  output_.note_step(step_ns_);
  const std::size_t limit = budget_.limit();
  std::size_t taken = sessions.size();
  for (; !sessions.empty(); sessions = sessions.subspan(std::min(sessions.size(), kAtOnce))) {
    const auto some = sessions.first(std::min(sessions.size(), kAtOnce));
    for (const routing::SessionId id : some) sessions_[routing::index_of(id)].output->prefetch_share();
    for (const routing::SessionId id : some) sessions_[routing::index_of(id)].output->prefetch_end();
    for (const routing::SessionId id : some) {
      const SessionTable::Entry& entry = sessions_[routing::index_of(id)];
      const bool is_first = entry.output->shared_bytes() == 0;
      if (!entry.output->share(shared, limit)) {
        --taken;
        entry.session->updates().deliver_to_slow(topic, shared, updates);
        continue;
      }
      if (is_first) output_.touch(routing::index_of(id));
      output_.note_output(entry.output->shared_bytes());
      if (updates > 1) entry.session->updates().note_conflated(updates - 1);
    }
  }
  counts_.deliveries += taken;
}

// Parses a piece of one request, between two steps of ticks.
bool Shard::parse_some() {
  if (parsing_.empty()) return false;
  const routing::SessionId id = parsing_.front();
  parsing_.pop_front();
  ClientSession* session = find(id);
  if (session != nullptr && session->parse_some()) parsing_.push_back(id);
  return true;
}

std::size_t Shard::sweep_parts() const {
  return std::clamp<std::size_t>(sessions_.size() / kSweptAtOnce, 1, kMaxParts);
}

// Looks at some of the sessions: with many thousands, all of them would take milliseconds.
void Shard::sweep() {
  const std::int64_t now = monotonic_ns();
  for (std::size_t n = sessions_.size() / sweep_parts() + 1; n != 0 && sessions_.size() != 0; --n) {
    swept_ = (swept_ + 1) % sessions_.size();
    if (ClientSession* session = sessions_[swept_].session.get()) session->sweep(now);
  }
}

ShardReport Shard::report() const {
  ShardReport out{counts_, sessions_.session_count(), budget_.backlog(), budget_.blocked(), slow_};
  out.counts.until_written = output_.until_written();
  for (std::size_t i = 0; i < sessions_.size(); ++i)
    if (const ClientSession* session = sessions_[i].session.get()) out.counts.bytes += session->bytes_written();
  return out;
}

Ledger Shard::ledger() const {
  Ledger sum = ended_;
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    const ClientSession* session = sessions_[i].session.get();
    if (session == nullptr) continue;
    sum += session->updates().ledger();
    sum.conflated += session->updates().waiting();
  }
  return sum;
}

}  // namespace gw::session
