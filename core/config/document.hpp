// Turns the bytes of a YAML file into a tree, for load.cpp and calendar_file.cpp. Included by .cpp files of this folder
// only.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/config/reader.hpp"

namespace gw::config {

// Calls `read` with the tree, unless the text is unsafe or broken. Problems are noted, in order of lines. Never throws.
void read_document(Context& context, std::string_view text, const std::function<void(const YAML::Node&)>& read);

// The bytes of a file; nothing, with a problem noted, if it cannot be read. A file that is too large is cut one byte
// above the limit, so that read_document refuses it.
std::optional<std::string> read_bytes(Context& context, const std::filesystem::path& path);

}  // namespace gw::config
