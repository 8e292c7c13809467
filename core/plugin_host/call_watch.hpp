// The watchdog of calls into plugins: a thread that looks at the marks of all feed threads, says which plugin does not
// return from which function, and gives a call up that lasts too long.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/plugin_host/call_mark.hpp"

namespace gw::plugin_host {

// A call into a plugin that does not return.
struct Hang {
  std::string broker;
  std::string plugin;  // the file's name
  std::string function;
  std::int64_t since_ns = 0;  // wall
  std::int64_t lasts_ns = 0;
  bool is_process = false;  // it has a process of its own, which can be killed

  // "its plugin acme.so hangs in subscribe since 2026-11-30T03:45:01.000Z"
  std::string text() const;
};

class CallWatch {
 public:
  static constexpr std::int64_t kHangNs = 1'000'000'000;  // a call that lasts so long is one that hangs

  // Is told once of each. [calls]
  class Listener {
   public:
    virtual void on_hang(const Hang& hang) = 0;
    virtual void on_return(const std::string& broker) = 0;  // after on_hang
    // The thread is lost: it never comes back from this call.
    virtual void on_given_up(const Hang& hang) = 0;

   protected:
    ~Listener() = default;
  };

  // A call is given up after `limit_ns`.
  explicit CallWatch(std::int64_t limit_ns) : limit_ns_(limit_ns) {}
  ~CallWatch() { stop(); }
  CallWatch(const CallWatch&) = delete;
  CallWatch& operator=(const CallWatch&) = delete;

  std::int64_t limit_ns() const { return limit_ns_; }
  void start(Listener& listener);  // [main]
  void stop();                     // no call of the listener follows [main]
  // `is_process`: the marked thread is in a process of its own. [any]
  void watch(std::string broker, std::string plugin, std::shared_ptr<CallMark> mark, bool is_process);
  void forget(const CallMark& mark);  // [any]

 private:
  struct Watched {
    std::string broker, plugin;
    std::shared_ptr<CallMark> mark;
    bool is_process;
    std::int64_t hangs_since_ns = 0;  // monotonic: the call that was told; 0: none
  };

  void run();
  void look(Watched& watched);

  const std::int64_t limit_ns_;
  Listener* listener_ = nullptr;
  std::mutex mutex_;  // of what follows
  std::condition_variable stopped_;
  bool is_over_ = false;
  std::vector<Watched> watched_;
  std::thread thread_;
};

// What the mark says of a call that lasts at least `least_ns`; nothing: there is none.
std::optional<Hang> hang_of(const std::string& broker, const std::string& plugin, const CallMark& mark,
                            std::int64_t least_ns = CallWatch::kHangNs);

}  // namespace gw::plugin_host
