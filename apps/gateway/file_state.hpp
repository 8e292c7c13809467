// Short texts that tell whether a file was written since it was last looked at. Any thread.
#pragma once

#include <string>

#include "core/config/config.hpp"

namespace gw::app {

// Differs when the file has been written again (its size or time); empty: there is no such file.
std::string state_of(const std::string& path);
// Differs when one of the files that the broker's settings name has been written again.
std::string state_of_secrets(const config::Broker& broker);

}  // namespace gw::app
