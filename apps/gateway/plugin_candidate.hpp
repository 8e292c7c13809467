// A plugin's file that came while the gateway runs: it is read at once, and loaded in a process of its own while the
// control thread goes on. Thread: control.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/config/config.hpp"
#include "core/feed_process/inspection.hpp"
#include "core/plugin_host/scanner.hpp"

namespace gw::app {

class PluginCandidate {
 public:
  // Reads the file. With `is_known`, the SHA-256 of files that have been loaded already, such a file is not tried
  // again.
  PluginCandidate(const std::string& path, const config::Config& config,
                  const std::function<bool(const std::string& sha256)>& is_known = {});

  const std::string& sha256() const { return read_.entry.sha256; }
  // It cannot be read, or plugins.allow does not name it: it says why.
  const std::string& refusal() const { return read_.entry.refusal; }
  // What became of it in its process; null: that goes on.
  const feed_process::Inspection* inspection();
  // After the inspection: an entry for each of its brokers, or one that is refused. What was built with this gateway is
  // loaded into it.
  std::vector<plugin_host::ScanEntry> load();

 private:
  struct Shared;

  plugin_host::ReadPlugin read_;
  feed_process::Inspection inspection_;
  std::shared_ptr<Shared> shared_;  // null: nothing goes on
};

}  // namespace gw::app
