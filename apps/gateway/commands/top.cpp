// Shows the running gateway live: a screen that is drawn anew each second; where the output is no terminal, one table
// or JSON object, whose rates are those of one second.
#include <chrono>
#include <cstdio>
#include <exception>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <nlohmann/json.hpp>

#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/commands/control_answer.hpp"
#include "apps/gateway/commands/local_clock.hpp"
#include "apps/gateway/terminal/live_screen.hpp"
#include "apps/gateway/top/top_layout.hpp"
#include "core/base/clock.hpp"

namespace gw::app {
namespace {

constexpr std::chrono::seconds kPeriod{1};

Result<void> ask(const config::Config& config, TopState& state) {
  const auto status = ask_gateway(config, {{"command", "status"}});
  if (!status) return status.error();
  const auto limits = ask_gateway(config, {{"command", "limits"}});
  if (!limits) return limits.error();
  state.apply(*status, *limits, static_cast<double>(monotonic_ns()) / 1e9, static_cast<double>(wall_ns()) / 1e9);
  return {};
}

int show_once(const config::Config& config, TopState& state, bool json) {
  std::this_thread::sleep_for(kPeriod);
  if (const auto asked = ask(config, state); !asked) return no_answer(asked.error());
  if (json) return std::printf("%s\n", state.json().dump().c_str()), kDone;
  for (const Line& line : top_lines(state, ScreenSize().columns, local_clock(wall_ns())))
    std::printf("%s\n", line.text().c_str());
  return kDone;
}

// Asks again each second, until it is destroyed.
class Asker {
 public:
  Asker(boost::asio::io_context& io, const config::Config& config, TopState& state, LiveScreen& screen)
      : config_(config), state_(state), screen_(screen), next_(io) {
    wait();
  }

 private:
  void wait() {
    next_.expires_after(kPeriod);
    next_.async_wait([this](const boost::system::error_code& ec) {
      if (ec) return;
      if (const auto asked = ask(config_, state_); !asked) state_.lost(asked.error().message);
      screen_.change();
      wait();
    });
  }

  const config::Config& config_;
  TopState& state_;
  LiveScreen& screen_;
  boost::asio::steady_timer next_;
};

int show_live(const config::Config& config, TopState& state) {
  boost::asio::io_context io(1);
  try {
    LiveScreen screen(
        io, [&](ScreenSize size) { return lay_out(state, size, local_clock(wall_ns())); }, [&] { io.stop(); });
    const Asker asker(io, config, state, screen);
    io.run();
  } catch (const std::exception& e) {  // the terminal is as it was by now
    return fail(e.what());
  }
  return kDone;
}

}  // namespace

int top(const Options& options) {
  const auto loaded = load_config(options);
  if (!loaded) return kWrong;
  TopState state(static_cast<std::uint64_t>(loaded->config.limits.connections));
  if (const auto asked = ask(loaded->config, state); !asked) return no_answer(asked.error());
  if (options.json || !Terminal::is_there()) return show_once(loaded->config, state, options.json);
  return show_live(loaded->config, state);
}

}  // namespace gw::app
