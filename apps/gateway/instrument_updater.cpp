#include "apps/gateway/instrument_updater.hpp"

#include <algorithm>
#include <chrono>

#include "apps/gateway/environment.hpp"
#include "apps/gateway/instrument_update.hpp"
#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/base/thread_name.hpp"

namespace gw::app {
namespace {

constexpr std::int64_t kMinuteNs = 60'000'000'000;
// The thread waits by the monotonic clock for times of the wall clock, which may jump: it looks at least this often.
constexpr std::int64_t kLongestWait = kMinuteNs;

}  // namespace

InstrumentUpdater::InstrumentUpdater(const config::Loaded& loaded)
    : loaded_(loaded), thread_([this] {
        name_this_thread("updates");
        run();
      }) {}

InstrumentUpdater::~InstrumentUpdater() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void InstrumentUpdater::add(const config::Broker& broker, std::shared_ptr<const plugin_host::Library> library,
                            std::optional<TaskOptions> process) {
  if (!offers_list(*library)) return;
  const UpdateSchedule schedule(*loaded_.config.instruments.update, loaded_.calendar.clock);
  if (process) process->is_wanted = [this] { return !ending_; };
  {
    const std::lock_guard lock(mutex_);
    added_.push_back({&broker, std::move(library), schedule, std::move(process)});
  }
  wake_.notify_one();
}

void InstrumentUpdater::announced(const std::string& plugin, std::string_view etag) {
  {
    const std::lock_guard lock(mutex_);
    announced_[plugin] = etag;
    is_told_ = true;
  }
  wake_.notify_one();
}

std::string InstrumentUpdater::take_announced(const std::string& plugin) {
  const std::lock_guard lock(mutex_);
  const auto found = announced_.find(plugin);
  return found == announced_.end() ? std::string() : std::move(announced_.extract(found).mapped());
}

// Whether the broker has announced a list that the database lacks and that no earlier announcement led to.
bool InstrumentUpdater::is_news(List& list, const instruments::LastImport* last) {
  // Compares ETags weakly (RFC 9110, 8.8.3.2): W/"x" and "x" name the same list.
  const auto opaque = [](std::string_view etag) { return etag.substr(etag.starts_with("W/") ? 2 : 0); };
  const std::string etag = take_announced(list.plugin());
  if (etag.empty() || etag == list.announced) return false;
  list.announced = etag;
  return last == nullptr || opaque(last->list.etag) != opaque(etag);
}

bool InstrumentUpdater::wait(std::int64_t ns) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, std::chrono::nanoseconds(ns), [this] { return ending_ || !added_.empty() || is_told_; });
  is_told_ = false;
  for (List& list : added_) {
    const auto same = [&](const List& known) { return known.plugin() == list.plugin(); };
    if (std::none_of(lists_.begin(), lists_.end(), same)) lists_.push_back(std::move(list));
  }
  added_.clear();
  return !ending_;
}

void InstrumentUpdater::run() {
  std::int64_t pause = kLongestWait;
  while (wait(pause)) pause = attend_all();
}

// Opens the database each time: its file may be another one than the last time.
std::int64_t InstrumentUpdater::attend_all() {
  const auto database = open_database(loaded_.config);
  const std::string problem = database ? "" : database.error().message;
  if (!problem.empty() && problem != problem_)
    log::error("instruments", problem + "; instrument lists are not downloaded until it can be opened");
  problem_ = problem;
  if (!database) return kLongestWait;
  instruments::InstrumentStore store(**database);
  std::int64_t pause = kLongestWait;
  for (List& list : lists_)
    if (!ending_) pause = std::min(pause, attend(list, store));
  return pause;
}

std::int64_t InstrumentUpdater::attend(List& list, instruments::InstrumentStore& store) {
  const auto last = store.last_import(list.plugin());
  const bool has_list = last && *last && (*last)->rows > 0;
  const std::int64_t known = has_list ? (*last)->rows : 0;
  // An operator may have imported the list meanwhile.
  if (has_list && wall_ns() >= list.schedule.next_ns()) list.schedule.imported((*last)->imported_ns);
  const bool news = is_news(list, has_list ? &**last : nullptr);
  if (news) log::info("instruments", list.plugin() + ": the broker announces a new instrument list");
  if (news || wall_ns() >= list.schedule.next_ns()) update(list, store, known);
  return std::max<std::int64_t>(list.schedule.next_ns() - wall_ns(), 0);
}

void InstrumentUpdater::update(List& list, instruments::InstrumentStore& store, std::int64_t known) {
  const std::string plugin = list.plugin();
  // Not the command line's file: both may download at once.
  const std::string file = list_file(loaded_.config, plugin) + ".daily";
  log::info("instruments", plugin + ": downloading the instrument list");
  const auto updated = update_list({*list.broker,
                                    loaded_.file,
                                    *list.library,
                                    loaded_.calendar,
                                    file,
                                    [this](std::uint64_t, std::uint64_t) { return !ending_; },
                                    {},
                                    false,
                                    list.process},
                                   store);
  if (ending_) return;
  if (!updated) {
    const std::int64_t minutes = list.schedule.failed(wall_ns()) / kMinuteNs;
    return log::warning("instruments",
                        plugin + ": the instrument list was not updated: " + updated.error().message +
                            "; trying again in " + std::to_string(minutes) + " minutes, " +
                            (known == 0 ? "no instruments are known until then"
                                        : "going on with the " + std::to_string(known) + " instruments known"));
  }
  list.schedule.succeeded(wall_ns());
  if (!updated->unchanged_since.empty())
    return log::info("instruments", plugin + ": the instrument list has not changed since " + updated->unchanged_since);
  const instruments::Import& import = updated->import;
  log::info("instruments", plugin + ": a new instrument list: " + std::to_string(import.rows().size()) +
                               " rows kept, " + std::to_string(import.report().skipped) + " skipped");
  for (const auto& shared : import.report().first_shared)
    // event: tokens that two instruments of a list share
    log::warning("instruments", plugin + ": " + text_of(shared, import.report().place_word));
  const auto different = no_pairs(loaded_.config, store, plugin);
  // event: the lists of two brokers cannot be compared, and why
  if (!different) return log::error("instruments", different.error().message);
  if (!different->empty())
    log::warning("instruments",
                 plugin + ": " + std::to_string(different->size()) +
                     " symbols name another instrument in another broker's list; for these, no broker stands in for " +
                     "another: " + different->front() + (different->size() > 1 ? ", ..." : ""));
}

}  // namespace gw::app
