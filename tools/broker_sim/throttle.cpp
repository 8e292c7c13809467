#include "tools/broker_sim/throttle.hpp"

#include <chrono>
#include <deque>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace sim {
namespace {

constexpr std::size_t kKept = 100;

}  // namespace

struct Throttle::State {
  State(boost::asio::io_context& io, Send sender) : send(std::move(sender)), timer(io) {}
  Send send;
  boost::asio::steady_timer timer;  // runs until the next frame may pass
  bool waits = false;
  std::chrono::steady_clock::duration interval{0};
  std::deque<std::string> kept;
};

Throttle::Throttle(boost::asio::io_context& io, Send send) : state_(std::make_shared<State>(io, std::move(send))) {}
Throttle::~Throttle() = default;

std::size_t Throttle::pass(const std::string& frame, double frames_per_second) {
  State& s = *state_;
  if (frames_per_second == 0) {
    for (const std::string& old : std::exchange(s.kept, {})) s.send(old);
    s.send(frame);
    return 0;
  }
  s.interval = std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / frames_per_second));
  if (!s.waits) {
    s.send(frame);
    send_later();
    return 0;
  }
  s.kept.push_back(frame);
  if (s.kept.size() <= kKept) return 0;
  s.kept.pop_front();
  return 1;
}

std::size_t Throttle::clear() { return std::exchange(state_->kept, {}).size(); }

void Throttle::send_later() {
  state_->waits = true;
  state_->timer.expires_after(state_->interval);
  state_->timer.async_wait([this, alive = std::weak_ptr(state_)](const boost::system::error_code& ec) {
    const auto state = alive.lock();
    if (ec || !state) return;
    state->waits = false;
    if (state->kept.empty()) return;
    const std::string frame = std::move(state->kept.front());
    state->kept.pop_front();
    state->send(frame);
    send_later();
  });
}

}  // namespace sim
