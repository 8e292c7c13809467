// What the context of a plugin's bgw_host stands for: one adapter object's way into the host. It lives for ever,
// because a plugin may keep the table and call it from any thread, also when its adapter is long gone. It knows whether
// the host is calling into the adapter, and lets the functions with the tag [adapter] do something only then.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <boost/asio/ts/netfwd.hpp>

#include "bgw/abi.h"
#include "core/plugin_host/plugin_log.hpp"

namespace gw::plugin_host {

class AdapterHost;

class HostContext {
 public:
  // Work that a plugin posted.
  struct Posted {
    void (*run)(void* argument, std::int32_t is_alive);
    void* argument;
  };
  // What the context needs of the link; copied, since it outlives the link.
  struct Services {
    std::string name;  // of the broker
    std::shared_ptr<PluginLog> log;
    std::function<std::int64_t()> wall;
    std::function<std::int64_t()> monotonic;
    boost::asio::io_context* io;                    // until close()
    std::function<void(Posted posted)> run_posted;  // [feed], until close()
  };

  // Calls that did nothing, of all contexts of the broker so far.
  struct Misplaced {
    std::uint64_t late = 0;     // the adapter object was gone
    std::uint64_t foreign = 0;  // from another thread, or outside a call of the host
  };
  static Misplaced misplaced_of(std::string_view broker);  // [any]

  // Never freed. `host` and the io_context live until close(). [feed]
  static HostContext& make(AdapterHost& host, Services services);
  const bgw_host& table() const { return table_; }
  // The adapter object is gone: from now on its calls do nothing. Work that was posted and not done is given back.
  // [feed]
  void close();

  // Marks a call of the host into the adapter, on this thread, while it lives.
  class Call {
   public:
    explicit Call(const HostContext* context) : before_(current_) { current_ = context; }
    ~Call() { current_ = before_; }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    const HostContext* before_;
  };

  // The host's side of the adapter; null: the plugin may not call `function` here and now, which is counted and logged.
  // [any]
  AdapterHost* enter(const char* function) noexcept {
    if (current_ == this) return host_;
    note_misplaced(function);
    return nullptr;
  }
  bgw_status post(Posted posted) noexcept;  // [any]
  const Services& services() const { return services_; }

 private:
  struct All;
  HostContext(AdapterHost& host, Services services);
  void note_misplaced(const char* function) noexcept;
  void run_posted();

  static thread_local const HostContext* current_;

  AdapterHost* host_;  // for the thread that is inside a call
  Services services_;
  bgw_host table_;
  std::atomic<std::uint64_t> misplaced_{0};
  std::atomic<std::uint64_t> late_{0};  // of these, after close()
  std::atomic<bool> is_gone_{false};    // close() was called
  std::mutex mutex_;                    // of what follows
  bool is_open_ = true;
  bool will_run_ = false;  // run_posted is on its way
  std::deque<Posted> posted_;
};

}  // namespace gw::plugin_host
