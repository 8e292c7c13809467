// Who owns a file, in words: for errors that are about permissions. [any]
#pragma once

#include <string>

namespace gw {

// ", which belongs to user alice (mode 0600), while this process runs as user bob"; of the nearest folder above it
// where the file cannot be seen, or is not there.
std::string of_its_owner(const std::string& path);

}  // namespace gw
