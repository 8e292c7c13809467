#include "core/transport/timers.hpp"

#include <utility>

namespace gw::transport {

Timers::Timers(boost::asio::io_context& io, std::function<void(std::uint32_t)> on_timer, AlarmMaker make)
    : io_(io),
      on_timer_(std::make_shared<std::function<void(std::uint32_t)>>(std::move(on_timer))),
      make_(std::move(make)) {}

void Timers::set(std::uint32_t id, std::int64_t after_ns) {
  std::unique_ptr<Alarm>& alarm = alarms_[id];
  if (alarm == nullptr) alarm = make_(io_, [on_timer = on_timer_, id] { (*on_timer)(id); });
  alarm->set(after_ns);
}

void Timers::cancel(std::uint32_t id) {
  if (const auto found = alarms_.find(id); found != alarms_.end()) found->second->cancel();
}

void Timers::cancel_all() {
  for (const auto& [id, alarm] : alarms_) alarm->cancel();
}

}  // namespace gw::transport
