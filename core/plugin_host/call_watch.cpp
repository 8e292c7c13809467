#include "core/plugin_host/call_watch.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/base/thread_name.hpp"

namespace gw::plugin_host {
namespace {

constexpr std::chrono::milliseconds kPeriod{100};

}  // namespace

std::string Hang::text() const {
  return "its plugin " + plugin + " hangs in " + function + " since " + iso_time(since_ns);
}

std::optional<Hang> hang_of(const std::string& broker, const std::string& plugin, const CallMark& mark,
                            std::int64_t least_ns) {
  const auto call = mark.call();
  if (!call) return std::nullopt;
  const std::int64_t lasts = monotonic_ns() - call->since_ns;
  if (lasts < least_ns) return std::nullopt;
  return Hang{broker, plugin, word(call->function), wall_ns() - lasts, lasts, false};
}

void CallWatch::start(Listener& listener) {
  listener_ = &listener;
  thread_ = std::thread([this] {
    name_this_thread("calls");
    run();
  });
}

void CallWatch::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  stopped_.notify_one();
  thread_.join();
}

void CallWatch::watch(std::string broker, std::string plugin, std::shared_ptr<CallMark> mark, bool is_process) {
  const std::lock_guard lock(mutex_);
  watched_.push_back({std::move(broker), std::move(plugin), std::move(mark), is_process});
}

void CallWatch::forget(const CallMark& mark) {
  const std::lock_guard lock(mutex_);
  std::erase_if(watched_, [&](const Watched& watched) { return watched.mark.get() == &mark; });
}

void CallWatch::run() {
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, kPeriod, [this] { return is_over_; }))
    for (Watched& watched : watched_) look(watched);
}

void CallWatch::look(Watched& watched) {
  if (watched.mark->is_given_up()) return;
  const std::string prefix = watched.broker + ": ";
  const auto call = watched.mark->call();
  if (watched.hangs_since_ns != 0 && (!call || call->since_ns != watched.hangs_since_ns)) {
    log::warning("plugin", prefix + "its plugin " + watched.plugin + " has returned, after " +
                               seconds_text(monotonic_ns() - watched.hangs_since_ns));
    watched.hangs_since_ns = 0;
    listener_->on_return(watched.broker);
  }
  auto hang = hang_of(watched.broker, watched.plugin, *watched.mark);
  if (!hang || !call) return;
  hang->is_process = watched.is_process;
  if (watched.hangs_since_ns == 0) {
    watched.hangs_since_ns = call->since_ns;
    log::warning("plugin", prefix + hang->text() +
                               "; its feed counts as stale until that call returns, and its users go to another broker "
                               "of their list that ticks; " +
                               (watched.is_process ? "its process is killed after " : "given up after ") +
                               seconds_text(limit_ns_));
    listener_->on_hang(*hang);
  }
  if (hang->lasts_ns < limit_ns_) return;
  watched.mark->give_up();
  // event: …: its plugin … hangs in … since …: given up, or its process is killed, after …; what comes next
  log::error("plugin", prefix + hang->text() +
                           (watched.is_process ? ": its process is killed after " : ": given up after ") +
                           seconds_text(limit_ns_) +
                           (watched.is_process ? ""
                                               : "; all other brokers go on; next: broker-gateway brokers retry " +
                                                     watched.broker + ", which begins it in a process of its own"));
  listener_->on_given_up(*hang);
}

}  // namespace gw::plugin_host
