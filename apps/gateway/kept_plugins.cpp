#include "apps/gateway/kept_plugins.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "core/base/log.hpp"
#include "core/plugin_host/library_copy.hpp"

namespace gw::app {

namespace fs = std::filesystem;

KeptPlugins::KeptPlugins(const std::string& database)
    : folder_(fs::path(database).replace_extension(".plugins").string()) {}

std::string KeptPlugins::path_of(const std::string& file) const {
  const fs::path path = fs::path(folder_) / file;
  std::error_code ec;
  return fs::is_regular_file(path, ec) ? path.string() : std::string();
}

void KeptPlugins::keep(const std::string& file, const plugin_host::Library& library) const {
  const fs::path path = fs::path(folder_) / file;
  const std::string fresh = path.string() + ".new";
  std::error_code ec;
  fs::create_directory(folder_, ec);
  fs::permissions(folder_, fs::perms::owner_all, ec);
  {
    std::ifstream in("/proc/self/fd/" + std::to_string(library.copy()), std::ios::binary);
    std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
    if (!(out << in.rdbuf()).flush()) ec = std::make_error_code(std::errc::io_error);
  }
  if (!ec) fs::permissions(fresh, fs::perms::owner_read | fs::perms::owner_write, ec);
  if (!ec) fs::rename(fresh, path, ec);
  if (ec)
    log::warning("plugin", path.string() + " cannot be written (" + ec.message() +
                               "): after a new start there is no going back to this build of " + file);
}

}  // namespace gw::app
