// Reads JSON text by its grammar (RFC 8259), which has numbers and escapes that no double and no text can hold. Brings
// nlohmann's header. [any]
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace gw::protocol {

// What stands for half of a surrogate pair: a code point that is no character (U+FFFF), so that whoever must give a
// text back as it came can see that it cannot.
inline constexpr std::string_view kNoCharacter = "\xef\xbf\xbf";

// The value of the text; discarded where it is no JSON. A number beyond a double becomes null, which no member of a
// request takes for a number. Never throws. A NUL is no white space, and the text must not hold one. `is_mended`, if
// given: whether something in it had to be replaced.
nlohmann::json read_json(std::string_view text, bool* is_mended = nullptr);

}  // namespace gw::protocol
