// The instrument list as the stand-in's web server has it at this moment, with what HTTP says of it.
#pragma once

#include <chrono>
#include <string>

#include "core/base/result.hpp"

namespace sim {

class Protocol;

struct ServedList {
  std::string body;
  std::string etag;           // quoted, of the body's content
  std::string last_modified;  // "Fri, 27 Nov 2026 03:00:00 GMT"
};

// `file`: the file that is served; empty: the instruments of this day, listed at 08:30 in India.
gw::Result<ServedList> read_list(const Protocol& protocol, const std::string& file,
                                 std::chrono::system_clock::time_point now);

}  // namespace sim
