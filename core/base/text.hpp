// Small functions on text that several modules need. [any]
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gw {

// The candidate that `word` is most likely a misspelling of; empty when none is near.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

std::string lower(std::string_view text);  // ASCII
std::string upper(std::string_view text);  // ASCII
// Without the blanks, tabs and line ends around it.
std::string_view trimmed(std::string_view text);
// "12.3 s"
std::string seconds_text(std::int64_t ns);
// "1,234"
std::string grouped(std::uint64_t number);
std::string hex(std::span<const unsigned char> bytes);

// A JSON string literal, with quotes. Control characters, quotes and backslashes are escaped; a byte that is not part
// of valid UTF-8 becomes '?', because a client must close its connection on a text frame with such a byte.
std::string json_text(std::string_view text);

// For a terminal: control characters but line ends and tabs as "\x1B", so that nobody's text moves a cursor.
std::string without_controls(std::string_view text);

// The first bytes of `text`, at most `limit`; a UTF-8 sequence is not cut.
std::string_view cut(std::string_view text, std::size_t limit = 64);

}  // namespace gw
