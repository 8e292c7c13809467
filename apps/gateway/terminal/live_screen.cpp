#include "apps/gateway/terminal/live_screen.hpp"

#include <chrono>
#include <utility>

namespace gw::app {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPauseAfterChange{50};
constexpr milliseconds kPause{500};

}  // namespace

LiveScreen::LiveScreen(boost::asio::io_context& io, Layout layout, std::function<void()> on_quit)
    : layout_(std::move(layout)),
      screen_(Terminal::look()),
      terminal_(io, {[on_quit](char key) {
                       if (key == 'q' || key == 'Q') on_quit();
                     },
                     [this] {
                       screen_.forget();
                       draw();
                     },
                     on_quit}),
      next_(io) {
  draw();
}

void LiveScreen::change() {
  if (soon_ || stopped_) return;
  soon_ = true;
  draw_in(kPauseAfterChange);
}

void LiveScreen::stop() {
  stopped_ = true;
  next_.cancel();
  terminal_.stop();
}

void LiveScreen::draw() {
  if (stopped_) return;
  soon_ = false;
  const ScreenSize size = terminal_.size();
  terminal_.write(screen_.show(layout_(size), size));
  draw_in(kPause);
}

void LiveScreen::draw_in(milliseconds pause) {
  next_.expires_after(pause);
  next_.async_wait([this](const boost::system::error_code& ec) {
    if (!ec) draw();
  });
}

}  // namespace gw::app
