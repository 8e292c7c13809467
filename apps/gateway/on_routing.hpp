// Work for routing's thread, from another one.
#pragma once

#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "core/proxy/proxy.hpp"

namespace gw::app {

// Runs `task` on routing's thread and waits for its end. [any but routing]
template <class Task>
void on_routing(proxy::Proxy& proxy, const Task& task) {
  std::promise<void> done;
  proxy.post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

// What routing's thread is asked for and says later: its asker waits for nobody, also where routing hangs. One thread
// asks and takes.
template <class T>
class LateAnswer {
 public:
  // Has routing's thread call make(). Nothing while the question before has no answer.
  template <class Make>
  void ask(proxy::Proxy& proxy, Make make) {
    if (std::exchange(is_asked_, true)) return;
    proxy.post([shared = shared_, make = std::move(make)] {
      T made = make();
      const std::lock_guard lock(shared->mutex);
      shared->answer = std::move(made);
    });
  }
  // Nothing: there is no answer yet.
  std::optional<T> take() {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->answer) is_asked_ = false;
    return std::exchange(shared_->answer, std::nullopt);
  }

 private:
  struct Shared {
    std::mutex mutex;
    std::optional<T> answer;
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  bool is_asked_ = false;
};

}  // namespace gw::app
