// Angel's names as standard symbols.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace angel {

// The symbol of an index, by its row's name: "INDIA VIX" is INDIAVIX.
std::string index_symbol(std::string_view exchange, std::string_view name);

}  // namespace angel
