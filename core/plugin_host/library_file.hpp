// What the file system says of a plugin's file: POSIX stays in the .cpp.
#pragma once

#include <optional>
#include <string>

namespace gw::plugin_host {

// What speaks against loading this file; nothing: it may be looked at.
std::optional<std::string> check_file(const std::string& path);
std::optional<std::string> check_folder(const std::string& path);

}  // namespace gw::plugin_host
