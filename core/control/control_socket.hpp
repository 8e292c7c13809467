// The Unix socket beside the database: a JSON line in, a JSON line out. The gateway serves it on its control thread,
// the command line is its client. What a line means is the handler's business.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "core/base/result.hpp"

namespace gw::control {

class ControlServer {
 public:
  // Answers one line with one line. [control]
  using Handler = std::function<std::string(std::string_view line)>;

  // `periodic` runs every `period_ms` on the same thread. A socket file that no gateway serves any more is replaced; if
  // one serves it, that is an error.
  static Result<std::unique_ptr<ControlServer>> open(const std::string& path, Handler handler,
                                                     std::function<void()> periodic, int period_ms);
  ~ControlServer();

 private:
  ControlServer(int listener, int wake_read, int wake_write, std::string path, Handler handler,
                std::function<void()> periodic, int period_ms);
  void serve();

  int listener_;
  int wake_read_;
  int wake_write_;
  std::string path_;
  Handler handler_;
  std::function<void()> periodic_;
  int period_ms_;
  std::thread thread_;
};

// Sends one line and waits for the answer; the error says so when no gateway runs there. [any]
Result<std::string> ask(const std::string& path, std::string_view line);

}  // namespace gw::control
