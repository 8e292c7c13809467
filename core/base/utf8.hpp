// UTF-8 as RFC 3629, section 4 has it. [any]
#pragma once

#include <cstddef>
#include <string_view>

namespace gw {

// The length in bytes of the sequence at the beginning of `text`, which is not empty; 0: there is no valid one.
std::size_t utf8_length(std::string_view text);

// How many bytes at the beginning of `text` are whole and valid sequences.
std::size_t utf8_prefix(std::string_view text);

}  // namespace gw
