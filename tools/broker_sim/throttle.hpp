// Lets so many frames a second pass and keeps the others back, the oldest of them only so long.
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
  // 0: no bound. Says how many frames were dropped for it.
  std::size_t pass(const std::string& frame, double frames_per_second);
  // Drops what is kept back; how many.
  std::size_t clear();

 private:
  struct State;
  void send_later();
  std::shared_ptr<State> state_;
};

}  // namespace sim
