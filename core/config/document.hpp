// One YAML file from its bytes to a tree, for load.cpp and calendar_file.cpp. Included by .cpp files of this folder
// only.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/config/reader.hpp"

namespace gw::config {

// Calls `read` with the tree unless the text is unsafe or broken; what is wrong is noted, in order of lines. Never
// throws.
void read_document(Context& context, std::string_view text, const std::function<void(const YAML::Node&)>& read);

// The bytes of a file, or nothing and a problem noted. Of a file that is too large one byte more than is allowed, so
// that read_document sees that.
std::optional<std::string> read_bytes(Context& context, const std::filesystem::path& path);

}  // namespace gw::config
