// Copies of plugin files that ran, kept beside the database: of each file one, for the time when the file in the plugin
// folder is another one and cannot be loaded, and for going back to. Thread: main until the control thread begins, then
// control; in a command, main.
#pragma once

#include <string>

#include "core/plugin_host/library.hpp"

namespace gw::app {

class KeptPlugins {
 public:
  // They lie in the folder DATABASE.plugins, where "DATABASE" is without its suffix.
  explicit KeptPlugins(const std::string& database);

  // Where the copy of the file with this name lies; empty: there is none.
  std::string path_of(const std::string& file) const;
  // Keeps the bytes that this library was loaded from, in place of those of before.
  void keep(const std::string& file, const plugin_host::Library& library) const;

 private:
  std::string folder_;
};

}  // namespace gw::app
