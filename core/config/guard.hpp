// Reads a YAML file as a stream of events before a tree is made of it, for document.cpp, and refuses what could turn a
// small file into a large or endless tree.
#pragma once

#include <string_view>

#include "core/config/reader.hpp"

namespace gw::config {

inline constexpr std::size_t kLargestFile = 1 << 20;

// False, with a problem noted, when the text must not be made into a tree. Throws YAML::Exception
// for broken YAML.
bool is_safe_to_load(Context& context, std::string_view text);

}  // namespace gw::config
