// Plays the faults of a file at their times.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/websocket/asio_fwd.hpp"
#include "tools/broker_sim/fault.hpp"

namespace sim {

struct ScriptLine {
  double at;  // seconds after the first connection; below 0: before any
  std::string text;
  FaultAction action;
};

// Reads JSON lines, {"at":SECONDS,"fault":NAME,…}, and sorts them by their times.
gw::Result<std::vector<ScriptLine>> read_script(const std::string& file);

class Script {
 public:
  // Plays the lines without a time at once.
  Script(Broker& broker, std::vector<ScriptLine> lines);
  ~Script();
  // Call it for each connection: the first one starts the clock, further calls do nothing.
  void begin();

 private:
  void play(const ScriptLine& line);
  void wait_for_next();

  struct Clock;
  Broker& broker_;
  std::vector<ScriptLine> lines_;
  std::size_t next_ = 0;
  std::unique_ptr<Clock> clock_;
};

}  // namespace sim
