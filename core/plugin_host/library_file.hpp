// Whether the file system's type, owner and permissions allow loading a plugin's file. POSIX stays in the .cpp.
// [any]
#pragma once

#include <optional>
#include <string>

struct stat;

namespace gw::plugin_host {

// What speaks against loading this file, or from this folder; nothing: it may be looked at.
std::optional<std::string> check_file(const std::string& path);
std::optional<std::string> check_file(const struct stat& found);  // the same of a file that is open
std::optional<std::string> check_folder(const std::string& path);

}  // namespace gw::plugin_host
