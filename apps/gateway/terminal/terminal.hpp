// The terminal of a command that draws the whole screen: alternate screen, hidden cursor, keys without echo, size. The
// only file that knows the system's terminals. [the io_context's thread]
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include <boost/asio/io_context.hpp>

#include "apps/gateway/terminal/line.hpp"
#include "apps/gateway/terminal/screen.hpp"

namespace gw::app {

class Terminal {
 public:
  // Standard output is a terminal whose cursor can be moved: not a pipe or a file, and TERM is known and not "dumb".
  static bool is_there();
  // Colours unless NO_COLOR is set and not empty; block characters where the locale is UTF-8.
  static Look look();

  struct Calls {
    std::function<void(char)> on_key;
    std::function<void()> on_resize;
    std::function<void()> on_end;  // SIGINT, SIGTERM or SIGHUP
  };
  // Shows the alternate screen until it is destroyed; then the terminal is as it was.
  Terminal(boost::asio::io_context& io, Calls calls);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  ScreenSize size() const;
  void write(std::string_view text);
  // Takes no more keys and signals, so that io_context::run() can return.
  void stop();

 private:
  struct Input;
  std::unique_ptr<Input> input_;
};

}  // namespace gw::app
