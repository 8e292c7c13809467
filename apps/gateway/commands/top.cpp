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
#include "apps/gateway/running_gateway.hpp"
#include "apps/gateway/terminal/live_screen.hpp"
#include "apps/gateway/top/top_layout.hpp"
#include "core/base/clock.hpp"

namespace gw::app {
namespace {

constexpr std::chrono::seconds kPeriod{1};
constexpr int kPatienceSeconds = 2;  // while it waits for an answer, top reacts to no key

Result<void> ask(const RunningGateway& gateway, TopState& state) {
  const auto status = gateway.ask({{"command", "status"}}, kPatienceSeconds);
  if (!status) return status.error();
  const auto limits = gateway.ask({{"command", "limits"}}, kPatienceSeconds);
  if (!limits) return limits.error();
  state.apply(*status, *limits, static_cast<double>(monotonic_ns()) / 1e9, static_cast<double>(wall_ns()) / 1e9);
  return {};
}

int show_once(const RunningGateway& gateway, TopState& state, bool json) {
  std::this_thread::sleep_for(kPeriod);
  if (const auto asked = ask(gateway, state); !asked) return no_answer(asked.error());
  if (json) return std::printf("%s\n", state.json().dump().c_str()), kDone;
  for (const Line& line : top_lines(state, ScreenSize().columns, local_clock(wall_ns())))
    std::printf("%s\n", line.text().c_str());
  return kDone;
}

// Asks again each second, until it is destroyed.
class Asker {
 public:
  Asker(boost::asio::io_context& io, const RunningGateway& gateway, TopState& state, LiveScreen& screen)
      : gateway_(gateway), state_(state), screen_(screen), next_(io) {
    wait();
  }

 private:
  void wait() {
    next_.expires_after(kPeriod);
    next_.async_wait([this](const boost::system::error_code& ec) {
      if (ec) return;
      if (const auto asked = ask(gateway_, state_); !asked) state_.lost(asked.error().message);
      screen_.change();
      wait();
    });
  }

  const RunningGateway& gateway_;
  TopState& state_;
  LiveScreen& screen_;
  boost::asio::steady_timer next_;
};

int show_live(const RunningGateway& gateway, TopState& state) {
  boost::asio::io_context io(1);
  try {
    LiveScreen screen(
        io, [&](ScreenSize size) { return lay_out(state, size, local_clock(wall_ns())); }, [&] { io.stop(); });
    const Asker asker(io, gateway, state, screen);
    io.run();
  } catch (const std::exception& e) {  // the terminal is as it was by now
    return fail(e.what());
  }
  return kDone;
}

}  // namespace

int top(const Options& options) {
  const auto gateway = RunningGateway::find(options);
  if (!gateway) return kWrong;
  const config::Limits limits = gateway->loaded() ? gateway->loaded()->config.limits : config::Limits{};
  TopState state(static_cast<std::uint64_t>(limits.connections));
  if (const auto asked = ask(*gateway, state); !asked) return no_answer(asked.error());
  if (options.json || !Terminal::is_there()) return show_once(*gateway, state, options.json);
  return show_live(*gateway, state);
}

}  // namespace gw::app
