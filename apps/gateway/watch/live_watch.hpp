// A watch that draws the whole terminal: joins state, layout and terminal. [the io_context's thread]
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <nlohmann/json_fwd.hpp>

#include "apps/gateway/terminal/live_screen.hpp"
#include "apps/gateway/watch/watch_state.hpp"

namespace gw::app {

class LiveWatch {
 public:
  // `on_quit`: the person wants to leave.
  LiveWatch(boost::asio::io_context& io, Watched watched, std::function<void()> on_quit);

  void apply(const nlohmann::json& message);
  void lost(const std::string& why);
  void silent(int seconds);
  void answers();
  void stop() { screen_.stop(); }

 private:
  static Now now();

  WatchState state_;
  LiveScreen screen_;
};

}  // namespace gw::app
