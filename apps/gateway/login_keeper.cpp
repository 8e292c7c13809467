#include "apps/gateway/login_keeper.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <utility>

#include "apps/gateway/alert_command.hpp"
#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/login_setup.hpp"
#include "apps/gateway/plugin_tasks/login_task.hpp"
#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/base/thread_name.hpp"

namespace gw::app {
namespace {

constexpr std::chrono::milliseconds kLook{500};
constexpr std::chrono::seconds kAlertLimit{30};
constexpr int kUsualWindow = 60;  // minutes from `at` to the deadline
constexpr int kLastMinute = 24 * 60 - 1;

// How far this machine's local time is ahead of UTC, in minutes.
int local_offset_at(std::int64_t wall) {
  const auto seconds = static_cast<std::time_t>(wall / 1'000'000'000);
  std::tm local{};
  return localtime_r(&seconds, &local) == nullptr ? 0 : static_cast<int>(local.tm_gmtoff / 60);
}

// When the oldest of the files was written; 0: one is missing or empty.
std::int64_t written_ns(const login::TokenFiles& files) {
  std::int64_t oldest = INT64_MAX;
  for (const auto& [key, path] : files) {
    std::error_code failed;
    if (std::filesystem::file_size(path, failed) == 0 || failed) return 0;
    const auto written = std::filesystem::last_write_time(path, failed);
    if (failed) return 0;
    const auto wall = std::chrono::file_clock::to_sys(written).time_since_epoch();
    oldest = std::min<std::int64_t>(oldest, std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count());
  }
  return oldest == INT64_MAX ? 0 : oldest;
}

}  // namespace

void LoginKeeper::add(const config::Broker& broker, std::shared_ptr<const plugin_host::Library> library,
                      std::optional<TaskOptions> process) {
  const int at = *broker.login.at;
  const int deadline = broker.login.deadline.value_or(std::min(at + kUsualWindow, kLastMinute + 1));
  login::TokenFiles files = token_files_of(broker, *library);
  jobs_.push_back(
      {broker, std::move(library), LoginSchedule(at, deadline, local_offset_at), std::move(files), std::move(process)});
  if (jobs_.back().process) jobs_.back().process->is_wanted = [this] { return !ending_; };
  const std::lock_guard lock(mutex_);
  counts_.try_emplace(broker.name);
}

void LoginKeeper::start() {
  if (jobs_.empty()) return;
  ending_ = false;
  thread_ = std::thread([this] {
    name_this_thread("login");
    run();
  });
}

void LoginKeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    noted_.clear();
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  jobs_.clear();
}

void LoginKeeper::note(const std::string& broker, bool is_expired, bool is_connected) {
  const std::lock_guard lock(mutex_);
  noted_[broker] = {is_expired, is_connected};
}

std::vector<std::string> LoginKeeper::take_stored() {
  const std::lock_guard lock(mutex_);
  return std::exchange(stored_, {});
}

LoginCountsByBroker LoginKeeper::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void LoginKeeper::run() {
  for (;;) {
    for (Job& job : jobs_)
      if (!ending_) attend(job);
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, kLook, [this] { return ending_.load(); })) return;
  }
}

void LoginKeeper::attend(Job& job) {
  const std::string& name = job.broker.name;
  Noted noted;
  {
    const std::lock_guard lock(mutex_);
    noted = noted_[name];
  }
  if (noted.is_connected) job.schedule.taken();
  if (wall_ns() < job.not_before_ns || !job.schedule.is_time(wall_ns(), written_ns(job.files), noted.is_expired))
    return;
  log::info("login", name + ": logging in");
  const login::Outcome outcome = log_in(job);
  if (ending_) return;
  job.not_before_ns = wall_ns() + job.library->login()->interval_ns;
  switch (job.schedule.ended(outcome, wall_ns())) {
    case LoginSchedule::Next::done: {
      log::info("login", name + ": logged in; the feed uses the new token");
      const std::lock_guard lock(mutex_);
      stored_.push_back(name);
      ++counts_[name].logins;
      counts_[name].message.clear();
      return;
    }
    case LoginSchedule::Next::again:
      return log::warning("login", name + ": not logged in: " + outcome.text + "; trying again in " +
                                       seconds_text(job.schedule.next_try_ns() - wall_ns()));
    case LoginSchedule::Next::gave_up:
      return give_up(job, outcome.text);
  }
}

login::Outcome LoginKeeper::log_in(const Job& job) {
  if (job.process) {
    auto settings = adapter_settings(job.broker, *job.library);
    if (!settings) return {BGW_E_FATAL, settings.error().message};
    return run_login(*job.library, *job.process, {job.broker.name, std::move(*settings), outgoing_of(job.broker), {}},
                     job.files);
  }
  auto made = make_login(job.broker, job.library, [this] { return !ending_; });
  if (!made) return {BGW_E_FATAL, made.error().message};
  return made->run("");
}

void LoginKeeper::give_up(const Job& job, const std::string& why) {
  const std::string& name = job.broker.name;
  log::error("login", name + ": not logged in, and not trying again before the next login.at: " + why +
                          "; run broker-gateway login " + name);
  {
    const std::lock_guard lock(mutex_);
    ++counts_[name].given_up;
    counts_[name].message = why;
  }
  if (job.broker.login.on_failure.empty()) return;
  const auto done = run_alert(job.broker.login.on_failure, {{"BROKER", name}, {"REASON", why}}, kAlertLimit,
                              [this] { return !ending_; });
  if (!done) log::error("login", name + ": login.on_failure: " + done.error().message);
}

}  // namespace gw::app
