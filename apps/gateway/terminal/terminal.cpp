#include "apps/gateway/terminal/terminal.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>

namespace gw::app {
namespace {

constexpr std::string_view kBegin = "\033[?1049h\033[?25l\033[2J";  // alternate screen, no cursor, cleared
constexpr std::string_view kEnd = "\033[0m\033[?25h\033[?1049l";

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // the terminal is gone
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

// The terminal of standard input as an open file of its own: asio makes it non-blocking, and the one of standard input
// is shared with the shell and with standard output.
int open_again() {
  const char* name = ::ttyname(STDIN_FILENO);
  return ::open(name == nullptr ? "/dev/tty" : name, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

}  // namespace

struct Terminal::Input {
  Input(boost::asio::io_context& io, Calls its_calls)
      : calls(std::move(its_calls)), keys(io), resized(io, SIGWINCH), ended(io, SIGINT, SIGTERM, SIGHUP) {
    has_keys = ::isatty(STDIN_FILENO) != 0 && ::tcgetattr(STDIN_FILENO, &before) == 0;
    if (has_keys) {
      termios raw = before;
      raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
      raw.c_cc[VMIN] = 1;
      raw.c_cc[VTIME] = 0;
      // A stopped command would leave the alternate screen to the shell.
      raw.c_cc[VSUSP] = _POSIX_VDISABLE;
      ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
      if (const int opened = open_again(); opened >= 0) {
        keys.assign(opened);
        wait_for_keys();
      }
    }
    wait_for_resize();
    ended.async_wait([this](const boost::system::error_code& ec, int) {
      if (!ec) calls.on_end();
    });
  }
  ~Input() {
    if (has_keys) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
  }
  void wait_for_keys() {
    keys.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& ec) {
      if (ec) return;
      char typed[64];
      const ssize_t n = ::read(keys.native_handle(), typed, sizeof typed);
      if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) return;  // no more keys will come
      for (ssize_t i = 0; i < n; ++i) calls.on_key(typed[i]);
      if (keys.is_open()) wait_for_keys();
    });
  }
  void wait_for_resize() {
    resized.async_wait([this](const boost::system::error_code& ec, int) {
      if (ec) return;
      calls.on_resize();
      wait_for_resize();
    });
  }

  Calls calls;
  bool has_keys = false;
  termios before{};
  boost::asio::posix::stream_descriptor keys;
  boost::asio::signal_set resized;
  boost::asio::signal_set ended;
};

bool Terminal::is_there() {
  const std::string_view kind = variable("TERM");
  return ::isatty(STDOUT_FILENO) != 0 && !kind.empty() && kind != "dumb";
}

Look Terminal::look() {
  std::string_view locale = variable("LC_ALL");
  if (locale.empty()) locale = variable("LC_CTYPE");
  if (locale.empty()) locale = variable("LANG");
  const bool is_utf8 = locale.find("UTF-8") != std::string_view::npos || locale.find("utf8") != std::string_view::npos;
  return {variable("NO_COLOR").empty(), is_utf8};
}

Terminal::Terminal(boost::asio::io_context& io, Calls calls) : input_(std::make_unique<Input>(io, std::move(calls))) {
  write_all(kBegin);
}

Terminal::~Terminal() { write_all(kEnd); }

ScreenSize Terminal::size() const {
  winsize found{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &found) != 0 || found.ws_col == 0 || found.ws_row == 0) return {};
  return {found.ws_col, found.ws_row};
}

void Terminal::write(std::string_view text) { write_all(text); }

void Terminal::stop() {
  boost::system::error_code ignored;
  input_->keys.close(ignored);
  input_->resized.cancel(ignored);
  input_->ended.cancel(ignored);
}

}  // namespace gw::app
