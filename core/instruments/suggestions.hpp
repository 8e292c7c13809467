// The names that somebody may have meant who wrote one that no list has. [any]
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/instruments/expiries.hpp"
#include "core/instruments/index.hpp"

namespace gw::instruments {

// At most three, as SYMBOL.EXCHANGE, nearest first; contracts that are over are none. The work is bounded: each title
// of the list is looked at once, and at most some ten thousand rows.
//
// For a symbol that `exchange` lacks: the same at another exchange or in other spelling, one with one letter more,
// less, other or two swapped, and for a contract the nearest expiries and strikes of its underlying.
std::vector<std::string> suggestions_for(const Index& index, std::string_view symbol, std::string_view exchange,
                                         const Expiries& expiries);
// For the text of a search that found nothing.
std::vector<std::string> suggestions_for(const Index& index, std::string_view text, const Expiries& expiries);

}  // namespace gw::instruments
