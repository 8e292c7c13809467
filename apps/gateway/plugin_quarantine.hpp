// The plugin files that must not be loaded, by their SHA-256: the gateway found them bad, or an operator said so. They
// are kept in a file beside the database, and another build of a plugin is another file. Thread: main until the control
// thread begins, then control; in a command, main.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace gw::app {

struct Quarantined {
  std::string sha256;  // hex
  std::string file;    // its name
  std::string since;   // ISO 8601
  std::string reason;  // one line
  // Of a file that this version of the gateway has refused, and another one might not; empty: it counts for all.
  std::string version;
};

class PluginQuarantine {
 public:
  // Reads the file.
  explicit PluginQuarantine(const std::string& database);

  // DATABASE.quarantine, where "DATABASE" is without its suffix.
  static std::string path_beside(const std::string& database);
  // Null: the file may be loaded.
  const Quarantined* find(const std::string& sha256) const;
  const std::vector<Quarantined>& all() const { return all_; }
  // Writes a line into the log too. `is_refused`: this gateway cannot load the file; another version may.
  void add(const std::string& sha256, const std::string& file, const std::string& reason, bool is_refused = false);
  // Takes a file out, by its digest or the first digits of it. The error: no file, or more than one, is meant.
  Result<Quarantined> remove(const std::string& digits);
  // "quarantined since …: …; it is tried again after: broker-gateway plugins quarantine --remove …"
  static std::string text(const Quarantined& one);

 private:
  void write() const;

  std::string path_;
  std::vector<Quarantined> all_;
};

}  // namespace gw::app
