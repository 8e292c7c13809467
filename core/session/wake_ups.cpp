#include "core/session/wake_ups.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/base/clock.hpp"
#include "core/session/client_session.hpp"

namespace gw::session {
namespace {

constexpr std::size_t kMinQueued = 1024;

}  // namespace

struct WakeUps::Timer {
  explicit Timer(boost::asio::io_context& io) : timer(io) {}
  boost::asio::steady_timer timer;
};

WakeUps::WakeUps(event_loop::EventLoop& loop, const SessionTable& sessions)
    : timer_(std::make_unique<Timer>(loop.io())), sessions_(sessions) {}

WakeUps::~WakeUps() = default;

void WakeUps::schedule(routing::SessionId session, routing::TopicId topic, std::int64_t at_ns) {
  if (queue_.size() >= max_queued_) drop_unexpected();
  const bool is_first = queue_.empty() || at_ns <= queue_.top().at_ns;
  queue_.push({at_ns, session, topic});
  if (!is_first) return;
  timer_->timer.expires_after(std::chrono::nanoseconds(std::max<std::int64_t>(0, at_ns - monotonic_ns())));
  timer_->timer.async_wait([this](const boost::system::error_code& ec) {
    if (!ec) wake();
  });
}

// Sessions that are gone, and topics that were left, leave their wake-ups behind.
void WakeUps::drop_unexpected() {
  std::vector<WakeUp> rest;
  for (; !queue_.empty(); queue_.pop()) {
    const ClientSession* session = sessions_.find(queue_.top().session);
    if (session != nullptr && session->updates().is_wake_up(queue_.top().topic, queue_.top().at_ns))
      rest.push_back(queue_.top());
  }
  max_queued_ = std::max(kMinQueued, 2 * rest.size());
  queue_ = decltype(queue_)(std::greater<>(), std::move(rest));
}

void WakeUps::wake() {
  const std::int64_t now = monotonic_ns();
  while (!queue_.empty() && queue_.top().at_ns <= now) {
    const WakeUp next = queue_.top();
    queue_.pop();
    if (ClientSession* session = sessions_.find(next.session)) session->updates().wake(next.topic, next.at_ns);
  }
  if (queue_.empty()) return;
  const WakeUp next = queue_.top();
  queue_.pop();
  schedule(next.session, next.topic, next.at_ns);
}

}  // namespace gw::session
