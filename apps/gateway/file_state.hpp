// What tells whether a file was written since it was looked at. Any thread.
#pragma once

#include <string>

#include "core/config/config.hpp"

namespace gw::app {

// Differs whenever the file was written again; empty: there is none.
std::string state_of(const std::string& path);
// Differs whenever one of the files that the broker's settings name has changed.
std::string state_of_secrets(const config::Broker& broker);

}  // namespace gw::app
