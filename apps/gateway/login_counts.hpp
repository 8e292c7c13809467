// How often the gateway logged in at a broker by itself, as `status` and /metrics show it.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace gw::app {

struct LoginCounts {
  std::uint64_t logins = 0;
  std::uint64_t given_up = 0;
  std::string message;  // why the last tries were given up; empty: they were not
};

using LoginCountsByBroker = std::map<std::string, LoginCounts>;

}  // namespace gw::app
