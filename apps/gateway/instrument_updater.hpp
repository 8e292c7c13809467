// Keeps the instrument lists of a running gateway fresh, on a thread of its own that may wait for servers: downloads a
// list when there is none, and daily. The control thread sees the new list in the database and takes it up.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "apps/gateway/plugin_tasks/plugin_task.hpp"
#include "apps/gateway/update_schedule.hpp"
#include "core/config/load.hpp"
#include "core/instruments/instrument_store.hpp"
#include "core/plugin_host/library.hpp"

namespace gw::app {

class InstrumentUpdater {
 public:
  // `loaded` has instruments.update set and outlives this object.
  explicit InstrumentUpdater(const config::Loaded& loaded);
  ~InstrumentUpdater();  // ends a download that is under way
  InstrumentUpdater(const InstrumentUpdater&) = delete;
  InstrumentUpdater& operator=(const InstrumentUpdater&) = delete;

  // Keeps the list of this broker's plugin fresh from now on, if the plugin says where its list is. `process`: in which
  // the plugin is called; nothing: inside this one. [any]
  void add(const config::Broker& broker, std::shared_ptr<const plugin_host::Library> library,
           std::optional<TaskOptions> process);

  // A broker says that its current list has this ETag. If the database has another list, this one is fetched once.
  // [any]
  void announced(const std::string& plugin, std::string_view etag);

 private:
  struct List {
    const config::Broker* broker;  // whose settings the download uses
    std::shared_ptr<const plugin_host::Library> library;
    UpdateSchedule schedule;
    std::optional<TaskOptions> process;
    std::string announced = {};  // the last ETag announced, so that it is fetched once
    std::string plugin() const { return library->descriptor().broker; }
  };

  void run();
  std::int64_t attend_all();   // returns how long to wait until the next time
  bool wait(std::int64_t ns);  // false: the end
  std::string take_announced(const std::string& plugin);
  bool is_news(List& list, const instruments::LastImport* last);
  // Downloads the list when its time has come. Returns the ns until it must be looked at again.
  std::int64_t attend(List& list, instruments::InstrumentStore& store);
  void update(List& list, instruments::InstrumentStore& store, std::int64_t known);

  const config::Loaded& loaded_;
  std::vector<List> lists_;  // [this thread]
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<List> added_;
  std::map<std::string, std::string> announced_;  // by plugin: announcements not looked at yet
  bool is_told_ = false;                          // one came since the thread looked
  std::atomic<bool> ending_ = false;
  std::string problem_;  // of the database, as it was last logged
  std::thread thread_;
};

}  // namespace gw::app
