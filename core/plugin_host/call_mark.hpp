// In which call into its plugin a feed thread is, and since when: written by that thread with two plain stores a call,
// read by whoever watches it. A thread whose call has been given up goes no further when the call returns. Plain data
// without pointers, so that both may be different processes.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

namespace gw::plugin_host {

enum class Callback : std::uint32_t {
  create,
  initialize,
  connect,
  disconnect,
  on_open,
  on_frame,
  on_close,
  on_timer,
  on_http,
  subscribe,
  unsubscribe,
  posted_work,
  destroy,
  nothing  // the process stands still, in no call
};
const char* word(Callback callback) noexcept;  // as plugin authors know it

class CallMark {
 public:
  void enter(Callback function, std::int64_t now_ns) noexcept {  // [the marked thread]
    function_.store(function, std::memory_order_relaxed);
    since_ns_.store(now_ns, std::memory_order_release);
  }
  // Does not return where the call has been given up: what the thread would touch next may be gone. [the marked thread]
  void leave() noexcept {
    if (is_given_up_.load(std::memory_order_relaxed)) park();
    since_ns_.store(0, std::memory_order_relaxed);
  }

  // The marked thread goes on, outside of a call. [who marked it]
  void clear() noexcept { since_ns_.store(0, std::memory_order_relaxed); }

  struct Call {
    Callback function;
    std::int64_t since_ns;  // monotonic
  };
  // The call that the thread is in; nothing: none. [any]
  std::optional<Call> call() const noexcept {
    const std::int64_t since = since_ns_.load(std::memory_order_acquire);
    if (since == 0) return std::nullopt;
    return Call{function_.load(std::memory_order_relaxed), since};
  }
  void give_up() noexcept { is_given_up_.store(true, std::memory_order_relaxed); }            // [any]
  bool is_given_up() const noexcept { return is_given_up_.load(std::memory_order_relaxed); }  // [any]

 private:
  [[noreturn]] static void park() noexcept;

  std::atomic<std::int64_t> since_ns_{0};
  std::atomic<Callback> function_{Callback::create};
  std::atomic<bool> is_given_up_{false};
};

}  // namespace gw::plugin_host
