#include "core/transport/timers.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace gw::transport {

struct Timers::Timer {
  explicit Timer(boost::asio::io_context& io) : timer(io) {}
  boost::asio::steady_timer timer;
  std::uint64_t generation = 0;  // an expiry that was already queued when the timer was set anew must not count
};

Timers::Timers(boost::asio::io_context& io, std::function<void(std::uint32_t)> on_timer)
    : io_(io), on_timer_(std::make_shared<std::function<void(std::uint32_t)>>(std::move(on_timer))) {}

Timers::~Timers() = default;

void Timers::set(std::uint32_t id, std::int64_t after_ns) {
  std::unique_ptr<Timer>& place = timers_[id];
  if (place == nullptr) place = std::make_unique<Timer>(io_);
  Timer& t = *place;
  const std::uint64_t generation = ++t.generation;
  t.timer.expires_after(std::chrono::nanoseconds(after_ns));
  t.timer.async_wait([&t, id, generation, weak = std::weak_ptr(on_timer_)](const boost::system::error_code& ec) {
    const auto alive = weak.lock();  // first: `t` lives as long as this
    if (ec || !alive || t.generation != generation) return;
    (*alive)(id);
  });
}

void Timers::cancel(std::uint32_t id) {
  const auto found = timers_.find(id);
  if (found == timers_.end()) return;
  ++found->second->generation;
  found->second->timer.cancel();
}

void Timers::cancel_all() {
  for (auto& [id, timer] : timers_) {
    ++timer->generation;
    timer->timer.cancel();
  }
}

}  // namespace gw::transport
