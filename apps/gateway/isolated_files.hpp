// The plugin files that once did not return from a call inside the gateway, by their SHA-256: they run in a process of
// their own from then on, after a new start too. A new build of the plugin is another file. Thread: main until the
// control thread begins, then control.
#pragma once

#include <set>
#include <string>

namespace gw::app {

class IsolatedFiles {
 public:
  // They are kept in a file beside the database.
  explicit IsolatedFiles(const std::string& database);

  bool has(const std::string& sha256) const { return digests_.contains(sha256); }
  void add(const std::string& sha256);

 private:
  std::string path_;
  std::set<std::string> digests_;
};

}  // namespace gw::app
