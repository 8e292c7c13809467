#include "core/base/version.hpp"

namespace gw {

const char* version() { return GW_VERSION; }

std::string user_agent() { return std::string("broker-gateway/") + version(); }

}  // namespace gw
