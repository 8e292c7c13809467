#include "core/proxy/shard.hpp"

#include <algorithm>
#include <random>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/bus/records.hpp"
#include "core/proxy/wire/answers.hpp"

namespace gw::proxy {
namespace {

namespace asio = boost::asio;

// Records taken from each adapter before the sockets are written: bounds how long one turn may last.
constexpr std::size_t kTurnBudget = 4096;

std::string new_epoch() {
  std::random_device random;
  char text[40];
  std::snprintf(text, sizeof text, "%llx-%08x", static_cast<unsigned long long>(wall_ns() / 1'000'000), random());
  return text;
}

std::chrono::nanoseconds sweep_interval(const ShardOptions& o) {
  const std::int64_t least =
      std::min({o.ping_interval_ns, o.ping_timeout_ns, o.authentication_timeout_ns, o.slow_client_close_ns});
  return std::chrono::nanoseconds(std::clamp<std::int64_t>(least / 8, 1'000'000, 250'000'000));
}

}  // namespace

struct Shard::Loop {
  explicit Loop(int bell) : io(1), bell_stream(io, bell), sweep(io), farewell(io) {}
  ~Loop() { bell_stream.release(); }  // the descriptor is the doorbell's
  asio::io_context io;
  asio::posix::stream_descriptor bell_stream;
  asio::steady_timer sweep;
  asio::steady_timer farewell;
};

Shard::Shard(ShardOptions options, bus::Doorbell& bell)
    : options_(options),
      bell_(bell),
      loop_(std::make_unique<Loop>(bell.descriptor())),
      router_(std::make_unique<routing::Router>(
          encoder_, *this, routing::Clocks{[] { return wall_ns(); }, [] { return monotonic_ns(); }}, new_epoch)),
      keys_(std::make_shared<const accounts::KeyRing>()),
      calendar_(std::make_shared<const calendar::Calendar>()) {
  set_options(options);
}

void Shard::set_options(const ShardOptions& options) {
  options_ = options;
  websocket_options_.message_limit = options_.message_size;
  websocket_options_.output_limit = options_.output_per_client;
  for (const auto& session : sessions_)
    if (session != nullptr && session->authenticated())
      router_->set_limit(session->id(), options_.subscriptions_per_client);
}

Shard::~Shard() = default;

boost::asio::io_context& Shard::io() { return loop_->io; }

void Shard::run() {
  wait_for_bell();
  sweep_later();
  loop_->io.run();
  sessions_.clear();
}

void Shard::post(std::function<void()> task) {
  asio::post(loop_->io, [this, task = std::move(task)] { in_turn(task); });
}

void Shard::stop() {
  post([this] {
    stopping_ = true;
    for (const auto& session : sessions_)
      if (session != nullptr) session->close(1001, "the gateway is shutting down");
    loop_->farewell.expires_after(std::chrono::seconds(2));
    loop_->farewell.async_wait([this](const boost::system::error_code& ec) {
      if (!ec) loop_->io.stop();
    });
    finish_if_empty();
  });
}

void Shard::finish_if_empty() {
  if (stopping_ && open_ == 0) loop_->io.stop();
}

void Shard::adopt(asio::ip::tcp::socket&& socket) {
  if (stopping_) return;
  std::uint32_t slot = 0;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(sessions_.size());
    sessions_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  ++open_;
  sessions_[slot] = std::make_unique<ClientSession>(*this, slot, std::move(socket));
}

void Shard::leave(ClientSession& session) {
  in_turn([&] { leaving_.push_back(session.id()); });
}

void Shard::remove(ClientSession& session) {
  // Called from the session's own callback: it goes once that has returned.
  asio::post(loop_->io, [this, slot = session.id()] {
    std::erase(touched_, sessions_[slot].get());
    sessions_[slot].reset();
    free_.push_back(slot);
    --open_;
    router_->flush_demand();
    finish_if_empty();
  });
}

void Shard::touch(ClientSession& session) noexcept {
  if (!session.touched) {
    session.touched = true;
    touched_.push_back(&session);
  }
  if (!in_turn_) schedule_flush();
}

// Answers to requests leave once the handlers that are ready now have run: one write for a burst of them.
void Shard::schedule_flush() {
  if (flush_scheduled_) return;
  flush_scheduled_ = true;
  asio::post(loop_->io, [this] {
    flush_scheduled_ = false;
    flush_touched();
  });
}

void Shard::flush_touched() {
  // Flushing may touch sessions anew, at the end of the list.
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    ClientSession* session = touched_[i];
    session->touched = false;
    session->flush();
  }
  touched_.clear();
}

void Shard::wait_for_bell() {
  loop_->bell_stream.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& ec) {
    if (ec) return;
    bell_.answer();
    turn();
  });
}

void Shard::turn() {
  bool more = false;
  in_turn([&] { more = router_->drain(kTurnBudget); });
  flush_touched();
  if (more)
    asio::post(loop_->io, [this] { turn(); });
  else
    wait_for_bell();
}

void Shard::end_turn() {
  // Those that leave may tell others, who may then leave too.
  for (std::size_t i = 0; i < leaving_.size(); ++i) {
    const ClientSession& session = *sessions_[leaving_[i]];
    ended_.due += router_->owed(leaving_[i]);
    ended_.delivered += session.delivered();
    ended_.conflated += session.conflated();
    ended_.lost += session.lost();
    router_->close(leaving_[i]);
  }
  leaving_.clear();
  in_turn_ = false;
  router_->flush_demand();
  if (!touched_.empty()) schedule_flush();
}

void Shard::sweep_later() {
  loop_->sweep.expires_after(sweep_interval(options_));
  loop_->sweep.async_wait([this](const boost::system::error_code& ec) {
    if (ec) return;
    const std::int64_t now = monotonic_ns();
    const std::int64_t wall = wall_ns();
    in_turn([&] {
      for (std::size_t i = 0; i < sessions_.size(); ++i)
        if (sessions_[i] != nullptr) sessions_[i]->sweep(now, wall);
      router_->review();
      tell_markets();
    });
    sweep_later();
  });
}

void Shard::deliver(routing::TopicId topic, std::string_view frame,
                    std::span<const routing::SessionId> sessions) noexcept {
  for (const routing::SessionId id : sessions) sessions_[id & 0xffffffU]->deliver(topic, frame);
}

}  // namespace gw::proxy
