// One JSON string literal, for text that goes into hand-made frames.
#pragma once

#include <string>
#include <string_view>

namespace gw::proxy::wire {

// With quotes; control characters, quotes and backslashes escaped; bytes above 127 as they are.
std::string json_text(std::string_view text);

// At most `limit` bytes of text, not cutting a UTF-8 sequence.
std::string_view cut(std::string_view text, std::size_t limit = 64);

}  // namespace gw::proxy::wire
