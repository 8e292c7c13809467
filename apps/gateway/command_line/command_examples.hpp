// An example or more of each command, which its help and the manual page show. [main]
#pragma once

#include <CLI/CLI.hpp>

namespace gw::app {

void add_examples(CLI::App& app);

}  // namespace gw::app
