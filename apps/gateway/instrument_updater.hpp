// Keeps the instrument lists of a running gateway fresh, on a thread of its own that may wait for servers: a list is
// downloaded where there is none, and daily. The control thread sees the new list in the database and takes it up.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "apps/gateway/update_schedule.hpp"
#include "core/config/load.hpp"
#include "core/instruments/instrument_store.hpp"
#include "core/plugin_host/library.hpp"

namespace gw::app {

class InstrumentUpdater {
 public:
  // For a configuration with instruments.update; it outlives this.
  explicit InstrumentUpdater(const config::Loaded& loaded);
  ~InstrumentUpdater();  // a download that is under way is ended
  InstrumentUpdater(const InstrumentUpdater&) = delete;
  InstrumentUpdater& operator=(const InstrumentUpdater&) = delete;

  // From now on the list of this broker's plugin is looked after, where the plugin says where it is. [any]
  void add(const config::Broker& broker, std::shared_ptr<const plugin_host::Library> library);

  // The broker says that its list is this one: where it is not ours, it is fetched once. [any]
  void announced(const std::string& plugin, std::string_view etag);

 private:
  struct List {
    const config::Broker* broker;  // whose settings the download uses
    std::shared_ptr<const plugin_host::Library> library;
    UpdateSchedule schedule;
    std::string announced = {};  // what was fetched, or found to be ours, because the broker had said so
    std::string plugin() const { return library->descriptor().broker; }
  };

  void run();
  bool wait(std::int64_t ns);  // false: the end
  std::string take_announced(const std::string& plugin);
  bool is_news(List& list, const instruments::LastImport* last);
  // Downloads the list when its time has come. Returns how long it is until the next look.
  std::int64_t attend(List& list, instruments::InstrumentStore& store);
  void update(List& list, instruments::InstrumentStore& store, std::int64_t known);

  const config::Loaded& loaded_;
  std::vector<List> lists_;  // [this thread]
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<List> added_;
  std::map<std::string, std::string> announced_;  // by plugin, not looked at yet
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace gw::app
