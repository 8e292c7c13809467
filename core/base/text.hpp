// Small questions about text that several modules ask.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace gw {

// The candidate that `word` is most likely a misspelling of; empty when none is near.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

std::string lower(std::string_view text);  // ASCII
std::string upper(std::string_view text);  // ASCII
std::string hex(std::span<const unsigned char> bytes);

}  // namespace gw
