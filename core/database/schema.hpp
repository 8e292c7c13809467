// The tables, one script per version; Database::open runs the scripts that a file lacks.
#pragma once

#include <span>

namespace gw::database {

// scripts()[n] leads from version n to n + 1.
std::span<const char* const> schema_scripts();

}  // namespace gw::database
