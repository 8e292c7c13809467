// One line of the log on its way to where it is written.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/log.hpp"

namespace gw::log {

struct Line {
  std::int64_t wall_ns;
  Level level;
  std::string module;
  std::string text;  // redacted and cut
};

}  // namespace gw::log
