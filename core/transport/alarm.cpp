#include "core/transport/alarm.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace gw::transport {
namespace {

class LoopAlarm final : public Alarm {
 public:
  LoopAlarm(boost::asio::io_context& io, std::function<void()> ring)
      : timer_(io), ring_(std::make_shared<std::function<void()>>(std::move(ring))) {}

  void set(std::int64_t after_ns) override {
    const std::uint64_t generation = ++generation_;
    timer_.expires_after(std::chrono::nanoseconds(after_ns));
    timer_.async_wait([this, generation, weak = std::weak_ptr(ring_)](const boost::system::error_code& ec) {
      const auto alive = weak.lock();  // checked first: only then is `this` alive
      if (ec || !alive || generation_ != generation) return;
      (*alive)();
    });
  }
  void cancel() override {
    ++generation_;
    timer_.cancel();
  }

 private:
  boost::asio::steady_timer timer_;
  std::uint64_t generation_ = 0;  // an expiry that was already queued when the alarm was set anew must not count
  std::shared_ptr<std::function<void()>> ring_;
};

}  // namespace

std::unique_ptr<Alarm> make_alarm(boost::asio::io_context& io, std::function<void()> ring) {
  return std::make_unique<LoopAlarm>(io, std::move(ring));
}

}  // namespace gw::transport
