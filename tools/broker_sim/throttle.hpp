// Lets at most `frames_per_second` frames pass each second and keeps the others back; drops the oldest when too many
// wait.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace sim {

class Throttle {
 public:
  using Send = std::function<void(const std::string& frame)>;

  Throttle(boost::asio::io_context& io, Send send);
  ~Throttle();
  // Sends the frame, at once or later. `frames_per_second` 0: no bound. Returns how many frames were dropped for it.
  std::size_t pass(const std::string& frame, double frames_per_second);
  // Drops the frames that are kept back. Returns how many.
  std::size_t clear();

 private:
  struct State;
  void send_later();
  std::shared_ptr<State> state_;
};

}  // namespace sim
