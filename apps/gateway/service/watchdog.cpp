#include "apps/gateway/service/watchdog.hpp"

#include <utility>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/base/thread_name.hpp"

namespace gw::app {
namespace {

std::string names(const std::vector<std::string>& threads) {
  std::string text;
  for (const std::string& name : threads) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

void Watchdog::start(Silent silent) {
  if (!manager_.watchdog()) return;
  silent_ = std::move(silent);
  is_over_ = false;
  thread_ = std::thread([this] {
    name_this_thread("watchdog");
    watch();
  });
}

void Watchdog::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  over_.notify_one();
  thread_.join();
}

void Watchdog::watch() {
  constexpr int kLooksPerLimit = 4;  // an answer that takes its second is still in time
  std::unique_lock lock(mutex_);
  do {
    lock.unlock();
    look();
    lock.lock();
  } while (!over_.wait_for(lock, *manager_.watchdog() / kLooksPerLimit, [this] { return is_over_; }));
}

void Watchdog::look() {
  std::vector<std::string> silent = silent_();
  if (silent.empty()) manager_.alive();
  if (silent == std::exchange(said_, silent)) return;
  if (silent.empty()) return log::info("watchdog", "all threads answer again");
  log::error("watchdog", "no answer of " + names(silent) + ": if that lasts " +
                             seconds_text(manager_.watchdog()->count() * 1000) +
                             ", systemd ends the gateway and starts it anew");
}

}  // namespace gw::app
