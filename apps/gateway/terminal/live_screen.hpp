// A screen that is drawn again when something changed, when the terminal has another size, and twice a second for what
// only time changes. A terminal is drawn at most 20 times a second, however many updates come. [the io_context's
// thread]
#pragma once

#include <functional>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "apps/gateway/terminal/line.hpp"
#include "apps/gateway/terminal/screen.hpp"
#include "apps/gateway/terminal/terminal.hpp"

namespace gw::app {

class LiveScreen {
 public:
  using Layout = std::function<std::vector<Line>(ScreenSize size)>;
  // `on_quit`: q was typed, or a signal asks for the end.
  LiveScreen(boost::asio::io_context& io, Layout layout, std::function<void()> on_quit);

  // Something has changed: it is drawn soon.
  void change();
  // Draws no more and waits for nothing, so that io_context::run() can return.
  void stop();

 private:
  void draw();
  void draw_in(std::chrono::milliseconds pause);

  const Layout layout_;
  Screen screen_;
  Terminal terminal_;
  boost::asio::steady_timer next_;
  bool soon_ = false;  // the next drawing is for a change
  bool stopped_ = false;
};

}  // namespace gw::app
