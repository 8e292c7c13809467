// Bodies compressed as a web server does it.
#pragma once

#include <string>
#include <string_view>

namespace sim {

std::string gzip(std::string_view bytes);

}  // namespace sim
