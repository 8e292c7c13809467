#include "apps/gateway/watch/live_watch.hpp"

#include <utility>

#include "apps/gateway/commands/local_clock.hpp"
#include "apps/gateway/watch/watch_layout.hpp"
#include "core/base/clock.hpp"

namespace gw::app {

LiveWatch::LiveWatch(boost::asio::io_context& io, Watched watched, std::function<void()> on_quit)
    : state_(std::move(watched)),
      screen_(
          io, [this](ScreenSize size) { return lay_out(state_, size, now()); }, std::move(on_quit)) {}

Now LiveWatch::now() { return {static_cast<double>(monotonic_ns()) / 1e9, local_clock(wall_ns())}; }

void LiveWatch::apply(const nlohmann::json& message) {
  state_.apply(message, now());
  screen_.change();
}

void LiveWatch::lost(const std::string& why) {
  state_.lost(why, now());
  screen_.change();
}

void LiveWatch::silent(int seconds) {
  state_.silent(seconds, now());
  screen_.change();
}

void LiveWatch::answers() {
  state_.answers(now());
  screen_.change();
}

}  // namespace gw::app
