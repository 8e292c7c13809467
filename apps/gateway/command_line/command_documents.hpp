// The manual page and the completions of bash, made from the command line's own table when the program is built. [main]
#pragma once

#include <string>

#include "apps/gateway/command_line/command_line.hpp"

namespace gw::app {

// Hidden commands that print them: `documents man`, `documents bash`.
void add_document_commands(CLI::App& app, CommandLine& c);

// In the language of man(7).
std::string manual_page(const CLI::App& app);
// To be read by bash: completes commands, options, files, and values that are known.
std::string bash_completion(const CLI::App& app);

}  // namespace gw::app
