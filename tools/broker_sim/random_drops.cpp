#include "tools/broker_sim/random_drops.hpp"

#include <cmath>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "tools/broker_sim/broker.hpp"
#include "tools/broker_sim/session.hpp"

namespace sim {

struct RandomDrops::Timer {
  explicit Timer(boost::asio::io_context& io) : timer(io) {}
  boost::asio::steady_timer timer;
};

RandomDrops::RandomDrops(Broker& broker) : broker_(broker), timer_(std::make_unique<Timer>(broker.io())) {}
RandomDrops::~RandomDrops() = default;

void RandomDrops::run(double per_second, std::uint32_t seed) {
  if (per_second == per_second_ && seed == seed_) return;
  per_second_ = per_second;
  seed_ = seed;
  dice_.seed(seed);
  timer_->timer.cancel();
  if (per_second_ > 0) next();
}

// Waits as long as between two events of a Poisson process, drops a connection, and goes on.
void RandomDrops::next() {
  const double share = (static_cast<double>(dice_()) + 1) / 4294967296.0;
  const double seconds = std::min(-std::log(share) / per_second_, 3600.0);
  timer_->timer.expires_after(std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6)));
  timer_->timer.async_wait([this](const boost::system::error_code& ec) {
    if (ec || per_second_ <= 0) return;
    const auto open = broker_.open_sessions();
    if (!open.empty()) open[dice_() % open.size()]->drop();
    next();
  });
}

}  // namespace sim
