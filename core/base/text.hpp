// Small questions about text that several modules ask.
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
// "12.3 s"
std::string seconds_text(std::int64_t ns);
std::string hex(std::span<const unsigned char> bytes);

// A JSON string literal, with quotes. Control characters, quotes and backslashes are escaped; a
// byte that is not part of valid UTF-8 becomes '?', because a text frame with it would cost its
// receiver the connection.
std::string json_text(std::string_view text);

// At most `limit` bytes of text, not cutting a UTF-8 sequence.
std::string_view cut(std::string_view text, std::size_t limit = 64);

}  // namespace gw
