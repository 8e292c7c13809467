// Whether a file is a whole ELF library of this machine. Done by hand and with every bound checked, because the loader
// and the symbol reader that come after it trust the tables of a file. [any]
#pragma once

#include <optional>
#include <string>

namespace gw::plugin_host {

std::optional<std::string> check_elf(const std::string& path);

}  // namespace gw::plugin_host
